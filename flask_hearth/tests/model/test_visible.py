"""Names that people see: what is taken is what the API's document says, however long the text."""

import re
from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from flask_hearth.model.visible import PATTERN, Visible

NAMES = TypeAdapter(Annotated[str, Visible()])


def is_taken(text: str) -> bool:
    try:
        NAMES.validate_python(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "text",
    ["a", " a ", "\u200ea", "a\n", "\N{GRINNING FACE}", "", " ", "\n", "\u200b", "a\u202e", "\u2066a\u2069", "\u202e"],
)
def test_it_takes_what_the_document_says(text: str) -> None:
    assert is_taken(text) == bool(re.search(PATTERN, text))


def test_a_long_text_that_is_refused_costs_no_more_than_one_that_is_taken() -> None:
    """By a pattern that goes back over the text from every character, this would not end."""
    assert not is_taken("a" * 1_000_000 + "\u202e")
    assert is_taken("a" * 1_000_000)
