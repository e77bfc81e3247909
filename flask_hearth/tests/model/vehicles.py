"""Objects of two types in one collection, and a model that refers to them."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from flask_hearth.model.declaration import Declaration, Model, ReadOnly, StoredAs, WriteOnly
from flask_hearth.model.entity import Entity
from flask_hearth.model.reference import Ref


class Engine(Model):
    power: Annotated[int, Field(ge=0, le=999)]


class Vehicle(Entity):
    """Something with wheels."""

    name: Annotated[str, Field(min_length=1, max_length=20)]
    kind: Annotated[Literal["car", "bike"], StoredAs("vehicleKind")]
    sold: date | None = None


class Car(Vehicle):
    """A car."""

    kind: Literal["car"] = "car"
    doors: Annotated[int, Field(ge=0, le=9), StoredAs("doorCount")]
    seats: Annotated[int, Field(ge=1, le=9)] = 5
    engine: Engine | None = None
    plate: Annotated[Annotated[str, Field(max_length=10)] | None, StoredAs("plateText")] = None
    key: Annotated[str, Field(min_length=4, max_length=8), WriteOnly()] = "0000"


class Bike(Vehicle):
    """A bike."""

    kind: Literal["bike"] = "bike"
    gears: Annotated[int, Field(ge=1, le=30)] = 1
    rides: Annotated[int, Field(ge=0, le=999), ReadOnly()] = 0


VEHICLES = Declaration(
    name="vehicles",
    singular="vehicle",
    model=Vehicle,
    types=(Car, Bike),
    told_apart_by="kind",
    pages=False,
    indexes=(("kind", "created_at"), ("kind", "doors", "name"), ("doors", "created_at")),
    unique=("plate",),
)


class Ride(Entity):
    vehicle: Ref[Vehicle]


RIDES = Declaration(name="rides", singular="ride", model=Ride)
