"""Paths and methods, and what a client hears when the store is away."""

from collections.abc import Callable, Sequence

import pytest

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.interface import UnavailableError
from flask_hearth.tests.api.conftest import Api, app_over, problem
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.api.samples import ITEM, SAMPLES

COLLECTION = {"GET", "HEAD", "OPTIONS", "POST"}
OBJECT = {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "NONSENSE"])
def test_a_method_that_a_collection_does_not_have_is_405(api: Api, method: str) -> None:
    answer = api.client.open(api.sample.path, method=method)

    problem(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) == COLLECTION


@pytest.mark.parametrize("method", ["POST", "TRACE", "PROPFIND", "NONSENSE"])
def test_a_method_that_an_object_does_not_have_is_405(api: Api, method: str) -> None:
    answer = api.client.open(f"{api.sample.path}/x", method=method)

    problem(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) == OBJECT


def test_options_tells_the_methods_and_how_to_patch(api: Api) -> None:
    collection, thing = api.client.options(api.sample.path), api.client.options(f"{api.sample.path}/x")

    assert set(collection.headers["Allow"].split(", ")) == COLLECTION
    assert "Accept-Patch" not in collection.headers
    assert set(thing.headers["Allow"].split(", ")) == OBJECT
    assert thing.headers["Accept-Patch"] == "application/merge-patch+json, application/json"


def test_head_is_get_without_the_content(api: Api) -> None:
    for path in (api.make(), api.sample.path):
        got, headed = api.client.get(path), api.client.head(path)

        assert headed.status_code == 200
        assert headed.data == b""
        assert dict(headed.headers) == dict(got.headers)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v1/Items",
        "/api/v1/items/",
        "/api/v1//items",
        "//api/v1/items",
        "/api/v1/items%0A",
        "/api/v1/items%00",
        "/api/v1/items;x=1",
        "/api/v1/%FF",
        "/api/v2/items",
        "/api/v1/items/x/y",
        "/api/v1/__proto__",
        "/api/v1/openapi.json/",
        "/api/docs/",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_path_that_is_none_is_not_found_and_never_redirected(items: Api, path: str, method: str) -> None:
    """A redirect would have to name a host, and which one clients see is not known here."""
    problem(items.client.open(path, method=method, json={}), 404)


@pytest.mark.parametrize("accept", [BROWSER, "text/html", "image/png", "nonsense", ""])
def test_errors_of_the_api_are_problem_details_whatever_is_accepted(items: Api, accept: str) -> None:
    for answer in (
        items.client.get("/api/v1/nothing", headers={"Accept": accept}),
        items.client.get(f"{ITEM.path}/x", headers={"Accept": accept}),
        items.client.get(f"{ITEM.path}?page=0", headers={"Accept": accept}),
        items.client.put(ITEM.path, headers={"Accept": accept}),
    ):
        problem(answer, answer.status_code)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_while_the_store_is_away_clients_are_told_to_come_back(
    over: Callable[..., Api], memory: MemoryStore, method: str
) -> None:
    api = over(ITEM)
    path = api.make()
    memory.fails = lambda _: UnavailableError("no route to password=hunter2")
    answer = api.client.open(path if method != "POST" else ITEM.path, method=method, json=ITEM.least)

    problem(answer, 503)
    assert answer.headers["Retry-After"] == "5"
    assert "hunter2" not in answer.text

    memory.fails = lambda _: None
    assert api.client.get(path).status_code == 200


def test_a_list_whose_count_fails_is_no_list(over: Callable[..., Api], memory: MemoryStore) -> None:
    memory.fails = lambda call: UnavailableError("slow") if call == "count" else None

    problem(over(ITEM).client.get(ITEM.path), 503)


@pytest.mark.parametrize(
    "declarations",
    [(ITEM.declaration, ITEM.declaration), (SAMPLES[1].declaration, ITEM.declaration, SAMPLES[1].declaration)],
)
def test_two_collections_of_one_name_are_refused(declarations: Sequence[Declaration]) -> None:
    with pytest.raises(ValueError, match="Two declarations are named"):
        app_over(MemoryStore(), declarations=declarations)


def test_a_service_that_declares_nothing_has_no_api_and_no_page_about_one() -> None:
    app = app_over(MemoryStore(), declarations=())

    problem(app.test_client().get("/api/v1/items"), 404)
    assert app.test_client().get("/api/docs").status_code == 404
    assert app.test_client().get("/health/live").status_code == 200


def test_no_route_ends_in_z_or_is_reserved(memory: MemoryStore) -> None:
    """Google's front end keeps some paths that end in z, and /_ah/, to itself."""
    rules = [rule.rule for rule in app_over(memory).url_map.iter_rules()]

    assert not [rule for rule in rules if rule.endswith("z") or rule.startswith("/_ah/")]
