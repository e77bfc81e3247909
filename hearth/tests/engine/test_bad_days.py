"""What goes wrong in the middle of a deployment, and that the next `make up` is all it takes."""

import os
import signal
import subprocess
from collections.abc import Callable

import psutil
import pytest

from hearth.tests.engine.deployment import SECONDS, Deployment, eventually

RELEASE = "hearth:hosting:SiteRelease"
IMAGE = "hearth:build:Image"
SERVICE = "gcp:cloudrunv2/service:Service"


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


@pytest.mark.parametrize("type_", [IMAGE, SERVICE])
def test_a_killed_engine_is_recovered_from_by_the_next_up(fresh: Deployment, type_: str) -> None:
    """It leaves a lock, and a create of which nobody knows whether it was carried out."""
    kill_engine(fresh, fresh.start("up"), lambda: pending(fresh, type_))

    output = fresh.up()

    assert "taking back its lock" in output
    assert fresh.get().status_code == 200
    assert not fresh.state().get("pending_operations")
    assert fresh.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0


def test_an_interrupted_up_gives_up_its_lock(fresh: Deployment) -> None:
    """A terminal sends Ctrl-C to the command and to the engine below it."""
    running = fresh.start("up")
    eventually(lambda: pending(fresh, IMAGE))

    os.killpg(running.pid, signal.SIGINT)
    output, _ = running.communicate(timeout=SECONDS)
    again = fresh.up()

    assert running.returncode != 0, output
    assert "Traceback" not in output
    assert "taking back its lock" not in again
    assert fresh.get().status_code == 200


def test_a_half_uploaded_site_is_never_public_and_the_next_up_releases_it(fresh: Deployment) -> None:
    fresh.up()
    fresh.edit("static/style.css", "{", "{ /* edited */")
    for number in range(400):
        (fresh.root / "static" / f"{number}.txt").write_text(f"{number}\n" * 1000, encoding="utf-8")
    before = fresh.log().count("/upload/")

    kill_engine(fresh, fresh.start("up"), lambda: fresh.log().count("/upload/") > before + 5)
    style, file = fresh.get("/style.css"), fresh.get("/1.txt")
    fresh.up()

    assert "edited" not in style.text
    # The new revision is ready, and answers for what the site does not have yet.
    assert file.headers["Server"] == "Google Frontend"
    assert "edited" in fresh.get("/style.css").text
    released = fresh.get("/399.txt")
    assert released.text == "399\n" * 1000
    assert released.headers["Server"] != "Google Frontend"


def test_a_killed_cloud_in_the_middle_of_up_comes_back_with_the_next_up(fresh: Deployment) -> None:
    running = fresh.start("up")
    eventually(lambda: pending(fresh, SERVICE))
    pid = fresh.cloud()
    assert pid
    os.kill(pid, signal.SIGKILL)
    failed, _ = running.communicate(timeout=SECONDS)

    output = fresh.up()

    assert running.returncode != 0, failed
    assert fresh.get().status_code == 200, output
    assert fresh.cloud() != pid
    assert fresh.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0


def test_a_cloud_killed_at_rest_serves_again_after_up_without_any_change(fresh: Deployment) -> None:
    fresh.up()
    pid = fresh.cloud()
    assert pid
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: fresh.cloud() is None)

    output = fresh.up()

    assert "unchanged" in output
    assert " created" not in output
    assert fresh.get().status_code == 200
    assert fresh.get("/health", fresh.service).json() == {"status": "healthy"}


# --- A service that does not come up ---


def test_a_service_that_fails_its_startup_probe_fails_every_up_until_it_is_repaired(fresh: Deployment) -> None:
    """The old revision serves on; and the state, which holds the new inputs already, must not pass for success."""
    fresh.up()
    page = fresh.get("/?before").text
    fresh.edit("service/app/__init__.py", "def create_app", 'raise RuntimeError("no luck today")\n\n\ndef create_app')

    first = fresh.make("up")
    during = fresh.get("/?during")
    second = fresh.make("up")
    fresh.edit("service/app/__init__.py", 'raise RuntimeError("no luck today")\n\n\ndef create_app', "def create_app")
    repaired = fresh.up()

    assert first.returncode != 0
    assert "RuntimeError: no luck today" in first.stdout
    assert (during.status_code, "Flask + Firebase" in page) == (200, True)
    assert second.returncode != 0, second.stdout
    assert fresh.get("/?after").status_code == 200, repaired
    assert fresh.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0


# --- Wrong from the start ---


def test_wrong_settings_are_all_told_before_anything_changes(fresh: Deployment) -> None:
    fresh.edit("Pulumi.local.yaml", 'app:minInstances: "0"', 'app:minInstances: "5"')
    fresh.edit("Pulumi.local.yaml", "app:memory: 512Mi", "app:memory: 64Mi")

    done = fresh.make("up")

    assert done.returncode != 0
    assert "minInstances" in done.stdout
    assert "memory" in done.stdout
    assert "Traceback" not in done.stdout
    assert not [each for each in fresh.state().get("resources") or [] if each["type"].startswith("gcp:")]


def test_two_engines_on_one_stack_are_told_apart_from_a_dead_one(fresh: Deployment) -> None:
    running = fresh.start("up")
    engine = engine_of(running, lambda: pending(fresh, IMAGE))

    # It must not be done before the second has looked.
    engine.suspend()
    second = fresh.make("up")
    engine.resume()
    first, _ = running.communicate(timeout=SECONDS)

    assert second.returncode == 1
    assert "works on stack local" in second.stdout
    assert running.returncode == 0, first
