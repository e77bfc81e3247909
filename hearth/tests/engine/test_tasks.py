"""A queue and a schedule, from two settings to calls that the service takes, and calls that it refuses."""

import requests

from hearth.localcloud.identity.tokens import Signer
from hearth.localcloud.store import FILE, Store
from hearth.tests.engine.deployment import APP, SECONDS, Deployment
from hearth.tests.localcloud.running import wait_until

SHOP = """
import os

from flask import Flask
from flask_hearth import Hearth
from flask_hearth.settings import HearthSettings
from flask_hearth.tasks import Tasks, enqueue

tasks, tried, ran = Tasks(), [], []


@tasks.task("receipt")
def receipt(body):
    tried.append(body)
    if len(tried) < 3:
        raise RuntimeError("the printer is out of paper")
    ran.append("receipt")


@tasks.task("nightly")
def nightly(body):
    ran.append("nightly")


def create_app():
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(HearthSettings.from_env(os.environ).config())
    app.add_url_rule("/order", "order", lambda: {"made": enqueue("receipt", {"order": 7})}, methods=["POST"])
    app.add_url_rule("/ran", "ran", lambda: {"tried": tried, "ran": ran})
    Hearth(app, tasks=tasks)
    return app
"""


def ran(fresh: Deployment) -> list[str]:
    found: list[str] = fresh.get("/ran", fresh.service).json()["ran"]
    return found


def call(fresh: Deployment, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(f"{fresh.service}/_tasks/nightly", headers=headers, timeout=SECONDS).status_code


def test_a_stack_with_a_queue_and_a_schedule_is_called_by_them_and_by_nobody_else(fresh: Deployment) -> None:
    (fresh.root / "service" / "app" / "__init__.py").write_text(SHOP, encoding="utf-8")
    asked = 'config:\n  app:taskQueue: tasks\n  app:schedules: {nightly: "0 3 * * *"}\n'
    fresh.edit("Pulumi.local.yaml", "config:\n", asked)
    fresh.up()

    assert requests.post(f"{fresh.service}/order", timeout=SECONDS).json() == {"made": True}
    wait_until(lambda: ran(fresh) == ["receipt"])
    assert fresh.get("/ran", fresh.service).json()["tried"] == [{"order": 7}] * 3

    fired = fresh.make("fire", "nightly")
    assert (fired.returncode, f"{APP}-nightly: done" in fired.stdout) == (0, True), fired.stdout
    assert ran(fresh) == ["receipt", "nightly"]

    store = Store(fresh.checkout.cloud / FILE)
    queue = fresh.resource("gcp:cloudtasks/queue:Queue")["outputs"]
    audience, caller = (queue["httpTarget"]["oidcToken"][each] for each in ("audience", "serviceAccountEmail"))
    runs_as = fresh.resource("gcp:cloudrunv2/service:Service")["outputs"]["template"]["serviceAccount"]
    right, other = (Signer(store).account_token(email, audience) for email in (caller, runs_as))
    store.close()
    forged = right[:-8] + "AAAAAAAA"
    assert [call(fresh, token) for token in (right, other, forged, "")] == [204, 403, 401, 401]

    assert f"queue {APP}-tasks" in fresh.make("status").stdout
    assert fresh.changes() == {}
