"""Collections to run the API's tests on.

The first is the sample app's. The second has what the first has not (an enumeration, a date,
lists, a nested object, null), and requires If-Match.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.testing.sample import ITEMS


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Size(Model):
    width: Annotated[int, Field(ge=0, le=1000)]
    height: Annotated[int, Field(ge=0, le=1000)] = 1


class Ware(Model):
    """Something to sell."""

    title: Annotated[str, Field(min_length=1, max_length=40)]
    colour: Colour = Colour.RED
    since: date | None = None
    price: Annotated[float, Field(ge=0, le=1e9)] = 0.0
    sold: bool = False
    labels: Annotated[tuple[Annotated[str, Field(max_length=20)], ...], Field(max_length=5)] = ()
    size: Size = Size(width=1)


WARES = Declaration(
    name="wares",
    singular="ware",
    model=Ware,
    require_if_match=True,
    indexes=(("title",), ("colour", "price"), ("colour", "sold", "created_at"), ("since", "created_at")),
)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A declaration with bodies for it."""

    declaration: Declaration
    least: dict[str, Any]
    """A body with only what is required, and `whole`, the fields of the object that it makes."""
    whole: dict[str, Any]
    other: dict[str, Any]
    """Another body, with every field."""
    patch: dict[str, Any]
    """Some fields, none of which has the value of `whole`."""
    wrong: list[tuple[dict[str, Any], list[str]]] = field(default_factory=list)
    """Bodies that are refused, with the pointers that say where."""

    @property
    def path(self) -> str:
        return f"/api/v1/{self.declaration.name}"

    @property
    def unsafe(self) -> dict[str, str]:
        """Headers with which any state may be changed."""
        return {"If-Match": "*"} if self.declaration.require_if_match else {}


ITEM = Sample(
    declaration=ITEMS,
    least={"name": "Lamp"},
    whole={"name": "Lamp", "description": "", "quantity": 0},
    other={"name": "Ölkännchen \U0001f6e2", "description": 'a\nb\t"c" \u2028', "quantity": 2**31 - 1},
    patch={"quantity": 7},
    wrong=[
        ({}, ["/name"]),
        ({"name": None}, ["/name"]),
        ({"name": ""}, ["/name"]),
        ({"name": "x" * 201}, ["/name"]),
        ({"name": {"x": 1}}, ["/name"]),
        ({"name": ["a"], "quantity": "1"}, ["/name", "/quantity"]),
        ({"name": "a", "quantity": 1.5}, ["/quantity"]),
        ({"name": "a", "quantity": -1}, ["/quantity"]),
        ({"name": "a", "quantity": 2**31}, ["/quantity"]),
        ({"name": "a", "quantity": True}, ["/quantity"]),
        ({"name": "a", "colour": "red"}, ["/colour"]),
        ({"name": "a", "id": "mine"}, ["/id"]),
        ({"name": "a", "~/": 1}, ["/~0~1"]),
    ],
)

WARE = Sample(
    declaration=WARES,
    least={"title": "Pot"},
    whole={
        "title": "Pot",
        "colour": "red",
        "since": None,
        "price": 0.0,
        "sold": False,
        "labels": [],
        "size": {"width": 1, "height": 1},
    },
    other={
        "title": "Pan",
        "colour": "blue",
        "since": "2024-02-29",
        "price": 12.5,
        "sold": True,
        "labels": ["new", "ü"],
        "size": {"width": 30, "height": 5},
    },
    patch={"since": "2026-01-01", "price": 1e6, "labels": ["a"], "size": {"width": 9}},
    wrong=[
        ({"title": "a", "colour": "green"}, ["/colour"]),
        ({"title": "a", "since": "2023-02-29"}, ["/since"]),
        ({"title": "a", "since": 5}, ["/since"]),
        ({"title": "a", "sold": 1}, ["/sold"]),
        ({"title": "a", "labels": "new"}, ["/labels"]),
        ({"title": "a", "labels": ["ok", 5]}, ["/labels/1"]),
        ({"title": "a", "size": {"height": 1}}, ["/size/width"]),
        ({"title": "a", "size": {"width": 1, "depth": 2}}, ["/size/depth"]),
        ({"title": "a", "size": 3}, ["/size"]),
    ],
)

SAMPLES = (ITEM, WARE)
