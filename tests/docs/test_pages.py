"""docs/pages.md names the pages and the ways to fail that there are."""

import re
from pathlib import Path

from app.pages.fields import LINE_CHARACTERS
from app.pages.front import BROWSER_SECONDS, EDGE_SECONDS
from app.pages.looking import ROWS
from flask import Flask

from tests.service.api.conftest import app_over
from tests.service.api.memory_store import MemoryStore
from tests.service.api.samples import ITEMS

PAGE = (Path(__file__).parents[2] / "docs" / "pages.md").read_text(encoding="utf-8")


def addresses(app: Flask) -> set[str]:
    rules = {rule.rule for rule in app.url_map.iter_rules() if "<paged:of>" in rule.rule}
    return {rule.replace("<paged:of>", ITEMS.name).replace("<id:id>", "ID") for rule in rules}


def test_every_page_of_a_collection_is_listed_and_no_other() -> None:
    assert set(re.findall(r"`(/items[^`]*)`", PAGE)) == addresses(app_over(MemoryStore()))


def test_the_numbers_are_the_real_ones() -> None:
    assert f"{ROWS} at a time" in PAGE
    assert f"up to {LINE_CHARACTERS} characters" in PAGE
    assert (BROWSER_SECONDS, EDGE_SECONDS) == (5 * 60, 10 * 60)
    assert "five minutes by browsers and ten by Hosting" in PAGE
