"""ETags: 304 for who has it, 412 for who had it, and nobody's change lost."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from flask_hearth.stores.interface import Store, VersionError
from flask_hearth.tests.api.conftest import Api, app_over, problem
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.api.samples import ITEM, WARE

CHANGES = ["PUT", "PATCH", "DELETE"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("form", ["{0}", "W/{0}", '"x", {0}', 'W/"x",{0}', ", {0} ,,", "*"])
def test_who_has_the_present_state_gets_304(api: Api, method: str, form: str) -> None:
    path = api.make()
    etag = api.client.get(path).headers["ETag"]
    answer = api.client.open(path, method=method, headers={"If-None-Match": form.format(etag)})

    assert answer.status_code == 304
    assert answer.data == b""
    assert answer.headers["ETag"] == etag
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Content-Type" not in answer.headers


def test_who_has_another_state_gets_the_present_one(api: Api) -> None:
    path = api.make()
    before = api.client.get(path).headers["ETag"]
    api.client.patch(path, json=api.sample.patch, headers=api.sample.unsafe)
    answer = api.client.get(path, headers={"If-None-Match": before})

    assert answer.status_code == 200
    assert answer.headers["ETag"] != before


@pytest.mark.parametrize("method", CHANGES)
@pytest.mark.parametrize("form", ["{0}", "W/{0}", '"x", {0}', '{0}, W/"x"', "*", " * "])
def test_who_knows_the_present_state_may_change_it(api: Api, method: str, form: str) -> None:
    """The weak form too: a CDN that compresses makes one of our tag, and the client knows no other."""
    path = api.make()
    etag = api.client.get(path).headers["ETag"]
    answer = api.client.open(path, method=method, json=api.sample.other, headers={"If-Match": form.format(etag)})

    assert answer.status_code in {200, 204}


@pytest.mark.parametrize("method", [*CHANGES, "GET"])
@pytest.mark.parametrize(
    "form", ["{0}", "W/{0}", '"x", {0}', '"x"', '""', '"' + "x" * 4000 + '"', '"\xe9 "'.replace(" ", "")]
)
def test_who_knows_another_state_may_not(api: Api, method: str, form: str) -> None:
    path = api.make()
    before = api.client.get(path).headers["ETag"]
    api.client.patch(path, json=api.sample.patch, headers=api.sample.unsafe)
    present = api.client.get(path)
    answer = api.client.open(path, method=method, json=api.sample.other, headers={"If-Match": form.format(before)})

    problem(answer, 412)
    assert api.client.get(path).get_json() == present.get_json()
    assert api.client.get(path).headers["ETag"] == present.headers["ETag"]


@pytest.mark.parametrize("method", CHANGES)
@pytest.mark.parametrize("form", ["*", "{0}", "W/{0}", '"x", {0}'])
def test_a_change_that_must_not_meet_this_state_does_not(api: Api, method: str, form: str) -> None:
    path = api.make()
    etag = api.client.get(path).headers["ETag"]
    headers = {**api.sample.unsafe, "If-None-Match": form.format(etag)}
    problem(api.client.open(path, method=method, json=api.sample.other, headers=headers), 412)
    headers["If-None-Match"] = '"x"'

    assert api.client.open(path, method=method, json=api.sample.other, headers=headers).status_code in {200, 204}


@pytest.mark.parametrize("method", [*CHANGES, "GET"])
@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize(
    "value", ["", " ", "abc", "1", '"a', 'a"', '"a" "b"', 'w/"a"', 'W/ "a"', '*, "a"', '"a b"', ","]
)
def test_a_malformed_precondition_is_refused_as_it_would_protect_nothing(
    api: Api, method: str, header: str, value: str
) -> None:
    path = api.make()
    headers = {**api.sample.unsafe, header: value}
    found = problem(api.client.open(path, method=method, json=api.sample.other, headers=headers), 400)

    assert found["errors"][0]["header"] == header


@pytest.mark.parametrize("method", CHANGES)
def test_one_word_in_the_declaration_requires_if_match(over: Callable[..., Api], method: str) -> None:
    items, wares = over(ITEM), over(WARE)
    free = items.client.open(items.make(), method=method, json=ITEM.other)
    bound = wares.client.open(wares.make(), method=method, json=WARE.other)

    assert free.status_code in {200, 204}
    assert "If-Match" in problem(bound, 428)["detail"]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_change_with_one_tag_is_one_call_to_the_store(
    over: Callable[..., Api], memory: MemoryStore, method: str
) -> None:
    api = over(ITEM)
    path = api.make()
    memory.calls.clear()
    api.client.open(path, method=method, json=ITEM.other, headers={"If-Match": '"v1"'})

    assert memory.calls == [{"PUT": "replace"}.get(method, "delete")]


@pytest.mark.parametrize("headers", [{"If-Match": '"v1", "v9"'}, {"If-None-Match": '"v9"'}])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_change_between_look_and_write_is_seen(
    over: Callable[..., Api], memory: MemoryStore, method: str, headers: dict[str, str]
) -> None:
    api = over(ITEM)
    path = api.make()
    meddling = iter([True])

    def meddle(call: str) -> None:
        if call == "get done" and next(meddling, False):
            memory.replace(ITEM.declaration, path.rpartition("/")[2], ITEM.other, expected=None)

    memory.fails = meddle
    problem(api.client.open(path, method=method, json=ITEM.least, headers=headers), 412)


def test_a_patch_is_made_anew_over_a_change_between_look_and_write(
    over: Callable[..., Api], memory: MemoryStore
) -> None:
    api = over(ITEM)
    path = api.make()
    meddling = iter([True])

    def meddle(call: str) -> None:
        if call == "get done" and next(meddling, False):
            memory.replace(
                ITEM.declaration, path.rpartition("/")[2], {**ITEM.whole, "description": "new"}, expected=None
            )

    memory.fails = meddle
    patched = api.client.patch(path, json={"quantity": 3})

    assert patched.status_code == 200
    assert (patched.get_json()["description"], patched.get_json()["quantity"]) == ("new", 3)


def test_patches_at_the_same_time_are_all_kept(database: Store) -> None:
    """Without If-Match: each is made anew over what the others left."""
    items = Api(app_over(database).test_client(), ITEM)
    path = items.make()
    together = threading.Barrier(2)

    def change(body: dict[str, object]) -> int:
        together.wait()
        return items.client.application.test_client().patch(path, json=body).status_code

    for number in range(10):
        with ThreadPoolExecutor(2) as two:
            statuses = list(two.map(change, [{"quantity": number}, {"description": str(number)}]))
        found = items.client.get(path).get_json()

        assert statuses == [200, 200]
        assert (found["quantity"], found["description"]) == (number, str(number))


def test_forty_increments_with_if_match_and_retry_all_land(database: Store) -> None:
    items = Api(app_over(database).test_client(), ITEM)
    path = items.make()

    def increment(_: int) -> None:
        client = items.client.application.test_client()
        while True:
            seen = client.get(path)
            answer = client.patch(
                path, json={"quantity": seen.get_json()["quantity"] + 1}, headers={"If-Match": seen.headers["ETag"]}
            )
            if answer.status_code == 200:
                return
            assert answer.status_code == 412

    with ThreadPoolExecutor(5) as five:
        list(five.map(increment, range(40)))

    assert items.client.get(path).get_json()["quantity"] == 40


def test_a_patch_that_always_comes_too_late_ends_with_409(over: Callable[..., Api], memory: MemoryStore) -> None:
    api = over(ITEM)
    path = api.make()
    memory.calls.clear()
    memory.fails = lambda call: VersionError("again") if call == "replace" else None
    answer = api.client.patch(path, json=ITEM.patch)

    problem(answer, 409)
    assert answer.headers["Retry-After"] == "1"
    assert memory.calls == ["get", "replace"] * 8
