"""The same Idempotency-Key twice: one object, one answer; also at once, and also when the store fails in between."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import request
from werkzeug.test import TestResponse

from flask_hearth import identity
from flask_hearth.api.idempotency import IN_FLIGHT_SECONDS, KEPT_SECONDS
from flask_hearth.stores.interface import Store, UnavailableError
from flask_hearth.tests.api.conftest import Api, app_over, problem
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.api.samples import ITEM, WARE


def post(api: Api, body: object = None, key: str | None = None) -> TestResponse:
    return api.client.post(
        api.sample.path,
        json=api.sample.least if body is None else body,
        headers={"Idempotency-Key": api.key if key is None else key},
    )


def total(api: Api) -> int:
    found: int = api.client.get(api.sample.path).get_json()["total"]
    return found


def test_a_repetition_gets_the_same_answer_and_makes_nothing(api: Api) -> None:
    first, again = post(api), post(api)

    assert first.status_code == again.status_code == 201
    assert again.data == first.data
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    for header in ("Content-Type", "ETag", "Location", "Cache-Control"):
        assert again.headers[header] == first.headers[header]
    assert total(api) == 1


def test_the_answer_is_that_of_then_whatever_became_of_the_object(api: Api) -> None:
    first = post(api)
    api.client.delete(first.headers["Location"], headers=api.sample.unsafe)

    assert post(api).data == first.data
    assert total(api) == 0


def test_the_same_body_written_otherwise_is_the_same_request(api: Api) -> None:
    first = post(api, api.sample.other)
    turned = dict(reversed(api.sample.other.items()))

    assert post(api, turned).data == first.data


def test_another_body_is_refused_and_makes_nothing(api: Api) -> None:
    post(api)
    found = problem(post(api, api.sample.other), 422)

    assert found["errors"][0]["header"] == "Idempotency-Key"
    assert total(api) == 1


def test_another_key_is_another_request(api: Api) -> None:
    assert post(api).data != post(api, key=api.key + "x").data
    assert total(api) == 2


def test_a_key_counts_for_one_collection(over: Callable[..., Api]) -> None:
    assert post(over(ITEM), key="k").status_code == 201
    assert post(over(WARE), key="k").status_code == 201


def test_a_key_counts_for_one_caller(memory: MemoryStore) -> None:
    app = app_over(memory)

    @app.before_request
    def who() -> None:
        identity.sign_in(identity.User(id=request.headers["X-Who"]))

    answers = [
        app.test_client().post(ITEM.path, json=ITEM.least, headers={"Idempotency-Key": "k", "X-Who": who})
        for who in ("ann", "bob", "ann")
    ]

    assert [answer.headers.get("Idempotent-Replayed") for answer in answers] == [None, None, "true"]
    assert answers[0].data == answers[2].data != answers[1].data


@pytest.mark.parametrize("key", ["x", "x" * 255, '"quoted"', "!~,;"])
def test_any_visible_text_is_a_key(over: Callable[..., Api], key: str) -> None:
    api = over(ITEM)
    post(api, key=key)

    assert post(api, key=key).headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a b", "a\tb", "\xe9", "\x7f", "\x00"])
def test_anything_else_is_refused(api: Api, key: str) -> None:
    assert problem(post(api, key=key), 400)["errors"][0]["header"] == "Idempotency-Key"
    assert total(api) == 0


def test_what_was_refused_leaves_the_key_free(api: Api) -> None:
    problem(post(api, {}), 422)

    assert post(api).status_code == 201


def test_twice_at_once_makes_one(database: Store) -> None:
    api = Api(app_over(database).test_client(), ITEM)
    together = threading.Barrier(4)

    def once(_: int) -> TestResponse:
        together.wait()
        return post(replace(api, client=api.client.application.test_client()))

    with ThreadPoolExecutor(4) as four:
        answers = list(four.map(once, range(4)))
    made = [answer for answer in answers if answer.status_code == 201]

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.data for answer in made}) == 1
    assert total(api) == 1


@pytest.fixture
def api_in_memory(over: Callable[..., Api]) -> Api:
    return over(ITEM)


def test_while_the_first_is_under_way_the_second_is_told_to_wait(api_in_memory: Api, memory: MemoryStore) -> None:
    inner: list[TestResponse] = []

    def second(call: str) -> None:
        if call == "create" and not inner:
            inner.append(post(replace(api_in_memory, client=api_in_memory.client.application.test_client())))

    memory.fails = second
    outer = post(api_in_memory)

    problem(inner[0], 409)
    assert inner[0].headers["Retry-After"] == "1"
    assert outer.status_code == 201


def test_the_answer_is_kept_for_a_day(api_in_memory: Api, memory: MemoryStore) -> None:
    first = post(api_in_memory)
    memory.wait(KEPT_SECONDS - 1)
    assert post(api_in_memory).data == first.data
    memory.wait(1)

    assert post(api_in_memory, ITEM.other).status_code == 201
    assert total(api_in_memory) == 2


CALLS = ["reserve", "reserve done", "create", "create done", "finish", "finish done"]


@pytest.mark.parametrize("failing", CALLS)
@pytest.mark.parametrize("forget_fails", [False, True])
def test_wherever_the_store_fails_a_repetition_makes_no_second_object(
    api_in_memory: Api, memory: MemoryStore, failing: str, *, forget_fails: bool
) -> None:
    """An error after the call is a store that did what was asked, and whose answer got lost."""

    def fail(call: str) -> Exception | None:
        down = call == failing or (forget_fails and call == "forget")
        return UnavailableError("password=hunter2") if down else None

    memory.fails = fail
    first = post(api_in_memory)
    memory.fails = lambda _: None
    if failing.startswith("finish"):
        assert first.status_code == 201
    else:
        problem(first, 503)
        assert first.headers["Retry-After"] == "5"
        assert "hunter2" not in first.text
    again = post(api_in_memory)
    if again.status_code == 409:
        # Nobody could say that the first request had ended.
        memory.wait(IN_FLIGHT_SECONDS)
        again = post(api_in_memory)

    assert again.status_code == 201
    assert total(api_in_memory) == 1
    assert again.get_json()["id"] == api_in_memory.client.get(ITEM.path).get_json()["items"][0]["id"]
    if first.status_code == 201:
        assert again.data == first.data


@pytest.mark.parametrize("forget_fails", [False, True])
def test_an_error_of_ours_is_not_kept(api_in_memory: Api, memory: MemoryStore, *, forget_fails: bool) -> None:
    """Nor taken for one of the store's, whatever else goes wrong."""
    errors: dict[str, Exception] = {"create": RuntimeError("a bug")}
    if forget_fails:
        errors["forget"] = UnavailableError("down")
    memory.fails = errors.get
    problem(post(api_in_memory), 500)
    memory.fails = lambda _: None
    memory.wait(IN_FLIGHT_SECONDS if forget_fails else 0)

    assert post(api_in_memory).status_code == 201


def test_without_a_key_each_request_makes_one(api: Api) -> None:
    api.make()
    api.make()

    assert total(api) == 2
