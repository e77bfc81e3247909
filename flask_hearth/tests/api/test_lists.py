"""Lists: numbered pages near the beginning, cursors everywhere, and queries that are refused."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from flask_hearth.api import cursors
from flask_hearth.stores.interface import OLDEST_FIRST
from flask_hearth.tests.api.conftest import GOOD_KEY, Api, app_over, problem
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.api.samples import ITEM, WARE


def listed(client: FlaskClient, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def ids(page: dict[str, Any], name: str) -> list[str]:
    return [one["id"] for one in page[name]]


def links(answer: Response) -> dict[str, str]:
    return {relation: path for path, relation in re.findall(r'<(/[^>]+)>; rel="(\w+)"', answer.headers.get("Link", ""))}


def test_an_empty_list_has_all_its_parts(api: Api) -> None:
    answer = api.client.get(api.sample.path)

    assert answer.get_json() == {api.sample.declaration.name: [], "page": 1, "per_page": 20, "total": 0, "next": None}
    assert "Link" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_objects_are_listed_oldest_first_as_they_are(api: Api) -> None:
    made = [api.client.get(api.make()).get_json() for _ in range(3)]
    page = listed(api.client, api.sample.path)

    assert sorted(page[api.sample.declaration.name], key=lambda one: one["id"]) == sorted(
        made, key=lambda one: one["id"]
    )
    order = [(one["created_at"], one["id"]) for one in page[api.sample.declaration.name]]
    assert order == sorted(order)
    assert page["total"] == 3


def test_numbered_pages_are_those_of_document_002(api: Api) -> None:
    name = api.sample.declaration.name
    for _ in range(5):
        api.make()
    pages = [listed(api.client, f"{api.sample.path}?page={number}&per_page=2") for number in (1, 2, 3, 4)]

    assert [len(page[name]) for page in pages] == [2, 2, 1, 0]
    assert [(page["page"], page["per_page"], page["total"]) for page in pages] == [(n, 2, 5) for n in (1, 2, 3, 4)]
    assert len({one for page in pages for one in ids(page, name)}) == 5
    assert [page["next"] is None for page in pages] == [False, False, True, True]


def test_a_full_last_page_leads_nowhere(api: Api) -> None:
    api.make()
    api.make()

    assert listed(api.client, f"{api.sample.path}?per_page=2")["next"] is None


def test_cursors_lead_through_everything_once(api: Api) -> None:
    """The objects of the store in memory have one time, all of them: only the id tells their order."""
    made = {api.make().rpartition("/")[2] for _ in range(7)}
    found: list[str] = []
    path = f"{api.sample.path}?per_page=3"
    while path:
        answer = api.client.get(path)
        page = answer.get_json()
        found += ids(page, api.sample.declaration.name)
        path = links(answer).get("next", "")
        assert (page["next"] is None) is (path == "")
        if path:
            assert parse_qs(urlsplit(path).query) == {"cursor": [page["next"]], "per_page": ["3"]}

    assert len(found) == 7
    assert set(found) == made


def test_links_lead_to_the_pages_beside(api: Api) -> None:
    """From the first page to the last by `next`, back by `prev`, and from everywhere to the first."""
    for _ in range(5):
        api.make()
    forth = [api.client.get(f"{api.sample.path}?per_page=2")]
    while "next" in links(forth[-1]):
        forth.append(api.client.get(links(forth[-1])["next"]))
    back = [forth[-1]]
    while "prev" in links(back[-1]):
        back.append(api.client.get(links(back[-1])["prev"]))
    name = api.sample.declaration.name
    pages = [ids(answer.get_json(), name) for answer in forth]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [ids(answer.get_json(), name) for answer in back] == pages[::-1]
    assert ids(listed(api.client, links(back[-2])["next"]), name) == pages[2]
    assert [links(answer).get("first") for answer in forth] == [None, *[f"{api.sample.path}?per_page=2"] * 2]


def test_a_numbered_page_links_to_the_one_before(api: Api) -> None:
    answer = api.client.get(f"{api.sample.path}?page=3&per_page=2&sort=-created_at")

    assert links(answer) == {
        "first": f"{api.sample.path}?sort=-created_at&per_page=2",
        "prev": f"{api.sample.path}?sort=-created_at&page=2&per_page=2",
    }


def test_a_list_that_has_not_changed_is_not_sent_again(api: Api) -> None:
    path = api.make()
    answer = api.client.get(api.sample.path)
    known = {"If-None-Match": f'"other", W/{answer.headers["ETag"]}'}
    same = api.client.get(api.sample.path, headers=known)
    other = api.client.get(f"{api.sample.path}?per_page=7", headers=known)
    api.client.delete(path, headers=api.sample.unsafe)

    assert (same.status_code, same.data) == (304, b"")
    assert same.headers["ETag"] == answer.headers["ETag"]
    assert same.headers["Cache-Control"] == answer.headers["Cache-Control"] == "private, no-cache"
    assert other.status_code == 200
    assert api.client.get(api.sample.path, headers=known).status_code == 200
    problem(api.client.get(api.sample.path, headers={"If-None-Match": "other"}), 400)


def test_a_page_from_a_cursor_has_no_number(api: Api) -> None:
    for _ in range(3):
        api.make()
    first = listed(api.client, f"{api.sample.path}?per_page=1")
    second = listed(api.client, f"{api.sample.path}?per_page=1&cursor={first['next']}")

    assert second["page"] is None
    assert second["total"] is None


def test_what_is_made_and_removed_meanwhile_shifts_no_page_from_a_cursor(
    over: Callable[..., Api], memory: MemoryStore
) -> None:
    api = over(ITEM)
    made = []
    for _ in range(6):
        made.append(api.make().rpartition("/")[2])
        memory.wait(1)
    first = listed(api.client, f"{ITEM.path}?per_page=2")
    api.client.delete(f"{ITEM.path}/{made[0]}")
    # The very object that the cursor is made of.
    api.client.delete(f"{ITEM.path}/{made[1]}")
    late = api.make().rpartition("/")[2]
    rest = listed(api.client, f"{ITEM.path}?per_page=10&cursor={first['next']}")

    assert ids(first, "items") == made[:2]
    assert ids(rest, "items") == [*made[2:], late]


def test_a_page_costs_one_query_and_one_count(over: Callable[..., Api], memory: MemoryStore) -> None:
    """Whatever the length of the list: document 002 read all of it for its total."""
    api = over(ITEM)
    for _ in range(30):
        api.make()
    memory.calls.clear()
    listed(api.client, ITEM.path)

    assert memory.calls == ["page", "count"]


@pytest.mark.parametrize(("asked", "given"), [("100", 100), ("101", 100), ("9" * 5000, 100), ("007", 7)])
def test_more_per_page_than_there_may_be_is_the_most_there_may_be(api: Api, asked: str, given: int) -> None:
    assert listed(api.client, f"{api.sample.path}?per_page={asked}")["per_page"] == given


@pytest.mark.parametrize(
    ("query", "parameter", "reason"),
    [
        ("page=0", "page", "under 1"),
        ("page=-1", "page", "under 1"),
        ("per_page=0", "per_page", "under 1"),
        ("per_page=-5", "per_page", "under 1"),
        ("per_page=-99999999999999999999", "per_page", "under 1"),
        ("page=abc", "page", "no whole number"),
        ("page=", "page", "no whole number"),
        ("page=1.0", "page", "no whole number"),
        ("page=1e2", "page", "no whole number"),
        ("page=%201", "page", "no whole number"),
        ("page=%2B1", "page", "no whole number"),
        ("page=--1", "page", "no whole number"),
        ("page=1_0", "page", "no whole number"),
        ("page=%D9%A1", "page", "no whole number"),
        ("page=%00", "page", "no whole number"),
        ("page=%FF", "page", "no whole number"),
        ("page=501", "page", "cursor"),
        ("page=101&per_page=100", "page", "cursor"),
        ("page=101&per_page=1000", "page", "cursor"),
        ("page=10001&per_page=1", "page", "cursor"),
        ("page=" + "9" * 5000, "page", "cursor"),
        ("page=1&page=2", "page", "more than once"),
        ("per_page=1&per_page=1", "per_page", "more than once"),
        ("offset=3", "offset", "cursor, page, per_page"),
        ("Page=1", "Page", "unknown"),
        ("=1", "", "unknown"),
        ("%00=1", "\x00", "unknown"),
        ("cursor=", "cursor", "not a cursor of"),
        ("cursor=abc", "cursor", "not a cursor of"),
        ("cursor=a.b", "cursor", "not a cursor of"),
        ("cursor=%FF%00", "cursor", "not a cursor of"),
        ("cursor=" + "A" * 3000, "cursor", "not a cursor of"),
    ],
)
def test_a_query_that_can_not_be_meant_is_refused_with_its_parameter(
    api: Api, query: str, parameter: str, reason: str
) -> None:
    found = problem(api.client.get(f"{api.sample.path}?{query}"), 422)
    (error,) = found["errors"]

    assert error["parameter"] == parameter
    assert reason in error["detail"]
    assert error["detail"] in found["detail"]


@pytest.mark.parametrize("query", ["page=500", "page=100&per_page=100", "page=10000&per_page=1"])
def test_numbers_lead_as_far_as_they_may(api: Api, query: str) -> None:
    assert listed(api.client, f"{api.sample.path}?{query}")[api.sample.declaration.name] == []


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "POST"])
def test_other_operations_know_no_query(api: Api, method: str) -> None:
    path = api.sample.path if method == "POST" else api.make()
    answer = api.client.open(f"{path}?per_page=1", method=method, json=api.sample.least, headers=api.sample.unsafe)

    assert problem(answer, 422)["errors"][0]["parameter"] == "per_page"


@pytest.fixture
def cursor(over: Callable[..., Api]) -> str:
    api = over(ITEM)
    api.make()
    api.make()
    found: str = listed(api.client, f"{ITEM.path}?per_page=1")["next"]
    return found


def test_a_cursor_can_not_stand_beside_a_page(over: Callable[..., Api], cursor: str) -> None:
    answer = over(ITEM).client.get(f"{ITEM.path}?cursor={cursor}&page=1")

    assert problem(answer, 422)["errors"][0]["parameter"] == "cursor"


def test_a_cursor_changed_anywhere_is_refused(over: Callable[..., Api], cursor: str) -> None:
    client = over(ITEM).client
    for at, was in enumerate(cursor):
        changed = cursor[:at] + ("A" if was != "A" else "B") + cursor[at + 1 :]
        answer = client.get(ITEM.path, query_string={"cursor": changed})
        # The last character of base64 has bits that mean nothing.
        assert answer.status_code == 422 or at == len(cursor) - 1, changed


def test_a_cursor_of_one_collection_means_nothing_in_another(over: Callable[..., Api], cursor: str) -> None:
    assert "not a cursor of wares" in problem(over(WARE).client.get(f"{WARE.path}?cursor={cursor}"), 422)["detail"]


def test_a_cursor_outlives_the_key_that_signed_it_as_long_as_that_is_a_fallback(
    memory: MemoryStore, cursor: str
) -> None:
    rotated = app_over(memory, key=GOOD_KEY[::-1])
    problem(rotated.test_client().get(f"{ITEM.path}?cursor={cursor}"), 422)
    rotated.config["SECRET_KEY_FALLBACKS"] = ["x" * 32, GOOD_KEY]
    answer = rotated.test_client().get(f"{ITEM.path}?cursor={cursor}&per_page=1")

    assert answer.status_code == 200
    assert len(answer.get_json()["items"]) == 1


def test_what_the_key_signed_for_something_else_is_no_cursor(memory: MemoryStore) -> None:
    app = app_over(memory)
    with app.app_context():
        forged = cursors._serializer(ITEM.declaration, OLDEST_FIRST).dumps({"created_at": 1})
    answer = app.test_client().get(f"{ITEM.path}?cursor={forged}")

    problem(answer, 422)
