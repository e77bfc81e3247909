"""How large a body may be for what is declared: no valid object is refused, and what has no bound gets a default."""

import json
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from flask_hearth.api import strict_json
from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.model.size import MAX_TOKENS, ROOM_BYTES, ROOM_TOKENS, Size, largest

FACE = "\N{GRINNING FACE}"
Short = Annotated[str, Field(max_length=10)]


class Colour(StrEnum):
    RED = "red"


class Part(Model):
    label: Short
    weight: float = 0.0


class Tree(Model):
    label: Short
    children: Annotated[tuple["Tree", ...], Field(max_length=2)] = ()


def declared(**fields: Any) -> Declaration:
    model = type("Thing", (Model,), {"__annotations__": fields, "__module__": __name__})
    return Declaration(name="things", singular="thing", model=model)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Short, FACE * 10),
        (Short | None, FACE * 10),
        (Colour, "red"),
        (Literal["one", "another"], "another"),
        (int, -(2**63)),
        (float, -1.7976931348623157e308),
        (bool, False),
        (date, "2026-01-31"),
        (datetime, "2026-01-31T12:00:00.123456+01:00"),
        (Part, {"label": FACE * 10, "weight": -1.7976931348623157e308}),
        (Annotated[tuple[Part, ...], Field(max_length=100)], [{"label": FACE * 10, "weight": 1.25}] * 100),
        (tuple[int, Short], [2**62, FACE * 10]),
        (
            Annotated[tuple[Annotated[tuple[int, ...], Field(max_length=3)], ...], Field(max_length=50)],
            [[1, 2, 3]] * 50,
        ),
    ],
)
def test_the_largest_valid_object_fits_however_it_is_escaped(kind: Any, value: Any) -> None:
    declaration = declared(field=kind)
    text = json.dumps({"field": value}).encode()
    size = largest(declaration)

    declaration.model.model_validate_json(text)
    assert size.bytes is not None
    assert len(text) <= size.bytes - ROOM_BYTES
    strict_json.parse(text, max_tokens=size.tokens - ROOM_TOKENS)


@pytest.mark.parametrize(
    "kind",
    [
        str,
        str | None,
        bytes,
        list[int],
        tuple[Short, ...],
        Annotated[tuple[str, ...], Field(max_length=3)],
        dict[str, int],
        Decimal,
        Any,
        Tree,
    ],
)
def test_what_the_model_sets_no_bound_to_gets_the_default(kind: Any) -> None:
    assert largest(declared(field=kind, other=int)) == Size(bytes=None, tokens=MAX_TOKENS)


def test_a_bound_of_the_model_is_what_counts() -> None:
    """Also above the default, as who declares it means it."""
    many = largest(declared(field=Annotated[tuple[int, ...], Field(max_length=2 * MAX_TOKENS)]))

    assert many.tokens > 2 * MAX_TOKENS


def test_a_small_object_makes_no_room_for_a_large_body() -> None:
    assert largest(declared(name=Annotated[str, Field(max_length=200)])).bytes == pytest.approx(ROOM_BYTES, rel=0.4)
