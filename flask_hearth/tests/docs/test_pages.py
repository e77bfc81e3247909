"""docs/pages.md names the pages and the ways to fail that there are."""

import re

from flask import Flask

from flask_hearth.pages.fields import LINE_CHARACTERS
from flask_hearth.pages.read_views import ROWS
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


def test_the_numbers_are_the_real_ones() -> None:
    assert f"{ROWS} at a time" in PAGE
    assert f"up to {LINE_CHARACTERS} characters" in PAGE
