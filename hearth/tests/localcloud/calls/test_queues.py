"""A queue calls until it is done, as its declaration says, and what waits in it outlives the local cloud."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flask_hearth.auth.caller import ISSUER, KEYS_PATH
from flask_hearth.auth.keys import PublicKeys
from flask_hearth.auth.tokens import decode
from hearth.localcloud.calls import declared, queues, reading
from hearth.localcloud.calls.caller import Caller
from hearth.localcloud.calls.declared import Retries
from hearth.localcloud.calls.queues import Queues
from hearth.localcloud.kept import records
from hearth.localcloud.records import Records
from hearth.tests.localcloud.calls.conftest import (
    ACCOUNT,
    AUDIENCE,
    QUEUE,
    Called,
    declare,
    enqueue,
    parts,
    queue_of,
    waiting,
)
from hearth.tests.localcloud.running import PROJECT, LocalCloud, in_thread, wait_until


def test_a_task_is_called_where_its_queue_says_with_a_token_that_the_service_takes(
    local: LocalCloud, called: Called
) -> None:
    made = enqueue(local)
    wait_until(lambda: not waiting(local))

    [(path, headers, body)] = called.asked
    assert (path, body, headers["X-Own"]) == ("/_tasks/a?b=c", b"{}", "1")
    assert headers["X-CloudTasks-QueueName"] == "web"
    assert headers["X-CloudTasks-TaskName"] == made["name"].rpartition("/")[2]
    assert headers["X-CloudTasks-TaskRetryCount"] == "0"
    keys = PublicKeys(f"{local.origin}{KEYS_PATH}")
    token = headers["Authorization"].removeprefix("Bearer ")
    claims = decode(token, keys, audience=AUDIENCE, issuer=ISSUER, required=("exp", "iat", "sub"))
    assert (claims["email"], claims["email_verified"]) == (ACCOUNT, True)


def test_a_task_that_fails_is_called_again_until_it_succeeds(local: LocalCloud, called: Called) -> None:
    called.statuses = [500, 404]
    enqueue(local)
    wait_until(lambda: not waiting(local))

    assert [headers["X-CloudTasks-TaskRetryCount"] for _, headers, _ in called.asked] == ["0", "1", "2"]
    assert [headers["X-CloudTasks-TaskExecutionCount"] for _, headers, _ in called.asked] == ["0", "0", "1"]


def test_a_task_is_given_up_after_as_many_attempts_as_its_queue_allows(
    local: LocalCloud, called: Called, caplog: pytest.LogCaptureFixture
) -> None:
    retries = {"maxAttempts": 3, "minBackoff": "0.01s", "maxBackoff": "0.01s"}
    declare(local, declared.QUEUE, QUEUE, queue_of(called.port, retryConfig=retries))
    called.statuses = [503] * 9
    enqueue(local)
    wait_until(lambda: not waiting(local))

    assert len(called.asked) == 3
    assert "answered 503; given up after 3 attempts" in caplog.text


def test_no_more_calls_are_under_way_than_the_queue_allows(local: LocalCloud, called: Called) -> None:
    declare(local, declared.QUEUE, QUEUE, queue_of(called.port, rateLimits={"maxConcurrentDispatches": 2}))
    called.held = threading.Event()
    for _ in range(5):
        enqueue(local)
    wait_until(lambda: len(called.asked) == 2)
    # Others had their chance: each of these makes the queue look for what is due.
    for _ in range(3):
        enqueue(local)
    assert len(called.asked) == 2

    called.held.set()
    wait_until(lambda: len(called.asked) == 8)


@pytest.mark.parametrize(("per_second", "expected"), [(2, [2, 0, 2, 0, 1]), (0.5, [1, 0, 0, 0, 1])])
def test_no_more_calls_begin_in_a_second_than_the_queue_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, per_second: float, expected: list[int]
) -> None:
    """Where nothing is called, and the clock stands where it is put."""
    clock = {"now": 1_780_272_000.0}
    for module in (queues, reading):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: clock["now"]))
    with in_thread(tmp_path / "cloud", compose=lambda cloud: [Records(cloud)]) as local:
        declare(local, declared.QUEUE, QUEUE, queue_of(1, rateLimits={"maxDispatchesPerSecond": per_second}))
        found = local.in_loop(lambda cloud: Queues(cloud.store, Caller(cloud.store)))
        for _ in range(5):
            local.in_loop(lambda _: found.create(QUEUE, {"httpRequest": {"url": "http://replaced.invalid/"}}))
        begun = []
        for moment in (0, 0.5, 1, 1.5, 2):
            clock["now"] = 1_780_272_000.0 + moment
            begun.append(len(local.in_loop(lambda _: found.due()[0])))

    assert begun == expected


def test_a_task_waits_for_its_time(local: LocalCloud, called: Called) -> None:
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    enqueue(local, scheduleTime=later)
    enqueue(local)
    wait_until(lambda: len(waiting(local)) == 1)

    assert len(called.asked) == 1


def test_a_name_is_taken_while_its_task_waits_and_after_it_was_done(local: LocalCloud, called: Called) -> None:
    name = f"{QUEUE}/tasks/once"
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    enqueue(local, name=f"{name}-later", scheduleTime=later)
    enqueue(local, name=f"{name}-later", status=409)
    enqueue(local, name=name)
    wait_until(lambda: len(waiting(local)) == 1)
    refused = enqueue(local, name=name, status=409)

    assert refused["error"]["status"] == "ALREADY_EXISTS"


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ({"name": "projects/demo-test/locations/us-central1/queues/other/tasks/a"}, "Task name must be"),
        ({"name": f"{QUEUE}/tasks/a b"}, "Task name must be"),
        ({"httpRequest": None}, "httpRequest is required"),
        ({"httpRequest": {"url": "ftp://a"}}, "must start with"),
        ({"httpRequest": {"url": "http://a", "body": "{}"}}, "not base64"),
        ({"httpRequest": {"url": "http://a", "retries": 1}}, 'Unknown name "retries"'),
        ({"httpRequest": {"url": "http://a", "body": "AAAA" * 50_000}}, "too large"),
        ({"httpRequest": {"url": "http://a", "headers": ["X-A"]}}, "no object of HTTP headers"),
        ({"httpRequest": {"url": "http://a", "headers": {"X-A": "1\r\nX-B: 2"}}}, "no object of HTTP headers"),
        ({"httpRequest": {"url": "http://a", "httpMethod": "FETCH"}}, "http_method is none of"),
        ({"httpRequest": {"url": "http://a", "oidcToken": "a@b"}}, "oidc_token is an object"),
        ({"httpRequest": {"url": "http://a", "oidcToken": {"audience": "a"}}}, "service_account_email is required"),
        ({"dispatchDeadline": "14s"}, "between 15s and 1800s"),
        ({"dispatchDeadline": "soon"}, "no duration"),
        ({"scheduleTime": "tomorrow"}, "is no time"),
        ({"scheduleTime": "2099-01-01T00:00:00Z"}, "more than 30 days"),
        ({"appEngineHttpRequest": {}}, "Unknown name"),
    ],
)
def test_what_cloud_tasks_refuses_is_refused(local: LocalCloud, task: dict[str, Any], said: str) -> None:
    assert said in enqueue(local, status=400, **task)["error"]["message"]


def test_a_queue_that_nobody_declared_takes_no_task_and_one_that_is_gone_loses_its_own(
    local: LocalCloud, called: Called
) -> None:
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    enqueue(local, scheduleTime=later)
    local.in_loop(lambda cloud: records.delete(cloud.store, declared.QUEUE, PROJECT, QUEUE))
    wait_until(lambda: not waiting(local))

    enqueue(local, status=404)
    assert called.asked == []


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ({"uriOverride": {"scheme": "HTTP", "host": "shop.example"}}, "is not on this machine"),
        ({"oidcToken": {"serviceAccountEmail": "nobody@demo-test.iam.gserviceaccount.com"}}, "does not exist"),
    ],
)
def test_nobody_else_is_called_and_no_token_is_made_for_nobody(
    local: LocalCloud, called: Called, caplog: pytest.LogCaptureFixture, target: dict[str, Any], said: str
) -> None:
    declare(
        local, declared.QUEUE, QUEUE, queue_of(called.port, httpTarget=queue_of(called.port)["httpTarget"] | target)
    )
    enqueue(local)
    wait_until(lambda: said in caplog.text)

    assert called.asked == []


def test_what_waits_or_was_under_way_is_called_by_the_next_local_cloud(tmp_path: Path, called: Called) -> None:
    root = tmp_path / "cloud"
    called.held = threading.Event()
    with in_thread(root, compose=parts) as first:
        first.enable()
        declare(
            first,
            declared.QUEUE,
            QUEUE,
            {"httpTarget": {"uriOverride": queue_of(called.port)["httpTarget"]["uriOverride"]}},
        )
        enqueue(first)
        wait_until(lambda: len(called.asked) == 1)
    called.held.set()
    with in_thread(root, compose=parts) as second:
        wait_until(lambda: not waiting(second))

    assert len(called.asked) == 2


@pytest.mark.parametrize(
    ("retries", "pauses"),
    [
        (Retries(least=1, most=3600, doublings=3), [1, 2, 4, 8, 16, 24, 32]),
        (Retries(least=1, most=10, doublings=16), [1, 2, 4, 8, 10, 10, 10]),
        (Retries(least=10, most=300, doublings=0), [10, 20, 30, 40, 50, 60, 70]),
    ],
)
def test_a_pause_doubles_so_many_times_and_grows_evenly_then(retries: Retries, pauses: list[float]) -> None:
    """Cloud Tasks v2, RetryConfig.maxDoublings, has the example."""
    assert [retries.pause(failures) for failures in range(1, 8)] == pauses
