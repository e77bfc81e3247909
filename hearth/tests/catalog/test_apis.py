"""Where each API lives."""

import pytest

from hearth.catalog.apis import APIS, CLOUD_RUN, STORAGE, upload_base


def test_no_two_apis_share_a_variable_or_a_place_on_the_local_cloud() -> None:
    assert len({api.variable for api in APIS}) == len(APIS)
    assert len({api.prefix for api in APIS}) == len(APIS)


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
        (STORAGE.local("http://127.0.0.1:4000"), "http://127.0.0.1:4000/storage/upload/storage/v1/"),
    ],
)
def test_uploads_go_below_the_same_host(base: str, uploads: str) -> None:
    assert upload_base(base) == uploads
