"""docs/sources.md tells of every feature of four documents where it is, or why it is not."""

import re

import pytest

from flask_hearth.tests.docs.page import page
from hearth.tests.docs.test_links import links

SOURCES = page("sources.md")
ROWS = [row for row in re.findall(r"^\| (.+) \|$", SOURCES, re.MULTILINE) if not row.startswith(("---", "feature |"))]


@pytest.mark.parametrize("row", ROWS)
def test_each_feature_of_the_sources_is_here_or_dropped(row: str) -> None:
    _, state, where = row.split(" | ")

    assert state in {"here", "dropped"}
    assert len(where) > 10
    if state == "here":
        assert links(where) or re.search(r"`(make|pulumi)|front page|service", where), "say where"


def test_each_document_has_features() -> None:
    tables = SOURCES.split("\n## ")[1:]

    assert len(tables) == 4
    assert all(table.count("\n| ") > 12 for table in tables)
