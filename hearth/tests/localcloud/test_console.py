"""The page for people and the same for commands."""

from html.parser import HTMLParser
from typing import Any

from hearth.catalog.apis import FIREBASE
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.console import render
from hearth.localcloud.kept import records
from hearth.localcloud.status import status
from hearth.tests.localcloud.running import LocalCloud

SERVICE = "projects/demo-test/locations/us-central1/services/web"
FAILED = {"type": "Ready", "state": "CONDITION_FAILED", "message": "<script>alert(1)</script> never listened"}


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def put_jobs(cloud: Cloud) -> dict[str, Any]:
    """A job that failed and one that never ran."""
    store, name = cloud.store, SERVICE.replace("services/web", "jobs/migrate")
    completed = {"type": "Completed", **{key: FAILED[key] for key in ("state", "message")}}
    store.put(f"run/{name}", {"name": name, "latestCreatedExecution": {"name": "migrate-1"}})
    store.put(f"run/{name}/executions/migrate-1", {"completionTime": "2026-01-01", "conditions": [completed]})
    store.put(f"run/{name}/executions/migrate-0", {"conditions": [{"state": "CONDITION_SUCCEEDED"}]})
    store.put(f"run/{name}s", {"name": f"{name}s"})
    store.put("processes/run/79", {"pid": 79, "started": 1.0, "mark": {"CLOUD_RUN_EXECUTION": "migrate-1"}})
    return put_service(cloud)


def put_service(cloud: Cloud) -> dict[str, Any]:
    """A service whose second revision failed while the first serves, as Cloud Run's part leaves it."""
    store = cloud.store
    store.put(
        f"run/{SERVICE}",
        {
            "name": SERVICE,
            "uri": "http://localhost:8080",
            "terminalCondition": FAILED,
            "latestReadyRevision": f"{SERVICE}/revisions/web-1",
        },
    )
    for number, condition in (("1", {"state": "CONDITION_SUCCEEDED"}), ("2", FAILED)):
        name = f"{SERVICE}/revisions/web-{number}"
        container = {"image": f"us-central1-docker.pkg.dev/demo-test/app/web@sha256:{number * 64}"}
        revision = {"name": name, "createTime": f"2026-01-0{number}", "conditions": [condition]}
        store.put(f"run/{name}", revision | {"containers": [container]})
    store.put("processes/run/77", {"pid": 77, "started": 1.0, "mark": {"K_REVISION": "web-1"}})
    store.put("processes/run/78", {"pid": 78, "started": 1.0, "mark": {"K_REVISION": "other-1"}})
    return status(cloud)


def test_status_tells_what_serves_and_what_failed(local: LocalCloud) -> None:
    (service,) = local.in_loop(put_service)["services"]

    assert (service["name"], service["url"], service["public"]) == (SERVICE, "http://localhost:8080", False)
    assert (service["state"], service["serving"]) == ("failed", "web-1")
    assert [(each["name"], each["state"]) for each in service["revisions"]] == [("web-2", "failed"), ("web-1", "ready")]
    assert service["instances"] == [{"pid": 77, "revision": "web-1"}]


def test_status_tells_how_the_latest_execution_of_a_job_ended(local: LocalCloud) -> None:
    found = local.in_loop(put_jobs)
    failed, idle = found["jobs"]

    assert (failed["state"], failed["execution"], failed["ended"]) == ("failed", "migrate-1", "2026-01-01")
    assert failed["message"] == FAILED["message"]
    assert (idle["state"], idle["execution"], idle["message"]) == ("never run", "", "")
    assert [each["pid"] for each in found["services"][0]["instances"]] == [77]


def test_status_shows_a_site_from_its_project_on(local: LocalCloud) -> None:
    local.call("POST", FIREBASE, "projects/demo-test:addFirebase", {})

    (site,) = local.session.get(f"{local.origin}/_local/status").json()["sites"]

    assert site["name"] == "projects/demo-test/sites/demo-test"
    assert site["url"] == f"http://localhost:{local.ports.edge}"
    assert (site["release"], site["version"]) == ("", "")


def test_the_page_is_valid_without_anything_to_show(local: LocalCloud) -> None:
    answer = local.session.get(f"{local.origin}/")

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "No site yet" in answer.text
    assert "No service yet" in answer.text
    assert "No job yet" in answer.text


def test_what_services_write_is_shown_and_never_run(local: LocalCloud) -> None:
    page = local.in_loop(lambda cloud: render(cloud, put_jobs(cloud)))

    tags = Tags(page).found
    assert "script" not in [tag for tag, _ in tags]
    # Of the service, and of the job.
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; never listened") == 2
    assert [attrs["href"] for tag, attrs in tags if tag == "a"][:1] == ["http://localhost:8080"]


def test_what_is_kept_is_listed_without_a_value_of_it(local: LocalCloud) -> None:
    record = {"type": "gcp:pubsub/topic:Topic", "project": "demo-x", "id": "projects/demo-x/topics/<t>", "urn": "u"}
    local.in_loop(lambda cloud: records.put(cloud.store, {**record, "inputs": {"s": "s3cret"}, "outputs": {}}))

    page = local.session.get(f"{local.origin}/").text

    assert "Kept, not played" in page
    assert "projects/demo-x/topics/&lt;t&gt;" in page
    assert "s3cret" not in page


def test_only_addresses_become_links(local: LocalCloud) -> None:
    state = local.in_loop(put_service)
    state["services"][0]["url"] = "javascript:alert(1)"

    page = local.in_loop(lambda cloud: render(cloud, state))

    assert "javascript:alert(1)" in page
    assert not [attrs for tag, attrs in Tags(page).found if tag == "a" and "javascript" in str(attrs["href"])]


def test_the_page_loads_nothing_and_may_not_be_framed(local: LocalCloud) -> None:
    headers = local.session.get(f"{local.origin}/").headers

    assert headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    assert headers["Cache-Control"] == "no-store"
