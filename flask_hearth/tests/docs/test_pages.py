"""docs/pages.md names the pages and the ways to fail that there are."""

import re
from datetime import date, datetime, time, timedelta  # noqa: F401 - for the page
from decimal import Decimal  # noqa: F401
from enum import Enum
from typing import Annotated, Literal  # noqa: F401
from uuid import UUID  # noqa: F401

from flask import Flask
from pydantic import Field, create_model

from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.model.entity import Entity
from flask_hearth.model.reference import Ref  # noqa: F401
from flask_hearth.pages.fields import LINE_CHARACTERS
from flask_hearth.pages.read_views import ROWS
from flask_hearth.pages.references import MOST
from flask_hearth.testing.sample import ITEMS
from flask_hearth.tests.api.conftest import app_over
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.docs.page import page

PAGE = page("pages.md")


def addresses(app: Flask) -> set[str]:
    rules = {rule.rule for rule in app.url_map.iter_rules() if "<paged:declaration>" in rule.rule}
    return {rule.replace("<paged:declaration>", ITEMS.name).replace("<id:id>", "ID") for rule in rules}


def test_every_page_of_a_collection_is_listed_and_no_other() -> None:
    assert set(re.findall(r"`(/items[^`]*)`", PAGE)) == addresses(app_over(MemoryStore()))


class Colour(Enum):
    RED = "red"


class City(Entity):
    name: str


CITIES = Declaration(name="cities", singular="city", model=City)


class Size(Model):
    width: Annotated[str, Field(max_length=9)]


CONTROLS = {
    "one line": '<input type="text" id="field-field"',
    "several lines": '<textarea id="field-field"',
    "a number input": '<input type="number" id="field-field"',
    "a date input": '<input type="date" id="field-field"',
    "a time input": '<input type="time" id="field-field"',
    "a selection": '<select id="field-field"',
    "a checkbox": '<input type="checkbox" id="field-field"',
    "a group": '<fieldset class="group" id="field-field"',
    "text in JSON": 'class="code"',
}
TABLE = PAGE.split("## How a form is made")[1].split("\n## ")[0]


def test_each_field_of_the_table_has_the_control_that_stands_beside_it() -> None:
    seen = set()
    for cell, words in re.findall(r"^\| (`.*) \| ([^|]+) \|$", TABLE, re.MULTILINE):
        control = next(markup for name, markup in CONTROLS.items() if words.startswith(name))
        seen.add(control)
        for annotation in re.findall(r"`([^`]+)`", cell):
            declared = eval(annotation.replace("\\|", "|"))  # noqa: S307 - our own page
            model = create_model("Thing", __base__=Model, field=(declared, ...))
            things = Declaration(name="things", singular="thing", model=model)
            form = app_over(MemoryStore(), declarations=(things, CITIES)).test_client().get("/things/new").text
            assert control in form, annotation
    assert seen == set(CONTROLS.values())


def test_the_numbers_are_the_real_ones() -> None:
    assert f"{ROWS} at a time" in PAGE
    assert f"max_length={LINE_CHARACTERS})" in PAGE
    assert f"more than {MOST}" in PAGE
    assert f"at most {MOST + 1} objects" in PAGE
