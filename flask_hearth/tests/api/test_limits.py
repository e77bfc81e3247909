"""What the strictest store can't hold is refused alike on all, and an answer that can't be kept is no error."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.stores import limits
from flask_hearth.stores.interface import Store, TooLargeError
from flask_hearth.tests.api.conftest import app_over, problem
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.databases import KINDS, Databases


class Part(Model):
    label: str = ""
    done: bool = False


class Thing(Model):
    name: str = ""
    tags: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    inner: "Thing | None" = None


THINGS = Declaration(name="things", singular="thing", model=Thing)
PATH = "/api/v1/things"


@pytest.fixture(scope="module")
def stores(databases: Databases) -> dict[str, Store]:
    return {}


@pytest.fixture(params=KINDS)
def client(request: pytest.FixtureRequest, databases: Databases, stores: dict[str, Store]) -> FlaskClient:
    store = stores.get(request.param) or databases.open(request.param, [THINGS])
    stores[request.param] = store
    return app_over(store, declarations=[THINGS]).test_client()


def nested(depth: int) -> dict[str, Any]:
    return {"name": "x"} if depth == 1 else {"inner": nested(depth - 1)}


def largest(letter: str) -> str:
    """The longest text of a letter that a thing's name can be."""
    size = len(letter.encode())
    text = letter * (limits.MAX_DOCUMENT_BYTES // size)
    while limits.fault(THINGS, {**Thing().model_dump(mode="json"), "name": text}):
        text = text[: -200 // size]
    return text


def send(client: FlaskClient, body: dict[str, Any], path: str = PATH, method: str = "POST", **headers: str) -> Any:
    data = json.dumps(body, ensure_ascii=False).encode()
    return client.open(path, method=method, data=data, content_type="application/json", headers=headers)


TOO_LARGE: dict[str, Callable[[], dict[str, Any]]] = {
    "a text": lambda: {"name": "x" * 1_048_476},
    "letters of several bytes": lambda: {"name": "я" * 524_200},
    "levels": lambda: nested(25),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_some_store_could_not_hold_is_too_large_for_all(client: FlaskClient, name: str) -> None:
    body = TOO_LARGE[name]()
    path = send(client, {"name": "there"}).headers["Location"]

    assert problem(send(client, body), 413)["type"] == "/api/problems/object-too-large"
    assert problem(send(client, body, path, "PUT"), 413)["type"] == "/api/problems/object-too-large"
    assert problem(send(client, body, path, "PATCH"), 413)["type"] == "/api/problems/object-too-large"
    assert client.get(path).get_json()["name"] == "there"


def test_an_object_has_as_many_values_as_indexes_hold() -> None:
    """What a body may have is less; a model may make more of it."""
    assert limits.fault(THINGS, {"tags": [""] * 39_996}) is None
    assert "values to be indexed" in (limits.fault(THINGS, {"tags": [""] * 39_997}) or "")


def test_long_ways_to_many_values_are_more_than_indexes_hold() -> None:
    """Each entry of an index has the whole way to its value."""
    way: dict[str, Any] = {f"{number:04}": True for number in range(9000)}
    for _ in range(limits.MAX_DEPTH - 3):
        way = {"x" * 40: way}

    assert "bytes in indexes" in (limits.fault(THINGS, {"inner": way}) or "")


LARGEST: dict[str, Callable[[], dict[str, Any]]] = {
    "a text": lambda: {"name": largest("x")},
    "letters of several bytes": lambda: {"name": largest("я")},
    "elements to index": lambda: {"tags": [""] * 9_000},
    "parts": lambda: {"parts": [{"label": "a", "done": True}] * 2_000},
    "levels": lambda: nested(limits.MAX_DEPTH - 1),
}


@pytest.mark.parametrize("name", LARGEST)
def test_what_is_within_the_limits_is_taken_by_all(client: FlaskClient, name: str) -> None:
    made = send(client, LARGEST[name]())

    assert made.status_code == 201, made.text[:300]
    assert client.get(made.headers["Location"]).get_json() == made.get_json()


def test_letters_are_sent_as_they_are(client: FlaskClient) -> None:
    made = send(client, {"name": "Ölkännchen \u2028"})

    assert "Ölkännchen \u2028".encode() in made.data


def test_an_answer_in_letters_of_two_bytes_is_kept_whole(client: FlaskClient) -> None:
    first = send(client, {"name": "я" * 180_000}, **{"Idempotency-Key": "cyrillic"})
    again = send(client, {"name": "я" * 180_000}, **{"Idempotency-Key": "cyrillic"})

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Kept" not in first.headers


def test_an_answer_too_large_to_keep_says_so_and_its_repetition_gets_the_object(client: FlaskClient) -> None:
    """Quotes are two bytes in JSON, and one in a store."""
    body, key = {"name": '"' * 520_000}, {"Idempotency-Key": "quotes"}
    first = send(client, body, **key)
    again = send(client, body, **key)
    other = send(client, {"name": "another"}, **key)

    assert (first.status_code, first.headers["Idempotent-Kept"]) == (201, "false")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert again.data == first.data
    assert problem(other, 422)["type"] == "/api/problems/idempotency-key-reused"
    client.delete(first.headers["Location"])
    assert problem(send(client, body, **key), 404)["type"] == "/api/problems/no-such-object"


def test_a_store_that_refuses_all_the_same_is_told_as_too_large() -> None:
    memory = MemoryStore()
    client = app_over(memory, declarations=[THINGS]).test_client()
    memory.fails = lambda call: TooLargeError("x") if call == "create" else None

    assert problem(send(client, {"name": "a"}), 413)["type"] == "/api/problems/object-too-large"
    assert problem(send(client, {"name": "a"}, **{"Idempotency-Key": "k"}), 413)
    memory.fails = lambda call: TooLargeError("x") if call == "finish" else None
    assert send(client, {"name": "a"}, **{"Idempotency-Key": "k"}).status_code == 201, "it was carried out"
