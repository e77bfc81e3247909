"""A model that refers to others, to itself, and within a list and a part."""

from typing import Annotated

from pydantic import Field

from flask_hearth.model.declaration import Declaration, Model, StoredAs
from flask_hearth.model.entity import Entity
from flask_hearth.model.reference import Ref
from flask_hearth.tests.model.cities import City


class Night(Model):
    at: Ref[City]
    nights: Annotated[int, Field(ge=1, le=99)] = 1


class Trip(Entity):
    """From one city to others."""

    start: Ref[City]
    end: Annotated[Ref[City] | None, StoredAs("endId")] = None
    stops: list[Ref[City]] = Field(default_factory=list)
    longest: Night | None = None
    before: "Ref[Trip] | None" = None


TRIPS = Declaration(
    name="trips",
    singular="trip",
    model=Trip,
    indexes=(("start", "created_at"), ("start",)),
    unique=("before",),
)
