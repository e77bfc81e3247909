"""Lists by filters and order: what an index serves is answered, on every store alike, and all else is refused."""

import re
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from flask.testing import FlaskClient
from pydantic import Field

from flask_hearth.api import filters
from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.stores.interface import Store
from flask_hearth.tests.api.conftest import Api, app_over, problem
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.api.samples import ITEM, WARE

# In the order in which they are made. The last title comes last by the bytes of UTF-8.
WARES: list[dict[str, Any]] = [
    {"title": "b", "colour": "red", "price": 2, "since": "2024-02-29"},
    {"title": "a", "colour": "blue", "price": 1.5},
    {"title": "Z, &c", "colour": "red", "price": 1},
    {"title": "ä", "colour": "red", "price": 3, "sold": True},
]


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgres", "firestore"])
def client(request: pytest.FixtureRequest, on_database: Callable[[str], Store]) -> FlaskClient:
    kept = MemoryStore() if request.param == "memory" else on_database(request.param)
    client = app_over(kept).test_client()
    for each in client.get(f"{WARE.path}?per_page=100").get_json()["wares"]:
        client.delete(f"{WARE.path}/{each['id']}", headers=WARE.unsafe)
    for number, ware in enumerate(WARES):
        if isinstance(kept, MemoryStore):
            kept.wait(1)
        made = client.post(WARE.path, json=ware)
        assert made.status_code == 201, number
    return client


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["b", "a", "Z, &c", "ä"]),
        ({"sort": "created_at"}, ["b", "a", "Z, &c", "ä"]),
        ({"sort": "-created_at"}, ["ä", "Z, &c", "a", "b"]),
        ({"sort": "title"}, ["Z, &c", "a", "b", "ä"]),
        ({"sort": "-title"}, ["ä", "b", "a", "Z, &c"]),
        ({"title[gte]": "Z, &c", "title[lt]": "b"}, ["Z, &c", "a"]),
        ({"title[gt]": "Z, &c", "title[lte]": "b", "sort": "-title"}, ["b", "a"]),
        ({"colour": "red", "sort": "price"}, ["Z, &c", "b", "ä"]),
        ({"colour": "red", "sort": "-price", "price[lt]": "3.0"}, ["b", "Z, &c"]),
        ({"colour": "red", "price[gte]": "2"}, ["b", "ä"]),
        ({"colour": "red", "sold": "true"}, ["ä"]),
        ({"sold": "false", "colour": "red", "sort": "-created_at"}, ["Z, &c", "b"]),
        ({"since": "2024-02-29"}, ["b"]),
        ({"since": ""}, ["a", "Z, &c", "ä"]),
        ({"created_at[gt]": "9999-12-31T23:59:59Z"}, []),
        ({"created_at[gte]": "0001-01-01T00:00:00Z"}, ["b", "a", "Z, &c", "ä"]),
    ],
    ids=str,
)
def test_a_list_has_what_its_query_finds_and_counts_it(
    client: FlaskClient, query: dict[str, str], found: list[str]
) -> None:
    answer = client.get(WARE.path, query_string=query)

    assert answer.status_code == 200, answer.text
    assert [one["title"] for one in answer.get_json()["wares"]] == found
    assert answer.get_json()["total"] == len(found)


@pytest.mark.parametrize("query", [{"colour": "red", "sort": "-price"}, {"sort": "title"}, {"sort": "-created_at"}])
def test_links_lead_through_a_query_once(client: FlaskClient, query: dict[str, str]) -> None:
    whole = [one["title"] for one in client.get(WARE.path, query_string=query).get_json()["wares"]]
    answer = client.get(WARE.path, query_string={**query, "per_page": "1"})
    found = [one["title"] for one in answer.get_json()["wares"]]
    while link := re.search(r'<([^>]+)>; rel="next"', answer.headers.get("Link", "")):
        answer = client.get(link[1])
        found += [one["title"] for one in answer.get_json()["wares"]]

    assert found == whole


