"""Service Usage, and the refusal of APIs that are off."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from hearth.catalog.apis import APIS, CLOUD_RUN, FIREBASE, RESOURCE_MANAGER, SECRET_MANAGER, SERVICE_USAGE, STORAGE, Api
from hearth.localcloud.cloud import Cloud, Part
from hearth.localcloud.records import API_LAG_VARIABLE, GRANT_LAG_VARIABLE, Records, projects
from hearth.tests.localcloud.running import LocalCloud, in_process, in_thread

FRESH = "demo-fresh"
ON_FROM_THE_START = {
    f"{name}.googleapis.com"
    for name in (
        "cloudresourcemanager",
        "cloudtrace",
        "logging",
        "monitoring",
        "serviceusage",
        "sql-component",
        "storage",
        "storage-api",
        "storage-component",
    )
}
SECRETS = f"projects/{FRESH}/services/{SECRET_MANAGER.name}"


def test_a_fresh_project_has_only_what_google_switches_on_itself(local: LocalCloud) -> None:
    listed = local.call("GET", SERVICE_USAGE, f"projects/{FRESH}/services?filter=state:ENABLED")

    names = {service["config"]["name"] for service in listed["services"]}
    assert names == ON_FROM_THE_START


def test_enabling_is_an_operation_that_ends_with_the_service(local: LocalCloud) -> None:
    operation = local.call("POST", SERVICE_USAGE, f"{SECRETS}:enable", {})

    assert operation["done"]
    assert operation["response"]["service"] == {
        "name": SECRETS,
        "parent": f"projects/{FRESH}",
        "config": {"name": SECRET_MANAGER.name},
        "state": "ENABLED",
    }
    assert local.call("GET", SERVICE_USAGE, operation["name"]) == operation
    assert local.call("GET", SERVICE_USAGE, SECRETS)["state"] == "ENABLED"


@pytest.mark.parametrize(
    ("api", "path"),
    [
        (SECRET_MANAGER, f"projects/{FRESH}/secrets"),
        (SECRET_MANAGER, f"projects/{FRESH}/secrets/a/versions/latest:access"),
        (FIREBASE, f"projects/{FRESH}"),
    ],
)
def test_an_api_that_is_off_refuses_as_google_does(local: LocalCloud, api: Api, path: str) -> None:
    """Clients tell this 403 from a missing right by the reason and the service in the details."""
    error = local.call("GET", api, path, status=403)["error"]

    assert error["status"] == "PERMISSION_DENIED"
    assert f"{api.name} has not been used in project {FRESH} before or it is disabled" in error["message"]
    assert error["details"] == [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "SERVICE_DISABLED",
            "domain": "googleapis.com",
            "metadata": {"consumer": f"projects/{projects.number(FRESH)}", "service": api.name},
        }
    ]


def test_disabling_brings_the_refusal_back(local: LocalCloud) -> None:
    path = f"projects/demo-test/services/{SECRET_MANAGER.name}"
    local.call("GET", SECRET_MANAGER, "projects/demo-test/secrets")

    local.call("POST", SERVICE_USAGE, f"{path}:disable", {})

    local.call("GET", SECRET_MANAGER, "projects/demo-test/secrets", status=403)
    again = local.call("POST", SERVICE_USAGE, f"{path}:disable", {}, status=400)
    assert again["error"]["status"] == "FAILED_PRECONDITION"


def test_storage_is_on_until_it_is_switched_off_also_for_what_is_in_a_bucket(local: LocalCloud) -> None:
    """A bucket's path names no project; the bucket knows its own."""
    local.call("POST", STORAGE, f"b?project={FRESH}", {"name": "demo-fresh-files"})

    local.call("POST", SERVICE_USAGE, f"projects/{FRESH}/services/{STORAGE.name}:disable", {})

    local.call("GET", STORAGE, "b/demo-fresh-files/o", status=403)
    local.call("GET", STORAGE, f"b?project={FRESH}", status=403)


def test_many_are_enabled_at_once_or_none(local: LocalCloud) -> None:
    path = f"projects/{FRESH}/services"
    local.call(
        "POST", SERVICE_USAGE, f"{path}:batchEnable", {"serviceIds": [CLOUD_RUN.name, "rum.googleapis.com"]}, status=403
    )
    assert local.call("GET", SERVICE_USAGE, f"{path}/{CLOUD_RUN.name}")["state"] == "DISABLED"

    local.call("POST", SERVICE_USAGE, f"{path}:batchEnable", {"serviceIds": [CLOUD_RUN.name, "sts.googleapis.com"]})

    assert local.call("GET", SERVICE_USAGE, f"{path}/{CLOUD_RUN.name}")["state"] == "ENABLED"
    assert local.call("GET", SERVICE_USAGE, f"{path}/sts.googleapis.com")["state"] == "ENABLED"


