"""The page made of the document: everything in it is there, and nothing that our own policy would refuse."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_hearth.api.reading import Reader
from flask_hearth.staticfiles import names
from flask_hearth.testing import sample
from flask_hearth.tests.api.conftest import app_over
from flask_hearth.tests.api.memory_store import MemoryStore

STATIC = Path(sample.__file__).parent / "static"
VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """The elements of a page; fails where tags don't close as they opened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, attribute: str) -> list[str]:
        return [value for _, attrs in self.elements if (value := attrs.get(attribute)) is not None]


@pytest.fixture
def client() -> FlaskClient:
    return app_over(MemoryStore()).test_client()


@pytest.fixture
def answer(client: FlaskClient) -> TestResponse:
    return client.get("/api/docs")


@pytest.fixture
def page(answer: TestResponse) -> Page:
    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=utf-8"
    return Page(answer.text)


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json").get_json()
    return found


def test_every_operation_parameter_status_and_field_is_on_it(page: Page, document: dict[str, Any]) -> None:
    ids = set(page.all("id"))
    words = set(re.findall(r"[\w/{}.\[\]-]+", page.text))
    reader = Reader(document)
    operations = [operation for tag in document["tags"] for operation in reader.operations(tag["name"])]

    assert len(operations) == 12
    for operation in operations:
        assert operation.id in ids
        assert {operation.path, operation.method} <= words
        assert {status for status, _ in operation.responses} <= words
        assert {parameter["name"] for parameter in operation.parameters} <= words
    for name, schema in document["components"]["schemas"].items():
        assert f"schema-{name}" in ids
        assert set(schema.get("properties", {})) <= words


def test_ids_are_unique_and_links_within_the_page_lead_somewhere(page: Page) -> None:
    ids = page.all("id")

    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.all("href") if link.startswith("#")} <= set(ids)
    assert set(page.all("aria-labelledby")) <= set(ids)


def test_regions_have_names_of_their_own(page: Page) -> None:
    names = page.all("aria-label")

    assert len(names) > 20
    assert len(names) == len(set(names))


def test_nothing_on_it_is_inline_or_from_elsewhere(page: Page, answer: TestResponse) -> None:
    """The policy allows neither, and the page needs no script at all."""
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert {tag for tag, _ in page.elements} & {"script", "style", "iframe", "object", "embed"} == set()
    assert page.all("style") == []
    assert [name for _, attrs in page.elements for name in attrs if name.startswith("on")] == []
    assert [link for link in page.all("href") + page.all("src") if not re.match(r"[/#]", link)] == []


def test_the_files_it_needs_are_published(page: Page) -> None:
    files = [names.remove_digest(str(attrs["href"])) for tag, attrs in page.elements if tag == "link"]

    assert "/api-docs.css" in files
    assert [file for file in files if not (STATIC / str(file).lstrip("/")).is_file()] == []


def test_headings_go_down_one_level_at_a_time(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_it_may_be_kept_by_anybody_for_a_while(answer: TestResponse) -> None:
    assert answer.headers["Cache-Control"] == "public, max-age=300, s-maxage=600"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date"}, "string (date)"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer or null"),
        ({"enum": ["a", 1]}, '"a" or 1'),
        ({"const": "x"}, '"x"'),
        ({"type": "array", "items": {"type": "number"}}, "array of number"),
        ({"$ref": "#/components/schemas/Size"}, "Size"),
        ({"$ref": "#/components/schemas/Colour"}, '"red" or "blue"'),
        ({}, "any"),
    ],
)
def test_types_are_told_in_words(document: dict[str, Any], schema: dict[str, Any], words: str) -> None:
    assert Reader(document).kind(schema) == words


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"minimum": 0, "maximum": 9}, "0 to 9"),
        ({"minLength": 1}, "length from 1"),
        ({"maxItems": 5, "default": []}, "entries: up to 5, [] by default"),
        ({"exclusiveMinimum": 0, "exclusiveMaximum": 1}, "within, both ends excluded, 0 to 1"),
        ({"anyOf": [{"maximum": 3}, {"type": "null"}], "default": None}, "up to 3, null by default"),
        ({}, ""),
    ],
)
def test_limits_are_told_in_words(schema: dict[str, Any], words: str) -> None:
    assert Reader({}).bounds(schema) == words


def test_prose_is_escaped_but_for_its_code() -> None:
    assert Reader({}).prose("a <b> `c <d>` e") == "a &lt;b&gt; <code>c &lt;d&gt;</code> e"
