"""A model with a field of each type that JSON writes as a text."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, NaiveDatetime

from flask_hearth.model.declaration import Declaration, StoredAs
from flask_hearth.model.entity import Entity

NIL = UUID(int=0)


class Mood(StrEnum):
    GOOD = "good"
    BAD = "bad"


class Floor(IntEnum):
    CELLAR = -1
    ROOF = 9


class Visit(Entity):
    at: Annotated[datetime, StoredAs("visitedAt")] = datetime(2026, 1, 1, tzinfo=UTC)
    local: NaiveDatetime = datetime(2026, 1, 1)  # noqa: DTZ001
    day: date = date(2026, 1, 1)
    opens: time = time(9)
    length: timedelta = timedelta(minutes=90)
    ticket: UUID = NIL
    price: Annotated[Decimal, Field(ge=-1000, le=1000, decimal_places=2)] = Decimal("1.5")
    weight: Decimal = Decimal(0)
    mood: Mood = Mood.GOOD
    floor: Floor = Floor.ROOF
    left: datetime | None = None
    paid: Annotated[Decimal, Field(max_digits=5, decimal_places=1)] | None = None


ORDERED = ("at", "local", "day", "opens", "length", "ticket", "price", "mood", "floor")
"""Those of which an index is."""

VISITS = Declaration(
    name="visits",
    singular="visit",
    model=Visit,
    indexes=(*((name,) for name in ORDERED), ("left", "at"), ("paid", "price"), ("mood", "length")),
)
