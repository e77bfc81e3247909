"""Make, get, replace, change and remove objects of whatever is declared."""

import re
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from flask_hearth.tests.api.conftest import Api, problem
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.api.samples import ITEM, WARE


def test_an_object_is_made_with_its_defaults_and_found_again(api: Api) -> None:
    made = api.client.post(api.sample.path, json=api.sample.least)
    answer: dict[str, Any] = made.get_json()

    assert made.status_code == 201
    assert made.content_type == "application/json"
    assert list(answer) == ["id", *api.sample.whole, "created_at", "updated_at"]
    assert {name: answer[name] for name in api.sample.whole} == api.sample.whole
    assert uuid.UUID(answer["id"]).version == 4
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", answer["created_at"])
    assert answer["updated_at"] == answer["created_at"]
    assert made.headers["Location"] == f"{api.sample.path}/{answer['id']}"

    found = api.client.get(made.headers["Location"])

    assert found.status_code == 200
    assert found.get_json() == answer
    assert found.headers["ETag"] == made.headers["ETag"]
    assert re.fullmatch(r'"[\x21\x23-\x7e]+"', found.headers["ETag"])
    assert found.headers["Cache-Control"] == "private, no-cache"


def test_every_field_is_kept_as_it_was_sent(api: Api) -> None:
    made = api.client.post(api.sample.path, json=api.sample.other).get_json()
    found = api.client.get(f"{api.sample.path}/{made['id']}").get_json()

    assert {name: found[name] for name in api.sample.other} == api.sample.other


def test_put_replaces_every_field(api: Api) -> None:
    """Document 002's PUT changed what it was sent and kept the rest: RFC 9110 calls that PATCH."""
    made = api.client.post(api.sample.path, json=api.sample.other)
    put = api.client.put(made.headers["Location"], json=api.sample.least, headers=api.sample.unsafe)

    assert put.status_code == 200
    assert {name: put.get_json()[name] for name in api.sample.whole} == api.sample.whole
    assert put.get_json()["id"] == made.get_json()["id"]
    assert put.get_json()["created_at"] == made.get_json()["created_at"]
    assert put.headers["ETag"] != made.headers["ETag"]
    found = api.client.get(made.headers["Location"])
    assert found.get_json() == put.get_json()
    assert found.headers["ETag"] == put.headers["ETag"]


@pytest.mark.parametrize("content_type", ["application/merge-patch+json", "application/json"])
def test_patch_changes_the_fields_it_has(api: Api, content_type: str) -> None:
    path = api.make()
    patched = api.client.patch(path, json=api.sample.patch, content_type=content_type, headers=api.sample.unsafe)
    before, expected = api.sample.whole, {**api.sample.whole, **api.sample.patch}
    for name, value in api.sample.patch.items():
        if isinstance(value, dict):
            expected[name] = {**before[name], **value}

    assert patched.status_code == 200
    assert {name: patched.get_json()[name] for name in expected} == expected
    assert api.client.get(path).get_json() == patched.get_json()


def test_an_updated_object_says_when(api: Api) -> None:
    path = api.make()
    patched = api.client.patch(path, json=api.sample.patch, headers=api.sample.unsafe).get_json()

    assert datetime.fromisoformat(patched["updated_at"]) >= datetime.fromisoformat(patched["created_at"])


def test_null_in_a_patch_puts_a_field_back_to_its_default(api: Api) -> None:
    path = api.client.post(api.sample.path, json=api.sample.other).headers["Location"]
    optional = [name for name in api.sample.whole if name not in api.sample.least]
    patched = api.client.patch(path, json=dict.fromkeys(optional), headers=api.sample.unsafe).get_json()

    assert {name: patched[name] for name in optional} == {name: api.sample.whole[name] for name in optional}


def test_null_in_a_patch_can_not_take_a_required_field_away(api: Api) -> None:
    path, (required, *_) = api.make(), api.sample.least
    refused = api.client.patch(path, json={required: None}, headers=api.sample.unsafe)

    assert problem(refused, 422)["errors"] == [{"pointer": f"/{required}", "detail": "Field required"}]


def test_null_in_a_patch_for_a_field_that_does_not_exist_is_refused(api: Api) -> None:
    """RFC 7396 removes what isn't there without a word; but a misspelt name is no wish to remove nothing."""
    answer = api.client.patch(api.make(), json={"nmae": None, **api.sample.patch}, headers=api.sample.unsafe)

    assert [error["pointer"] for error in problem(answer, 422)["errors"]] == ["/nmae"]


