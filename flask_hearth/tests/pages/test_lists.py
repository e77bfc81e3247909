"""The list, a part at a time, and an object's own page."""

import re
from typing import Annotated

import pytest
from pydantic import Field

from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.pages.read_views import ROWS
from flask_hearth.stores.interface import UnavailableError
from flask_hearth.testing.sample import ITEMS
from flask_hearth.tests.api.conftest import app_over
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.api.samples import WARE
from flask_hearth.tests.pages.conftest import lamp, visitor_of
from flask_hearth.tests.pages.visitor import Reader, Visitor

BROWSER = {"Accept": "text/html"}


def fill(memory: MemoryStore, count: int) -> None:
    for number in range(count):
        memory.create(ITEMS, f"n{number:03}", {"name": f"Item {number}", "description": "", "quantity": 0})
        memory.wait(1)


def listed(page: Reader) -> list[int]:
    return [int(name.removeprefix("Item ")) for name in page.links if re.fullmatch(r"Item \d+", name)]


def test_the_links_lead_through_the_whole_list_and_back(visitor: Visitor, memory: MemoryStore) -> None:
    fill(memory, 45)
    forth = [visitor.read("/items")]
    while "Next" in forth[-1].links:
        forth.append(visitor.read(forth[-1].links["Next"]))
    back = [forth[-1]]
    while "Previous" in back[-1].links:
        back.append(visitor.read(back[-1].links["Previous"]))

    assert [listed(page) for page in forth] == [list(range(20)), list(range(20, 40)), list(range(40, 45))]
    assert [listed(page) for page in back] == [listed(page) for page in reversed(forth)]
    assert ["First" in page.links for page in forth] == [False, True, True]
    assert "45 in all" in forth[0].text


def test_the_way_back_to_the_beginning_shows_a_whole_page(visitor: Visitor, memory: MemoryStore) -> None:
    """Some of what was before is gone: a page of two rows would look like all there is."""
    fill(memory, 45)
    second = visitor.read(visitor.read("/items").links["Next"])
    for number in range(15):
        memory.delete(ITEMS, f"n{number:03}", expected=None)

    first = visitor.read(second.links["Previous"])

    assert listed(first) == list(range(15, 35))
    assert "First" not in first.links


def test_after_the_last_was_removed_there_is_a_way_to_the_first(visitor: Visitor, memory: MemoryStore) -> None:
    fill(memory, 21)
    following = visitor.read("/items").links["Next"]
    memory.delete(ITEMS, "n020", expected=None)

    page = visitor.read(following)

    assert listed(page) == []
    assert page.links["First"] == "/items"


def test_an_empty_list_says_so(visitor: Visitor) -> None:
    page = visitor.read("/items")

    assert "There is nothing here yet." in page.text
    assert page.links["Add item"] == "/items/new"


@pytest.mark.parametrize("query", ["after=x", "before=", "after=x.y", "before=%00", "after=%ff"])
def test_a_damaged_link_into_the_list_says_where_it_begins(visitor: Visitor, query: str) -> None:
    answer = visitor.client.get(f"/items?{query}", headers=BROWSER)

    assert answer.status_code == 422
    assert "The list begins at /items." in answer.text


def test_what_others_append_to_a_link_does_no_harm(visitor: Visitor) -> None:
    assert visitor.client.get("/items?utm_source=mail&x=1&x=2").status_code == 200


@pytest.mark.parametrize("path", ["/items", "/items/lamp", "/items/new", "/items/lamp/edit", "/items/lamp/remove"])
def test_pages_of_a_collection_are_kept_by_nobody(visitor: Visitor, memory: MemoryStore, path: str) -> None:
    lamp(memory)
    answer = visitor.client.get(path)

    assert answer.headers.getlist("Cache-Control") == ["private, no-store"]
    assert answer.mimetype == "text/html"


@pytest.mark.parametrize("path", ["/", "/api/docs", "/api/v1/openapi.json"])
def test_pages_that_are_kept_for_all_know_nothing_of_a_session(visitor: Visitor, path: str) -> None:
    """Also for somebody who has one: Hosting would make an answer that sets a cookie private."""
    visitor.read("/items/new")

    answer = visitor.client.get(path)

    assert answer.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_the_front_page_leads_to_the_collections(visitor: Visitor) -> None:
    links = visitor.read("/").links

    assert (links["Items"], links["Wares"], links["API"]) == ("/items", "/wares", "/api/docs")


@pytest.mark.parametrize("path", ["/items/gone", "/items/gone/edit", "/items/gone/remove"])
def test_what_is_not_there_is_404(visitor: Visitor, path: str) -> None:
    answer = visitor.client.get(path, headers=BROWSER)

    assert answer.status_code == 404
    assert "There is no such item" in answer.text


@pytest.mark.parametrize("path", ["/items/", "/items/a/b", "/itemsx", "/items/a/edit/x", "/things"])
def test_addresses_beside_the_pages_are_404(visitor: Visitor, path: str) -> None:
    assert visitor.client.get(path, headers=BROWSER).status_code == 404


