"""What goes wrong in the middle of a deployment, and that the next `make up` is all it takes."""

import os
import signal
import subprocess
from collections.abc import Callable

import psutil

from hearth.tests.engine.deployment import SECONDS, Deployment, eventually

RELEASE = "hearth:hosting:SiteRelease"
IMAGE = "hearth:build:Image"
SERVICE = "gcp:cloudrunv2/service:Service"
BROKEN = 'raise RuntimeError("no luck today")\n\n\n'


def pending(deployment: Deployment, type_: str) -> bool:
    """Whether the engine has begun to create a resource of a type and has not seen it through."""
    return any(
        operation["type"] == "creating" and operation["resource"]["type"] == type_
        for operation in deployment.saved().get("pending_operations") or []
    )


def engine_of(running: subprocess.Popen[str], when: Callable[[], bool]) -> psutil.Process:
    """The engine alone, as soon as `when` holds."""

    def engine() -> psutil.Process | None:
        assert running.poll() is None, running.communicate()[0]
        children = psutil.Process(running.pid).children()
        return next((child for child in children if child.name() == "pulumi"), None)

    return eventually(lambda: engine() if when() else None)


def kill_engine(deployment: Deployment, running: subprocess.Popen[str], when: Callable[[], bool]) -> str:
    """Kill -9 of the engine alone as soon as `when` holds; what the command printed."""
    engine_of(running, when).send_signal(signal.SIGKILL)
    return running.communicate(timeout=SECONDS)[0]


# --- Killed ---


def test_a_killed_engine_is_recovered_from_by_the_next_up(fresh: Deployment) -> None:
    """It leaves a lock, and a create of which nobody knows whether it was carried out."""
    kill_engine(fresh, fresh.start("up"), lambda: pending(fresh, IMAGE))
    again = kill_engine(fresh, fresh.start("up"), lambda: pending(fresh, SERVICE))

    output = fresh.up()

    assert "removing its lock" in again
    assert "removing its lock" in output
    assert fresh.get().status_code == 200
    assert not fresh.state().get("pending_operations")
    assert fresh.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0


def test_an_interrupted_up_gives_up_its_lock_and_one_whose_cloud_was_killed_comes_back(fresh: Deployment) -> None:
    """A terminal sends Ctrl-C to the command and to the engine below it."""
    running = fresh.start("up")
    eventually(lambda: pending(fresh, IMAGE))
    os.killpg(running.pid, signal.SIGINT)
    interrupted, _ = running.communicate(timeout=SECONDS)
    second = fresh.start("up")
    eventually(lambda: pending(fresh, SERVICE))
    pid = fresh.cloud()
    assert pid
    os.kill(pid, signal.SIGKILL)
    failed, _ = second.communicate(timeout=SECONDS)

    output = fresh.up()

    assert running.returncode != 0, interrupted
    assert "Traceback" not in interrupted
    assert "removing its lock" not in failed
    assert second.returncode != 0, failed
    assert fresh.get().status_code == 200, output
    assert fresh.cloud() != pid
    assert fresh.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0


def test_a_half_uploaded_site_is_never_public_and_the_next_up_releases_it(edited: Deployment) -> None:
    edited.edit("static/style.css", "{", "{ /* edited */")
    for number in range(400):
        (edited.root / "static" / f"{number}.txt").write_text(f"{number}\n" * 1000, encoding="utf-8")
    before = edited.log().count("/upload/")

    kill_engine(edited, edited.start("up"), lambda: edited.log().count("/upload/") > before + 5)
    style, file = edited.get("/style.css"), edited.get("/1.txt")
    edited.up()

    assert "edited" not in style.text
    # The new revision is ready, and answers for what the site does not have yet.
    assert file.headers["Server"] == "Google Frontend"
    assert "edited" in edited.get("/style.css").text
    released = edited.get("/399.txt")
    assert released.text == "399\n" * 1000
    assert released.headers["Server"] != "Google Frontend"
    for number in range(400):
        (edited.root / "static" / f"{number}.txt").unlink()


def test_a_cloud_killed_at_rest_serves_again_after_up_without_any_change(deployed: Deployment) -> None:
    pid = deployed.cloud()
    assert pid
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: deployed.cloud() is None)

    output = deployed.up()

    assert "unchanged" in output
    assert " created" not in output
    assert deployed.get().status_code == 200
    assert deployed.get("/health", deployed.service).json() == {"status": "healthy"}


# --- A service that does not come up ---


def test_a_service_that_fails_its_startup_probe_fails_every_up_until_it_is_repaired(deployed: Deployment) -> None:
    """The old revision serves on; and the state, which holds the new inputs already, must not pass for success."""
    page = deployed.get("/?before").text
    with deployed.for_now("service/app/__init__.py", "def create_app", f"{BROKEN}def create_app"):
        first = deployed.make("up")
        during = deployed.get("/?during")
        second = deployed.make("up")
    repaired = deployed.up()

    assert first.returncode != 0
    assert "RuntimeError: no luck today" in first.stdout
    assert (during.status_code, "Flask + Firebase" in page) == (200, True)
    assert second.returncode != 0, second.stdout
    assert deployed.get("/?after").status_code == 200, repaired
    assert deployed.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0


# --- Wrong from the start ---


def changed(deployment: Deployment) -> dict[str, str]:
    """When each resource was changed last, by URN."""
    return {each["urn"]: each.get("modified", "") for each in deployment.state()["resources"]}


def test_wrong_settings_are_all_told_before_anything_changes(deployed: Deployment) -> None:
    before = changed(deployed)
    with (
        deployed.for_now("Pulumi.local.yaml", 'app:minInstances: "0"', 'app:minInstances: "5"'),
        deployed.for_now("Pulumi.local.yaml", "app:memory: 512Mi", "app:memory: 64Mi"),
    ):
        done = deployed.make("up")

    assert done.returncode != 0
    assert "minInstances" in done.stdout
    assert "memory" in done.stdout
    assert "Traceback" not in done.stdout
    assert changed(deployed) == before


def test_two_engines_on_one_stack_are_told_apart_from_a_dead_one(deployed: Deployment) -> None:
    running = deployed.start("up")
    engine = engine_of(running, lambda: any((deployed.checkout.state / ".pulumi" / "locks").rglob("*.json")))

    # It must not be done before the second has looked.
    engine.suspend()
    second = deployed.make("up")
    engine.resume()
    first, _ = running.communicate(timeout=SECONDS)

    assert second.returncode == 1
    assert "works on stack local" in second.stdout
    assert running.returncode == 0, first