@pytest.mark.parametrize(
    ("patch", "pointers"),
    [
        ({"size": {"depth": None}}, ["/size/depth"]),
        ({"size": {"depth": 1}}, ["/size/depth"]),
        ({"size": {"width": None}}, ["/size/width"]),
        ({"size": {"height": None}}, []),
        ({"size": None}, []),
        ({"since": None}, []),
    ],
)
def test_a_patch_goes_into_objects_within(over: Callable[..., Api], patch: dict[str, Any], pointers: list[str]) -> None:
    api = over(WARE)
    path = api.client.post(WARE.path, json=WARE.other).headers["Location"]
    answer = api.client.patch(path, json=patch, headers=WARE.unsafe)
    if pointers:
        assert [error["pointer"] for error in problem(answer, 422)["errors"]] == pointers
    else:
        assert answer.status_code == 200
        ((name, value),) = patch.items()
        expected = WARE.whole[name] if value is None else {**WARE.other[name], "height": 1}
        assert answer.get_json()[name] == expected


def test_an_empty_patch_changes_nothing_that_is_seen(api: Api) -> None:
    path = api.make()
    before = api.client.get(path).get_json()
    after = api.client.patch(path, json={}, headers=api.sample.unsafe).get_json()

    assert {name: after[name] for name in api.sample.whole} == {name: before[name] for name in api.sample.whole}


def test_a_removed_object_is_gone(api: Api) -> None:
    path = api.make()
    removed = api.client.delete(path, headers=api.sample.unsafe)

    assert removed.status_code == 204
    assert removed.data == b""
    assert "Content-Type" not in removed.headers
    problem(api.client.get(path), 404)
    problem(api.client.delete(path, headers=api.sample.unsafe), 404)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("match", [{}, {"If-Match": "*"}, {"If-Match": '"1"'}, {"If-Match": '"1", "2"'}])
def test_an_object_that_is_not_there_is_not_found_whatever_state_it_should_have(
    api: Api, method: str, match: dict[str, str]
) -> None:
    """RFC 9110, section 13.2.1: a precondition counts only where the request would succeed without it."""
    missing = str(uuid.uuid4())
    headers = {**api.sample.unsafe, **match}
    answer = api.client.open(f"{api.sample.path}/{missing}", method=method, json=api.sample.least, headers=headers)

    assert missing in problem(answer, 404)["detail"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_wrong_body_is_refused_with_the_places_that_are_wrong(api: Api, method: str) -> None:
    made = api.make()
    path = api.sample.path if method == "POST" else made
    for body, pointers in api.sample.wrong:
        if method == "PATCH" and not body:
            continue
        headers = {} if method == "POST" else api.sample.unsafe
        answer = api.client.open(path, method=method, json=body, headers=headers)
        if method == "PATCH" and answer.status_code == 200:
            # What is missing in a whole body is there in the object that is patched.
            assert all(pointer.count("/") > 1 for pointer in pointers)
            continue
        errors = problem(answer, 422)["errors"]

        assert [error["pointer"] for error in errors] == pointers, body
        assert all(error["detail"] for error in errors)
        assert "pydantic" not in answer.text
    total = api.client.get(api.sample.path).get_json()["total"]
    assert total == 1, "nothing is kept of what is refused"


def test_a_field_that_does_not_exist_is_told_from_those_that_do(api: Api) -> None:
    answer = api.client.post(api.sample.path, json={**api.sample.least, "nmae": 1})
    (error,) = problem(answer, 422)["errors"]

    assert error["pointer"] == "/nmae"
    assert all(name in error["detail"] for name in api.sample.whole)


def test_the_service_s_own_fields_can_not_be_set(api: Api) -> None:
    own = {"id": "x", "version": "1", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
    answer = api.client.post(api.sample.path, json={**api.sample.least, **own})

    assert [error["pointer"] for error in problem(answer, 422)["errors"]] == [f"/{name}" for name in own]


def test_of_a_body_with_many_faults_a_few_are_told(api: Api) -> None:
    answer = api.client.post(api.sample.path, json={f"x{n}": n for n in range(60)})
    errors = problem(answer, 422)["errors"]

    assert len(errors) == 21
    assert "more faults" in errors[-1]["detail"]
    assert len(answer.data) < 10_000


@pytest.mark.parametrize(
    "id",
    [
        "__x__",
        "____",
        "x" * 65,
        "a.b",
        "a%20b",
        "%C3%A4",
        "%FF",
        "%00",
        "a%0A",
        "%0a",
        "..",
        "a%2Fb",
        "a/b",
        "*",
        "$id",
        "%7Bid%7D",
        "",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_an_id_that_no_object_can_have_is_not_found_without_a_look(
    over: Callable[..., Api], memory: MemoryStore, id: str, method: str
) -> None:
    """Firestore answers some of them with errors of its own."""
    answer = over(ITEM).client.open(f"{ITEM.path}/{id}", method=method, json=ITEM.least)

    problem(answer, 404)
    assert memory.calls == []


@pytest.mark.parametrize("id", ["__x", "x__", "_", "__", "___", "-", "x" * 64, "A-b_9"])
def test_an_id_that_an_object_could_have_reaches_the_store(api: Api, id: str) -> None:
    assert id in problem(api.client.get(f"{api.sample.path}/{id}"), 404)["detail"]
