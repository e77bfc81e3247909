"""Where each API lives."""

import re

import pulumi_gcp
import pytest

from hearth.catalog.apis import APIS, CLOUD_RUN, IAM, STORAGE, local_endpoints, upload_base

ORIGIN = "http://127.0.0.1:4000"


def test_no_two_apis_share_a_variable_or_a_place_on_the_local_cloud() -> None:
    assert len(local_endpoints(ORIGIN)) == sum(len(api.variables) for api in APIS)
    assert len({api.prefix for api in APIS}) == len(APIS)


@pytest.mark.parametrize("variable", local_endpoints(""))
def test_googles_provider_has_a_setting_by_each_name(variable: str) -> None:
    """A variable that it doesn't read leads its requests to Google itself."""
    name = re.fullmatch(r"GOOGLE_(\w+_CUSTOM_ENDPOINT)", variable)

    assert name
    assert hasattr(pulumi_gcp.config, name[1].lower())


def test_accounts_and_identity_pools_are_read_by_another_name() -> None:
    """Of Google's provider 9.35.0, observed."""
    local = local_endpoints(ORIGIN)

    assert local["GOOGLE_IAM_BETA_CUSTOM_ENDPOINT"] == local["GOOGLE_IAM_CUSTOM_ENDPOINT"] == IAM.local(ORIGIN)


@pytest.mark.parametrize(
    ("environ", "base"),
    [
        ({}, "https://run.googleapis.com/v2/"),
        ({CLOUD_RUN.variable: ""}, "https://run.googleapis.com/v2/"),
        ({CLOUD_RUN.variable: "http://127.0.0.1:4000/run/v2/"}, "http://127.0.0.1:4000/run/v2/"),
    ],
)
def test_the_variable_replaces_the_whole_base(environ: dict[str, str], base: str) -> None:
    assert CLOUD_RUN.base(environ) == base


@pytest.mark.parametrize(
    ("base", "uploads"),
    [
        (STORAGE.google, "https://storage.googleapis.com/upload/storage/v1/"),
        (STORAGE.local(ORIGIN), "http://127.0.0.1:4000/storage/upload/storage/v1/"),
    ],
)
def test_uploads_go_below_the_same_host(base: str, uploads: str) -> None:
    assert upload_base(base) == uploads