@pytest.mark.parametrize("name", ["rum.googleapis.com", "run", "run.example.com"])
@pytest.mark.parametrize(("method", "verb"), [("GET", ""), ("POST", ":enable"), ("POST", ":generateServiceIdentity")])
def test_a_misspelt_api_is_refused(local: LocalCloud, name: str, method: str, verb: str) -> None:
    error = local.call(method, SERVICE_USAGE, f"projects/demo-test/services/{name}{verb}", status=403)["error"]

    assert f"Not found or permission denied for service(s): {name}" in error["message"]


def test_the_list_comes_in_pages(local: LocalCloud) -> None:
    path = "projects/demo-test/services?filter=state:ENABLED&pageSize=4"
    found: list[str] = []
    token = ""
    while True:
        answer = local.call("GET", SERVICE_USAGE, f"{path}&pageToken={token}")
        found += [service["config"]["name"] for service in answer["services"]]
        assert len(answer["services"]) <= 4
        token = answer.get("nextPageToken", "")
        if not token:
            break

    assert found == sorted({api.name for api in APIS} | ON_FROM_THE_START)


@pytest.mark.parametrize(
    "query", ["pageSize=-1", "pageSize=many", "pageToken=%21%21", "pageToken=bm9wZQ==", "filter=x"]
)
def test_a_bad_list_request_is_refused(local: LocalCloud, query: str) -> None:
    local.call("GET", SERVICE_USAGE, f"projects/demo-test/services?{query}", status=400)


@pytest.mark.parametrize(
    ("service", "domain"),
    [(CLOUD_RUN.name, "serverless-robot-prod"), ("eventarc.googleapis.com", "gcp-sa-eventarc")],
)
def test_an_agents_address_is_the_one_that_grants_name(local: LocalCloud, service: str, domain: str) -> None:
    answer = local.call("POST", SERVICE_USAGE, f"projects/demo-test/services/{service}:generateServiceIdentity", {})

    number = local.call("GET", RESOURCE_MANAGER, "projects/demo-test")["projectNumber"]
    assert answer["response"]["email"] == f"service-{number}@{domain}.iam.gserviceaccount.com"


def test_the_firebase_clis_version_is_served_too(local: LocalCloud) -> None:
    url = f"{local.origin}/serviceusage/v1/projects/demo-test/services/{FIREBASE.name}"

    assert local.session.get(url).json()["state"] == "ENABLED"


def test_an_enabled_api_may_lag_behind(tmp_path: Path) -> None:
    """On Google it says disabled for minutes after it was enabled; here for a number of calls that a test sets."""

    def lagging(cloud: Cloud) -> Sequence[Part]:
        return [Records(cloud, api_lag=2)]

    with in_thread(tmp_path, compose=lagging) as local:
        local.enable(FRESH, SECRET_MANAGER)
        local.enable(FRESH, SECRET_MANAGER)

        statuses = [
            local.session.get(local.url(SECRET_MANAGER, f"projects/{FRESH}/secrets")).status_code for _ in range(4)
        ]

    assert statuses == [403, 403, 200, 200]


def test_the_lag_is_set_by_environment(tmp_path: Path) -> None:
    with in_process(tmp_path, environ={API_LAG_VARIABLE: "1"}) as local:
        local.enable(FRESH, SECRET_MANAGER)

        local.call("GET", SECRET_MANAGER, f"projects/{FRESH}/secrets", status=403)
        local.call("GET", SECRET_MANAGER, f"projects/{FRESH}/secrets")


@pytest.mark.parametrize("variable", [API_LAG_VARIABLE, GRANT_LAG_VARIABLE])
@pytest.mark.parametrize("text", ["-1", "many", "1.5"])
def test_a_lag_that_is_no_number_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, text: str
) -> None:
    monkeypatch.setenv(variable, text)

    with pytest.raises(ValueError, match=f"{variable}={text} is not"), in_thread(tmp_path):
        pass


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_api_called_as_this_machine_is_on(local: LocalCloud, host: str) -> None:
    """The Firebase CLI asks for the API by the host at which it was told to find it."""
    assert local.call("GET", SERVICE_USAGE, f"projects/{FRESH}/services/{host}")["state"] == "ENABLED"
    local.call("POST", SERVICE_USAGE, f"projects/{FRESH}/services/{host}:enable", {}, status=403)
