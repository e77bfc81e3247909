"""What is refused before any handler runs."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from hearth.catalog.apis import ARTIFACT_REGISTRY, FIREBASE, RESOURCE_MANAGER, SECRET_MANAGER, STORAGE, Api, upload_base
from hearth.localcloud.errors import ApiError
from hearth.localcloud.guard import check_project
from hearth.tests.localcloud.running import LocalCloud


@pytest.mark.parametrize(
    "project",
    ["my-company-prod", "demo", "demo-", "demo-UPPER", "demo-x-", "xdemo-app", "123456789012", "demo-" + "a" * 26],
)
def test_other_projects_than_demo_ones_are_refused(project: str) -> None:
    with pytest.raises(ApiError, match=f"Project '{project}' is refused") as refused:
        check_project(project)

    assert refused.value.code == 403


@pytest.mark.parametrize("project", ["demo-x", "demo-hearth-2", "demo-" + "a" * 25, "-", "_"])
def test_demo_projects_are_taken(project: str) -> None:
    """The last two stand for "the project of the resource that follows"."""
    check_project(project)


TOPIC = {"topics": [{"name": "projects/acme-prod/topics/t"}]}
REPLICATION: dict[str, object] = {"replication": {"automatic": {}}}


@pytest.mark.parametrize(
    ("method", "api", "path", "body"),
    [
        ("GET", RESOURCE_MANAGER, "projects/acme-prod", None),
        ("POST", FIREBASE, "projects/acme-prod:addFirebase", {}),
        ("POST", SECRET_MANAGER, "projects/acme-prod/secrets?secretId=a", REPLICATION),
        ("GET", SECRET_MANAGER, "pro%6Aects/acme-prod/secrets", None),
        ("GET", STORAGE, "b?project=acme-prod", None),
        ("POST", SECRET_MANAGER, "projects/demo-test/secrets?secretId=a", TOPIC),
        ("POST", SECRET_MANAGER, "projects/demo-test/secrets?secretId=a", {"projectId": "acme-prod"}),
    ],
)  # fmt: skip
def test_a_real_project_is_refused_wherever_it_is_named(
    local: LocalCloud, method: str, api: Api, path: str, body: object
) -> None:
    answer = local.session.request(method, local.url(api, path), json=body)

    assert answer.status_code == 403
    assert "Project 'acme-prod' is refused" in answer.json()["error"]["message"]
    assert "demo-" in answer.json()["error"]["message"]


def test_a_number_that_was_answered_stands_for_its_project(local: LocalCloud) -> None:
    number = local.call("GET", RESOURCE_MANAGER, "projects/demo-test")["projectNumber"]
    local.call("POST", SECRET_MANAGER, f"projects/{number}/secrets?secretId=a", REPLICATION)

    assert local.call("GET", SECRET_MANAGER, "projects/demo-test/secrets/a")["name"] == "projects/demo-test/secrets/a"


def test_any_other_number_is_a_real_projects(local: LocalCloud) -> None:
    error = local.call("GET", SECRET_MANAGER, "projects/123456789012/secrets", status=403)["error"]

    assert "Project '123456789012' is refused" in error["message"]


def test_a_body_that_nests_too_deeply_is_the_clients_fault(local: LocalCloud) -> None:
    url = local.url(SECRET_MANAGER, "projects/demo-test/secrets?secretId=a")
    headers = {"Content-Type": "application/json"}
    answer = local.session.post(url, data="[" * 100_000 + "]" * 100_000, headers=headers)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("Invalid JSON payload received")


def test_a_label_called_project_is_only_a_label(local: LocalCloud) -> None:
    body = {"format": "DOCKER", "labels": {"project": "shop"}}

    local.call("POST", ARTIFACT_REGISTRY, "projects/demo-test/locations/us-central1/repositories?repositoryId=a", body)


def test_content_is_never_read_as_a_request(local: LocalCloud) -> None:
    """An uploaded file may be JSON that names any project, and be called as it likes."""
    local.call("POST", STORAGE, "b?project=demo-test", {"name": "demo-test-files"})
    name = quote("projects/acme-prod/a.json", safe="")
    answer = local.session.post(
        f"{upload_base(STORAGE.local(local.origin))}b/demo-test-files/o?uploadType=media&name={name}",
        data=json.dumps({"project": "acme-prod"}),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 200
    assert local.call("GET", STORAGE, f"b/demo-test-files/o/{name}")["name"] == "projects/acme-prod/a.json"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:4000", "localhost.evil.example", "", "[::1", "10.0.0.7:4000"]
)
def test_foreign_hosts_are_refused(local: LocalCloud, host: str) -> None:
    """A page whose name resolves to 127.0.0.1 (DNS rebinding) would else read everything."""
    answer = local.session.get(f"{local.origin}/_local/status", headers={"Host": host})

    assert answer.status_code == 403
    assert "answers only to localhost" in answer.json()["error"]["message"]


@pytest.mark.parametrize("host", ["localhost:4000", "127.0.0.1", "[::1]:4000", "LOCALHOST"])
def test_loopback_by_any_name_is_taken(local: LocalCloud, host: str) -> None:
    answer = local.session.get(f"{local.origin}/_local/health", headers={"Host": host})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"), [("https://evil.example", 403), ("null", 403), ("http://localhost:4000", 200)]
)
def test_pages_from_elsewhere_change_nothing(local: LocalCloud, origin: str, status: int) -> None:
    """Browsers let any page send simple requests to loopback; they tell where it came from."""
    answer = local.session.post(
        local.url(RESOURCE_MANAGER, "projects/demo-test:testIamPermissions"),
        data="{}",
        headers={"Origin": origin, "Content-Type": "text/plain"},
    )

    assert answer.status_code == status


def test_refusals_are_in_the_log(local: LocalCloud) -> None:
    local.session.get(local.url(RESOURCE_MANAGER, "projects/acme-prod"))

    assert "projects/acme-prod 403" in Path(local.root / "logs" / "cloud.log").read_text()