@pytest.mark.parametrize(
    ("query", "parameter", "reason"),
    [
        ("colour=green", "colour", "'red' or 'blue'"),
        ("colour=", "colour", "'red' or 'blue'"),
        ("colour=RED", "colour", "'red' or 'blue'"),
        ("colour=%00", "colour", "U+0000"),
        ("colour=red&colour=blue", "colour", "more than once"),
        ("sold=1", "sold", "valid boolean"),
        ("since=2023-02-29", "since", "valid date"),
        ("price[gte]=cheap", "price[gte]", "valid number"),
        ("price[gte]=NaN", "price[gte]", "valid number"),
        ("price[gte]=-1", "price[gte]", "greater than or equal to 0"),
        ("price[gte]=1e999", "price[gte]", "valid number"),
        ("title[gte]=" + "x" * 41, "title[gte]", "at most 40"),
        ("created_at[gt]=2024-01-01T00:00:00", "created_at[gt]", "timezone"),
        ("created_at[gt]=2024-01-01T00:00:00+01:00", "created_at[gt]", "valid datetime"),
        ("created_at[gt]=0001-01-01T00:00:00%2B23:59", "created_at[gt]", "in UTC"),
        ("created_at[gt]=12", "created_at[gt]", "RFC 3339"),
        ("sort=price,title", "sort", "is none of created_at, -created_at, title"),
        ("sort=", "sort", "is none of"),
        ("sort=colour", "sort", "is none of"),
        ("sort=%2Dprice%00", "sort", "is none of"),
        ("size=1", "size", "unknown"),
        ("labels=a", "labels", "unknown"),
        ("price=1", "price", "unknown"),
        ("price[ne]=1", "price[ne]", "unknown"),
        ("colour[gte]=red", "colour[gte]", "unknown"),
        ("[gte]=1", "[gte]", "unknown"),
    ],
)
def test_what_can_not_be_asked_is_refused_with_its_parameter(
    over: Callable[..., Api], query: str, parameter: str, reason: str
) -> None:
    (error,) = problem(over(WARE).client.get(f"{WARE.path}?{query}"), 422)["errors"]

    assert error["parameter"] == parameter
    assert reason in error["detail"]


@pytest.mark.parametrize(
    ("query", "reason", "parameters"),
    [
        ("colour=red", "Add ('colour', 'created_at') to its declaration's indexes", ["colour"]),
        ("sort=price", "Add ('price',) to its declaration's indexes", ["sort"]),
        ("sold=true", "Add ('sold', 'created_at')", ["sold"]),
        ("sold=true&since=", "Add ('sold', 'since', 'created_at')", ["sold", "since"]),
        ("colour=red&title[gte]=a&sort=price", "no index serves both", ["colour", "title[gte]", "sort"]),
        ("title[gte]=a&title[gt]=b", "compared twice in the same way", ["title[gte]", "title[gt]"]),
    ],
)
def test_a_query_that_no_index_serves_is_refused_and_told_which_are(
    over: Callable[..., Api], query: str, reason: str, parameters: list[str]
) -> None:
    found = problem(over(WARE).client.get(f"{WARE.path}?{query}"), 400)

    assert found["type"] == "/api/problems/unserved-query"
    assert reason in found["detail"]
    assert "colour and sold and the order or a range of created_at" in found["detail"]
    assert [error["parameter"] for error in found["errors"]] == parameters


def test_a_cursor_is_one_of_its_query_alone(over: Callable[..., Api]) -> None:
    api = over(WARE)
    for ware in WARES:
        api.client.post(WARE.path, json=ware)
    query = {"colour": "red", "sort": "price", "price[gte]": "1"}
    cursor = api.client.get(WARE.path, query_string={**query, "per_page": "1"}).get_json()["next"]

    for other in (
        {},
        {"sort": "title"},
        {**query, "colour": "blue"},
        {**query, "sort": "-price"},
        {**query, "price[gte]": "2"},
        {"colour": "red", "sort": "price"},
    ):
        (error,) = problem(api.client.get(WARE.path, query_string={**other, "cursor": cursor}), 422)["errors"]
        assert error["parameter"] == "cursor"
    # The names of parameters have no order, and one value may be written in several ways.
    same = {"price[gte]": "1.0", "sort": "price", "colour": "red", "cursor": cursor}
    assert api.client.get(WARE.path, query_string=same).status_code == 200


def test_a_collection_without_indexes_is_sorted_by_age_alone(over: Callable[..., Api]) -> None:
    found = problem(over(ITEM).client.get(f"{ITEM.path}?name=Lamp"), 422)

    assert "created_at[gt], created_at[gte], created_at[lt], created_at[lte], cursor" in found["detail"]


def test_a_field_named_as_another_parameter_is_no_filter() -> None:
    class Sheet(Model):
        page: Annotated[str, Field(max_length=9)] = ""

    sheets = Declaration(name="sheets", singular="sheet", model=Sheet, indexes=(("page", "created_at"),))

    assert filters.indexes(sheets) == [("created_at",)]


def test_the_document_lists_what_can_be_asked(over: Callable[..., Api]) -> None:
    document = over(WARE).client.get("/api/v1/openapi.json").get_json()
    operation = document["paths"][WARE.path]["get"]
    own = {each["name"]: each["schema"] for each in operation["parameters"] if "name" in each}

    ranges = {f"{field}[{word}]" for field in ("created_at", "title", "price") for word in ("gte", "gt", "lte", "lt")}
    assert own.keys() == {"sort", "colour", "sold", "since", *ranges}
    assert own["sort"]["enum"] == ["created_at", "-created_at", "title", "-title", "price", "-price"]
    assert own["colour"] == {"enum": ["red", "blue"], "title": "Colour", "type": "string"}
    assert own["since"] == {"anyOf": [{"format": "date", "type": "string"}, {"const": ""}]}
    assert own["title[gt]"] == {"maxLength": 40, "minLength": 1, "type": "string"}
    assert "colour and the order or a range of price" in operation["description"]
