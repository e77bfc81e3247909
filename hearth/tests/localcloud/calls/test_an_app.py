"""An app's tasks, end to end but for the engine: the framework enqueues, this cloud calls, and the app checks."""

import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import requests
from flask import Flask
from werkzeug.serving import make_server

from flask_hearth import Hearth
from flask_hearth.tasks import Tasks, enqueue
from hearth.catalog.apis import IAM
from hearth.localcloud.calls import declared
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.commands import fire
from hearth.localcloud.identity.tokens import Signer
from hearth.tests.localcloud.calls.conftest import ACCOUNT, AUDIENCE, JOB, QUEUE, declare, queue_of, waiting
from hearth.tests.localcloud.running import PROJECT, LocalCloud, wait_until

OTHER = f"web-build@{PROJECT}.iam.gserviceaccount.com"


def signed(cloud: Cloud, *, email: str, audience: str) -> str:
    return Signer(cloud.store).account_token(email, audience)


class Shop:
    """An app on a port of this machine, whose first `fails` calls fail."""

    def __init__(self, origin: str) -> None:
        self.fails = 0
        self.ran: list[tuple[str, dict[str, Any]]] = []
        tasks = Tasks()
        tasks.task("receipt")(lambda body: self._run("receipt", body))
        tasks.task("nightly")(lambda body: self._run("nightly", body))
        self.app = Flask("shop", static_folder=None)
        self.app.config.from_mapping(
            SECRET_KEY="kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g",
            HEARTH_TASKS_CALLER=ACCOUNT,
            HEARTH_TASKS_AUDIENCE=AUDIENCE,
            HEARTH_TASKS_QUEUE=QUEUE,
            HEARTH_IDENTITY_ORIGIN=origin,
        )
        Hearth(self.app, tasks=tasks)
        self._server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def _run(self, name: str, body: dict[str, Any]) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("the printer is out of paper")
        self.ran.append((name, body))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def shop(local: LocalCloud) -> Iterator[Shop]:
    made = Shop(local.origin)
    declare(local, declared.QUEUE, QUEUE, queue_of(made.port))
    token = {"serviceAccountEmail": ACCOUNT, "audience": AUDIENCE}
    target = {"uri": f"http://127.0.0.1:{made.port}/_tasks/nightly", "httpMethod": "POST", "oidcToken": token}
    declare(local, declared.JOB, JOB, {"schedule": "0 3 * * *", "timeZone": "Etc/UTC", "httpTarget": target})
    yield made
    made.close()


def test_a_task_that_fails_twice_succeeds_then(local: LocalCloud, shop: Shop) -> None:
    shop.fails = 2
    with shop.app.app_context():
        assert [enqueue("receipt", {"order": 7}, deduplication_key="7") for _ in range(2)] == [True, False]
    wait_until(lambda: not waiting(local))

    assert shop.ran == [("receipt", {"order": 7})]
    assert shop.fails == 0


def test_a_nightly_call_is_made_when_somebody_fires_it(local: LocalCloud, shop: Shop) -> None:
    assert fire.fire(local.ports, JOB)["status"] == {}
    assert shop.ran == [("nightly", {})]


def test_a_forged_token_and_a_right_one_of_another_account_are_refused(local: LocalCloud, shop: Shop) -> None:
    local.call("POST", IAM, f"projects/{PROJECT}/serviceAccounts", {"accountId": "web-build"})
    right, other, elsewhere = (
        local.in_loop(partial(signed, email=email, audience=audience))
        for email, audience in ((ACCOUNT, AUDIENCE), (OTHER, AUDIENCE), (ACCOUNT, "another service"))
    )
    header, claims, signature = right.split(".")
    forged = f"{header}.{other.split('.')[1]}.{signature}"

    def answer(token: str) -> int:
        url = f"http://127.0.0.1:{shop.port}/_tasks/nightly"
        return requests.post(url, headers={"Authorization": f"Bearer {token}"}, timeout=60).status_code

    found = [answer(token) for token in (right, other, elsewhere, forged, f"{header}.{claims}.")]
    assert found == [204, 403, 401, 401, 401]
    assert len(shop.ran) == 1
