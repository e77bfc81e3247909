"""What `enqueue` asks of Cloud Tasks, and the queue in memory that tests drive."""

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from flask import request

from flask_hearth import development
from flask_hearth.tasks import QueueError, Tasks, enqueue, run_pending
from flask_hearth.tests.loopback_server import LoopbackServer
from flask_hearth.tests.tasks.conftest import AUDIENCE, CALLER, QUEUE, Shop
from flask_hearth.tests.test_borders import printed


class QueueServer(LoopbackServer):
    """Cloud Tasks' one method, as far as a client sees it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.statuses: list[int] = []
        """Of the next answers; 200 after them."""
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                owner.asked.append((self.path, body))
                self.send_response(owner.statuses.pop(0) if owner.statuses else 200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

        super().__init__(Handler)


@pytest.fixture
def server() -> Iterator[QueueServer]:
    server = QueueServer()
    yield server
    server.close()


def config(server: QueueServer) -> dict[str, str]:
    return {
        "HEARTH_TASKS_CALLER": CALLER,
        "HEARTH_TASKS_AUDIENCE": AUDIENCE,
        "HEARTH_TASKS_QUEUE": QUEUE,
        "HEARTH_IDENTITY_ORIGIN": server.origin,
    }


def test_a_task_says_what_is_called_and_leaves_where_and_as_whom_to_its_queue(server: QueueServer, shop: Shop) -> None:
    with shop.app(**config(server)).app_context():
        assert enqueue("send-receipt", {"order": 7, "to": "Ada ✉"})

    [(path, body)] = server.asked
    assert path == f"/cloudtasks/v2/{QUEUE}/tasks"
    sent = body["task"].pop("httpRequest")
    assert json.loads(base64.b64decode(sent.pop("body"))) == {"order": 7, "to": "Ada ✉"}
    assert sent == {
        "url": "https://replaced.invalid/_tasks/send-receipt",
        "httpMethod": "POST",
        "headers": {"Content-Type": "application/json"},
    }
    assert body == {"task": {"dispatchDeadline": "1800s"}}


def test_a_delay_and_a_key_for_deduplication_are_told(server: QueueServer, shop: Shop) -> None:
    before = datetime.now(UTC)
    with shop.app(**config(server)).app_context():
        enqueue("send-receipt", delay=timedelta(hours=1), deduplication_key="order/7")

    [(_, body)] = server.asked
    due = datetime.fromisoformat(body["task"]["scheduleTime"]) - timedelta(hours=1)
    assert before <= due <= datetime.now(UTC)
    digest = hashlib.sha256(b"send-receipt\0order/7").hexdigest()
    assert body["task"]["name"] == f"{QUEUE}/tasks/{digest}"


def test_a_second_task_of_the_same_key_is_not_made_and_that_is_no_error(server: QueueServer, shop: Shop) -> None:
    server.statuses = [200, 409]
    with shop.app(**config(server)).app_context():
        assert [enqueue("nightly", deduplication_key="today") for _ in range(2)] == [True, False]


def test_a_queue_that_stumbles_is_asked_again(server: QueueServer, shop: Shop) -> None:
    server.statuses = [503, 429]
    with shop.app(**config(server)).app_context():
        assert enqueue("nightly")
    assert len(server.asked) == 3


@pytest.mark.parametrize("statuses", [[503, 503, 503], [403], [404], [409]])
def test_a_task_that_was_not_enqueued_is_a_503_for_whoever_wanted_it(
    server: QueueServer, shop: Shop, statuses: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    """Among them a 409 without a key, which no task of ours explains."""
    server.statuses = [*statuses]
    app = shop.app(**config(server))
    app.add_url_rule("/order", "order", lambda: str(enqueue("nightly")), methods=["POST"])
    refused = app.test_client().post("/order")

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert QUEUE not in refused.text
    assert f"{QUEUE} answered {statuses[-1]}" in caplog.text


def test_an_address_where_nobody_is_is_told_as_well(server: QueueServer, shop: Shop) -> None:
    app = shop.app(**config(server) | {"HEARTH_IDENTITY_ORIGIN": "http://127.0.0.1:9"})

    with app.app_context(), pytest.raises(QueueError, match=f"{QUEUE} can't be reached"):
        enqueue("nightly")


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("unknown", {}, "There is no task 'unknown'.*nightly, send-receipt"),
        ("nightly", {"body": {"all": "x" * 98_300}}, "has 98311 bytes, and a queue takes 98304.*enqueue the id"),
        ("nightly", {"body": {"rate": float("nan")}}, "Out of range float"),
        ("nightly", {"delay": timedelta(seconds=-1)}, "no delay of a task"),
        ("nightly", {"delay": timedelta(days=30, seconds=1)}, "up to 30 days"),
    ],
)
def test_what_no_queue_takes_is_refused_at_once(shop: Shop, name: str, more: dict[str, Any], said: str) -> None:
    app = shop.app(HEARTH_TASKS_QUEUE="memory")

    with app.app_context(), pytest.raises(ValueError, match=said):
        enqueue(name, **more)
    assert run_pending(app) == 0


def test_without_a_queue_nothing_is_enqueued_and_lost(shop: Shop) -> None:
    app = shop.app()

    with app.app_context(), pytest.raises(RuntimeError, match=r"app:taskQueue tasks.*HEARTH_TASKS_QUEUE to 'memory'"):
        enqueue("nightly")
    with pytest.raises(RuntimeError, match="do not wait in memory"):
        run_pending(app)


@pytest.mark.parametrize(
    "given",
    [{"HEARTH_TASKS_CALLER": CALLER}, {"HEARTH_TASKS_AUDIENCE": AUDIENCE}, {"HEARTH_TASKS_QUEUE": QUEUE}],
    ids=lambda given: next(iter(given)),
)
def test_a_part_of_the_configuration_alone_is_refused(shop: Shop, given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="Set all three"):
        shop.app(**given)


def test_a_test_runs_what_waits_and_a_task_that_fails_waits_on(shop: Shop) -> None:
    app = shop.app(HEARTH_TASKS_QUEUE="memory")
    with app.app_context():
        enqueue("send-receipt", {"order": 7}, delay=timedelta(days=1))
        enqueue("nightly")
        assert [enqueue("nightly", deduplication_key="today") for _ in range(2)] == [True, False]
    shop.fails = 2

    for _ in range(2):
        with pytest.raises(RuntimeError, match="out of paper"):
            run_pending(app)
    assert run_pending(app) == 3
    assert shop.ran == [("send-receipt", {"order": 7}), ("nightly", {}), ("nightly", {})]
    assert run_pending(app) == 0


def test_a_task_may_enqueue_another_one_and_is_in_a_request() -> None:
    tasks, seen = Tasks(), list[object]()
    tasks.task("first")(lambda body: seen.append((request.path, enqueue("second", body))))
    tasks.task("second")(seen.append)
    shop = Shop()
    shop.tasks = tasks
    app = shop.app(HEARTH_TASKS_QUEUE="memory")
    with app.app_context():
        enqueue("first", {"n": 1})

    assert [run_pending(app), run_pending(app)] == [1, 1]
    assert seen == [("/_tasks/first", True), {"n": 1}]


def test_the_inner_loop_runs_tasks_after_the_request_and_those_that_fail_again_after_the_next(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    app = shop.app(HEARTH_TASKS_QUEUE="memory")
    app.add_url_rule("/order", "order", lambda: f"{enqueue('nightly')} {len(shop.ran)}", methods=["POST"])
    app.wsgi_app = development.then_tasks(app)  # type: ignore[assignment, method-assign]
    shop.fails = 1
    answers = []
    for _ in range(2):
        response = app.test_client().post("/order", buffered=False)
        answers.append(response.text)
        response.close()

    assert answers == ["True 0", "True 0"]
    assert len(shop.ran) == 2
    assert "A task failed; it runs again after the next request." in caplog.text


@pytest.mark.parametrize("name", ["", "Nightly", "1st", "a/b", "a-", "tidyz", "z", "a" * 64, "a_b", "a\n"])
def test_a_name_that_is_no_part_of_a_path_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not a task's name"):
        Tasks().task(name)


def test_two_tasks_of_one_name_are_refused(shop: Shop) -> None:
    with pytest.raises(ValueError, match="There is a task 'nightly' already"):
        shop.tasks.task("nightly")


def test_an_app_without_tasks_imports_nothing_of_them() -> None:
    program = (
        "import sys; from flask import Flask; from flask_hearth import Hearth, settings; app = Flask('shop');"
        "Hearth(app); print(*[name for name in sys.modules if name.startswith('flask_hearth.tasks')],"
        "app.test_client().post('/_tasks/nightly').status_code)"
    )

    assert printed(program).split() == ["404"]


def test_an_app_with_tasks_pays_for_googles_library_with_the_first_one() -> None:
    program = (
        "import sys; from flask import Flask; from flask_hearth import Hearth; from flask_hearth.tasks import Tasks;"
        f"app = Flask('shop'); app.config.update(HEARTH_TASKS_CALLER='{CALLER}', HEARTH_TASKS_AUDIENCE='a',"
        f"HEARTH_TASKS_QUEUE='{QUEUE}'); Hearth(app, tasks=Tasks());"
        "print([name for name in ('requests', 'google.auth') if name in sys.modules])"
    )

    assert printed(program).split() == ["[]"]
