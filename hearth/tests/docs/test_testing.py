"""docs/testing.md is executed: its walk, step by step, in a copy of the checkout."""

import dataclasses
import re
from pathlib import Path

import pulumi_gcp as gcp
import pytest

from flask_hearth.tests.docs.page import page
from hearth.testing.recorder import Resource, Stack
from hearth.tests.docs.walk import ran, to_walk, walked
from hearth.tests.example import run_stack

PAGE = page("testing.md")


def test_the_walk_leads_where_the_page_says(tmp_path: Path) -> None:
    to_walk(tmp_path)

    languages = walked(tmp_path, PAGE.partition("## A resource, test first")[2])

    assert set(languages) == {"python", "diff", "sh", "text"}
    linted = ran(tmp_path, "ruff check --no-cache infra tests/infra")
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize("name", re.findall(r"`(?:resource\.)?(\w+)`(?=[,` |])", PAGE.partition("## A resource")[0]))
def test_what_the_page_offers_is_there(name: str) -> None:
    stack = run_stack("dev")

    assert hasattr(stack.one(gcp.storage.Bucket), name) or hasattr(stack, name)


# What a resource is, which the page uses without a word.
PLAIN = {"type", "name", "urn", "custom", "short", "finished", "resources"}


def test_the_table_of_the_page_is_complete() -> None:
    """What a user may ask of a resource or a stack stands in the table."""
    table = PAGE.partition("| ask for |")[2].partition("\n\n")[0]
    fields = {field.name for kind in (Resource, Stack) for field in dataclasses.fields(kind)}
    methods = {name for kind in (Resource, Stack) for name in vars(kind) if not name.startswith("_")}

    assert [name for name in sorted((fields | methods) - PLAIN) if not re.search(rf"\b{name}\b", table)] == []
