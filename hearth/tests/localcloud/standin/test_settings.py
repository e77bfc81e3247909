"""The provider's configuration: what it takes, what it refuses, and where it may call."""

from importlib.metadata import version
from typing import Any

import pytest

from hearth.catalog.apis import APIS, local_endpoints
from hearth.localcloud.standin import settings
from hearth.localcloud.standin.provider import StandIn
from hearth.plugin.kinds import Context, ProviderError
from hearth.tests.localcloud.standin.conftest import Refusal

LOCAL = local_endpoints("http://127.0.0.1:4000")


def test_it_has_the_version_that_the_sdk_asks_the_engine_for() -> None:
    assert StandIn({}).version == version("pulumi-gcp")


@pytest.mark.parametrize(
    ("config", "environ", "project", "region"),
    [
        ({"project": "demo-a", "region": "r"}, {"GOOGLE_PROJECT": "demo-b"}, "demo-a", "r"),
        ({}, {"GOOGLE_PROJECT": "demo-b", "GOOGLE_REGION": "s"}, "demo-b", "s"),
        ({}, {"GOOGLE_CLOUD_PROJECT": "demo-c"}, "demo-c", None),
        ({}, {}, None, None),
    ],
)
def test_the_stack_says_where_or_else_the_environment(
    config: dict[str, Any], environ: dict[str, str], project: str | None, region: str | None
) -> None:
    found = settings.read(config, environ)

    assert (found.project, found.region) == (project, region)


def test_flags_come_as_text() -> None:
    assert not settings.read({"addPulumiAttributionLabel": "false"}, {}).attribution_label
    with pytest.raises(ProviderError, match="gcp:addPulumiAttributionLabel is 'maybe'"):
        settings.read({"addPulumiAttributionLabel": "maybe"}, {})


@pytest.mark.parametrize(
    ("value", "labels"), [({"team": "a"}, {"team": "a"}), ('{"team": "a"}', {"team": "a"}), ("", {}), (None, {})]
)
def test_default_labels_come_as_json(value: object, labels: dict[str, str]) -> None:
    assert settings.read({"defaultLabels": value}, {}).default_labels == labels


@pytest.mark.parametrize("value", ["team=a", '["team"]', '{"team": 1}', "7"])
def test_default_labels_of_another_kind_are_refused(value: str) -> None:
    with pytest.raises(ProviderError, match=r"gcp:defaultLabels is .* but has to be a map of texts"):
        settings.read({"defaultLabels": value}, {})


def test_the_settings_of_the_shipped_stacks_are_known() -> None:
    assert settings.faults({"project": "p", "region": "r", "userProjectOverride": "true", "billingProject": "p"}) == []


@pytest.mark.parametrize("key", ["terraformAttributionLabelAdditionStrategy", "projct", "deletionPolicy"])
def test_a_setting_that_would_be_ignored_is_refused(key: str) -> None:
    (fault,) = settings.faults({key: "x", "project": "p"})

    assert fault.property == key
    assert f"gcp:{key} is refused" in fault.reason
    assert "project" in fault.reason


def test_endpoints_are_those_of_the_environment() -> None:
    assert settings.endpoints(LOCAL)["run.googleapis.com"] == "http://127.0.0.1:4000/run/v2/"


@pytest.mark.parametrize("api", APIS, ids=[api.name for api in APIS])
def test_a_missing_endpoint_stops_everything(api: Any) -> None:
    """That one request would go to Google."""
    with pytest.raises(ProviderError, match=f"{api.variable}.*make env"):
        settings.endpoints({name: value for name, value in LOCAL.items() if name != api.variable})


@pytest.mark.parametrize("value", ["https://run.googleapis.com/v2/", "http://10.0.0.1:4000/run/v2/", "run/v2"])
def test_an_endpoint_abroad_stops_everything(value: str) -> None:
    with pytest.raises(ProviderError, match=r"calls this machine only.*GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT"):
        settings.endpoints({**LOCAL, "GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT": value})


def test_a_type_that_does_not_exist_is_refused_with_the_nearest_one(provider: StandIn) -> None:
    kind = provider.kind("gcp:sql/instance:Instance")

    with pytest.raises(ProviderError, match=r"no type gcp:sql/instance:Instance.*gcp:sql/databaseInstance:"):
        kind.check(Context(urn="urn"), None, {})


def test_a_proxy_for_the_internet_is_not_asked(stack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    stack("gcp:secretmanager/secret:Secret").up({"secretId": "k", "replication": {"auto": {}}})


@pytest.mark.parametrize("code", [429, 503])
def test_a_cloud_that_is_busy_is_asked_again(google: Any, stack: Any, code: int) -> None:
    google.refusals[("POST", "/secrets")] = [Refusal(code, "busy")]

    stack("gcp:secretmanager/secret:Secret").up({"secretId": "k", "replication": {"auto": {}}})

    assert [each[0] for each in google.requests] == ["POST", "POST", "GET"]


def test_a_cloud_that_is_not_up_is_said_so(told: Any) -> None:
    provider = StandIn(local_endpoints("http://127.0.0.1:1"))
    provider.configure({"project": "demo-x"})
    kind = provider.kind("gcp:secretmanager/secret:Secret")

    with pytest.raises(ProviderError, match=r"does not answer at http://127.0.0.1:1 .*make up"):
        kind.read(told.context("t"), "projects/demo-x/secrets/k", None, None)
