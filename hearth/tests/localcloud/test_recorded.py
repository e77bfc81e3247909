"""Google Cloud as records alone: any project, everything at once, nothing started."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from flask_hearth.testing.processes import PATIENCE
from hearth.catalog.apis import ARTIFACT_REGISTRY, CLOUD_BUILD, CLOUD_RUN, STORAGE, upload_base
from hearth.localcloud.commands.ports import has_no_listener
from hearth.localcloud.recorded import parts
from hearth.tests.localcloud.running import CHECKOUT, LocalCloud, in_thread, wait_until

PROJECT = "acme-prod"
PLACE = f"projects/{PROJECT}/locations/us-central1"
HOST = f"us-central1-docker.pkg.dev/{PROJECT}/web/web"


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[LocalCloud]:
    with in_thread(tmp_path / "cloud", compose=parts, records_only=True) as cloud:
        cloud.enable(PROJECT)
        yield cloud


def build(recorded: LocalCloud, content: bytes, name: str) -> str:
    """The digest that a build gives whose source is `content`, which nobody unpacks."""
    target = f"{upload_base(STORAGE.local(recorded.origin))}b/acme-source/o?uploadType=media&name={name}"
    answer = recorded.session.post(target, data=content)
    assert answer.ok, answer.text
    order = {
        "source": {"storageSource": {"bucket": "acme-source", "object": name}},
        "steps": [{"name": "gcr.io/cloud-builders/docker", "args": ["build", "-t", f"{HOST}:{name}", "."]}],
        "images": [f"{HOST}:{name}"],
    }
    begun = recorded.call("POST", CLOUD_BUILD, f"projects/{PROJECT}/locations/global/builds", order)
    id_ = begun["metadata"]["build"]["id"]
    done: dict[str, Any] = {}

    def ended() -> bool:
        done.update(recorded.call("GET", CLOUD_BUILD, f"projects/{PROJECT}/locations/global/builds/{id_}"))
        return done["status"] not in {"QUEUED", "WORKING"}

    wait_until(ended)
    assert done["status"] == "SUCCESS", done
    return str(done["results"]["images"][0]["digest"])


def test_a_foreign_page_is_refused_here_too(recorded: LocalCloud) -> None:
    answer = recorded.session.get(f"{recorded.origin}/_local/health", headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403


def test_an_image_of_another_project_is_copied_without_being_there(recorded: LocalCloud) -> None:
    """A preview deploys one stack, and not the one that built its image."""
    digest = f"sha256:{'a' * 64}"
    repository = f"{PLACE}/repositories?repositoryId=web"
    recorded.call("POST", ARTIFACT_REGISTRY, repository, {"format": "DOCKER"})
    source = {"source": f"europe-west1-docker.pkg.dev/acme-dev/web/web@{digest}", "tag": "copy-1"}
    package = f"{PLACE}/repositories/web/packages/web"
    recorded.call("POST", ARTIFACT_REGISTRY, f"{package}/versions:copyRecord", source)

    assert recorded.call("GET", ARTIFACT_REGISTRY, f"{package}/versions/{digest}")


def test_a_service_is_ready_at_once_and_nothing_of_it_runs(recorded: LocalCloud) -> None:
    """Even with an image that no registry here knows, and whose secrets nobody may read."""
    before = psutil.Process().children(recursive=True)
    service = {"template": {"containers": [{"image": f"europe-docker.pkg.dev/other/x/y@sha256:{'0' * 64}"}]}}

    created = recorded.call("POST", CLOUD_RUN, f"{PLACE}/services?serviceId=web", service)
    again = recorded.call("PATCH", CLOUD_RUN, f"{PLACE}/services/web", {**service, "ingress": "INGRESS_TRAFFIC_ALL"})
    found = recorded.call("GET", CLOUD_RUN, f"{PLACE}/services/web")

    assert created["done"]
    assert again["done"]
    assert found["terminalCondition"]["state"] == "CONDITION_SUCCEEDED"
    assert found["latestReadyRevision"] == found["latestCreatedRevision"]
    assert psutil.Process().children(recursive=True) == before
    assert has_no_listener(int(found["uri"].rpartition(":")[2]))
    assert has_no_listener(recorded.ports.edge)


def test_a_job_is_recorded_with_an_image_and_a_socket_that_are_elsewhere(recorded: LocalCloud) -> None:
    task = {
        "containers": [{"image": "x/y", "volumeMounts": [{"name": "sockets", "mountPath": "/cloudsql"}]}],
        "volumes": [{"name": "sockets", "cloudSqlInstance": {"instances": ["acme-prod:us-central1:web"]}}],
    }

    created = recorded.call("POST", CLOUD_RUN, f"{PLACE}/jobs?jobId=web", {"template": {"template": task}})
    run = recorded.call("POST", CLOUD_RUN, f"{PLACE}/jobs/web:run", {})

    assert "error" not in created
    assert recorded.call("GET", CLOUD_RUN, f"{PLACE}/jobs/web")["template"]["template"]["volumes"] == task["volumes"]
    wait_until(lambda: recorded.call("GET", CLOUD_RUN, run["metadata"]["name"]).get("succeededCount") == 1)


def test_a_service_can_be_deleted_again(recorded: LocalCloud) -> None:
    service = {"template": {"containers": [{"image": "x/y"}]}}
    recorded.call("POST", CLOUD_RUN, f"{PLACE}/services?serviceId=web", service)

    recorded.call("DELETE", CLOUD_RUN, f"{PLACE}/services/web")

    recorded.call("GET", CLOUD_RUN, f"{PLACE}/services/web", status=404)


def test_one_that_starts_on_what_another_one_left_runs_nothing_of_it(tmp_path: Path) -> None:
    service = {"template": {"containers": [{"image": "x/y"}]}}
    with in_thread(tmp_path / "cloud", compose=parts, records_only=True) as first:
        first.enable(PROJECT)
        first.call("POST", CLOUD_RUN, f"{PLACE}/services?serviceId=web", service)

    with in_thread(tmp_path / "cloud", compose=parts, records_only=True) as second:
        found = second.call("GET", CLOUD_RUN, f"{PLACE}/services/web")
        again = second.call("PATCH", CLOUD_RUN, f"{PLACE}/services/web", service)

    assert found["terminalCondition"]["state"] == "CONDITION_SUCCEEDED"
    assert again["done"]


def test_equal_sources_give_an_equal_digest_and_others_another(recorded: LocalCloud) -> None:
    recorded.call("POST", STORAGE, f"b?project={PROJECT}", {"name": "acme-source"})
    recorded.call("POST", ARTIFACT_REGISTRY, f"{PLACE}/repositories?repositoryId=web", {"format": "DOCKER"})

    one, same, other = (build(recorded, text, name) for text, name in ((b"A", "a"), (b"A", "b"), (b"B", "c")))

    assert one == same != other
    tag = recorded.call("GET", ARTIFACT_REGISTRY, f"{PLACE}/repositories/web/packages/web/tags/a")
    assert tag["version"].endswith(one)


def test_it_ends_when_whoever_started_it_is_gone(tmp_path: Path) -> None:
    """The pipe closes however that process ended, by kill -9 too."""
    with subprocess.Popen(
        [sys.executable, "-m", "hearth.localcloud.recorded", tmp_path / "cloud"],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdin
            assert process.stdout
            port = int(process.stdout.readline())
            assert not has_no_listener(port)
            process.stdin.close()

            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