@pytest.mark.parametrize(("method", "path"), [("PUT", "/items"), ("DELETE", "/items/lamp"), ("POST", "/items/new")])
def test_other_methods_are_405(visitor: Visitor, method: str, path: str) -> None:
    assert visitor.client.open(path, method=method, headers=BROWSER).status_code == 405


def test_a_store_that_is_away_is_503(visitor: Visitor, memory: MemoryStore) -> None:
    memory.fails = lambda _: UnavailableError("secret host away")

    answer = visitor.client.get("/items", headers=BROWSER)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "secret host" not in answer.text


def test_what_people_wrote_is_never_markup(visitor: Visitor, memory: MemoryStore) -> None:
    evil = "<script>alert(1)</script>"
    memory.create(ITEMS, "evil", {"name": evil, "description": f"</textarea>{evil}", "quantity": 0})

    for path in ("/items", "/items/evil", "/items/evil/edit", "/items/evil/remove"):
        assert "<script" not in visitor.client.get(path).text
    assert visitor.form("/items/evil/edit").shown["description"] == f"</textarea>{evil}"


def test_a_blank_name_still_leads_to_its_object(visitor: Visitor, memory: MemoryStore) -> None:
    memory.create(ITEMS, "blank", {"name": "  ", "description": "", "quantity": 0})

    assert visitor.read("/items").links["blank"] == "/items/blank"


@pytest.mark.parametrize("text", ["\nfirst line empty", "a\nb", "  spaces  ", "\n\n", "ü\U0001f6e2\u2028"])
def test_texts_pass_a_form_unchanged(visitor: Visitor, memory: MemoryStore, text: str) -> None:
    fields = {"name": f"n{text}n", "description": text, "quantity": 0}
    memory.create(ITEMS, "text", fields)

    visitor.follow(visitor.send(visitor.form("/items/text/edit")))

    assert memory.get(ITEMS, "text").fields == fields


class Page(Model):
    number: Annotated[int, Field(ge=1, le=999)]
    heading: str
    body: str


@pytest.mark.parametrize(
    ("declared", "titled", "columns"),
    [(None, "Zinc", ["Heading", "Number"]), ("number", "7", ["Number"]), ("body", "A metal.", ["Body", "Number"])],
)
def test_an_object_goes_by_the_field_that_is_declared_or_else_by_its_first_text(
    memory: MemoryStore, declared: str | None, titled: str, columns: list[str]
) -> None:
    pages = Declaration(name="pages", singular="page", model=Page, title=declared)
    memory.create(pages, "zinc", {"number": 7, "heading": "Zinc", "body": "A metal."})
    client = app_over(memory, declarations=(pages,)).test_client()
    listed, shown = (client.get(path, headers=BROWSER).text for path in ("/pages", "/pages/zinc"))

    assert Reader(listed).links[titled] == "/pages/zinc"
    assert re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', listed) == [*columns, "Last changed"]
    assert f"<title>{titled}</title>" in shown


class Note(Model):
    text: str = ""


def test_a_collection_can_do_without_pages(memory: MemoryStore) -> None:
    client = app_over(
        memory, declarations=(ITEMS, Declaration(name="notes", singular="note", model=Note, pages=False))
    ).test_client()

    assert client.get("/items").status_code == 200
    assert client.get("/notes").status_code == 404
    assert client.get("/api/v1/notes").status_code == 200
    assert "/notes" not in client.get("/").text


@pytest.mark.parametrize("name", ["api", "health"])
def test_pages_do_not_take_the_place_of_other_routes(memory: MemoryStore, name: str) -> None:
    with pytest.raises(ValueError, match=f"'{name}' would be at /{name}"):
        app_over(memory, declarations=(Declaration(name=name, singular="one", model=Note),))


def test_a_list_takes_the_filters_and_the_order_of_the_api(memory: MemoryStore) -> None:
    visitor = visitor_of(app_over(memory, declarations=(WARE.declaration,)))
    for number in range(ROWS + 2):
        memory.create(WARE.declaration, f"w{number}", {**WARE.whole, "title": f"Ware {number}", "price": number})
    memory.create(WARE.declaration, "other", {**WARE.whole, "colour": "blue"})

    page = visitor.read("/wares?colour=red&sort=-price&utm_source=mail")
    rest = visitor.read(page.links["Next"])
    back = visitor.read(rest.links["Previous"])

    assert "22 found, by price, the largest first" in page.text
    assert rest.links["First"] == "/wares?colour=red&sort=-price"
    assert [name for name in rest.links if name.startswith("Ware ")] == ["Ware 1", "Ware 0"]
    assert [name for name in back.links if name.startswith("Ware ")] == [f"Ware {n}" for n in range(ROWS + 1, 1, -1)]


def test_a_filter_that_can_not_be_is_told(memory: MemoryStore) -> None:
    visitor = visitor_of(app_over(memory, declarations=(WARE.declaration,)))

    for query, status in (("colour=green", 422), ("colour=red", 400)):
        assert visitor.client.get(f"/wares?{query}", headers=BROWSER).status_code == status
