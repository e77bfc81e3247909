"""A collection with every kind of field that a form has, and one object of it."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.model.entity import Entity
from flask_hearth.model.reference import Ref  # noqa: TC001 - Pydantic reads the annotation

Tag = Annotated[str, Field(max_length=20)]


class State(StrEnum):
    PLANNED = "planned"
    SOLD_OUT = "sold out"


class Address(Model):
    street: Annotated[str, Field(min_length=1, max_length=80)]
    postcode: Annotated[str, Field(pattern="^[0-9]{5}$", examples=["10115"])]


class Contact(Model):
    name: Annotated[str, Field(min_length=1, max_length=80)]
    phone: Annotated[str, Field(max_length=20)] = "none"
    language: Literal["German", "English"] = "German"
    answers: bool = True
    address: Address | None = None


class Ticket(Model):
    name: Annotated[str, Field(max_length=40)]
    price: Annotated[Decimal, Field(ge=0)]


class Event(Entity):
    number: Annotated[str, Field(pattern="^[A-Z]{2}-[0-9]{4}$", examples=["AB-1234"], description="As on the poster.")]
    name: Annotated[str, Field(min_length=3, max_length=80)]
    about: Annotated[str, Field(max_length=2000)] = ""
    seats: Annotated[int, Field(gt=0, le=5000)] = 50
    price: Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2, title="Price in euros")] = Decimal("12.50")
    discount: Annotated[float, Field(gt=0, lt=1)] | None = None
    day: Annotated[date, Field(ge=date(2026, 1, 1))]
    begins: time = time(19, 30)
    decided: datetime | None = None
    length: timedelta | None = None
    state: State
    language: Literal["German", "English"] = "English"
    stage: Literal["large", "small"] | None = None
    outdoors: bool = False
    seated: bool | None = None
    tags: Annotated[tuple[Tag, ...], Field(max_length=8)] = ("music",)
    ratings: tuple[Annotated[int, Field(ge=0, le=5)], ...] = ()
    days_off: tuple[date, ...] = ()
    states_before: tuple[State, ...] = ()
    address: Address
    contact: Contact | None = None
    follows: "Ref[Event] | None" = None
    tickets: tuple[Ticket, ...] = ()


EVENTS = Declaration(name="events", singular="event", model=Event, title="name")

TYPED: dict[str, str] = {
    "number": "AB-1234",
    "name": "Concert",
    "day": "2026-02-28",
    "state": "planned",
    "address.street": "Gartenstra\u00dfe 1",
    "address.postcode": "10115",
}
"""As much as has to be entered."""

FIELDS: dict[str, Any] = {
    "number": "AB-1234",
    "name": "Concert",
    "about": "",
    "seats": 50,
    "price": "12.50",
    "discount": None,
    "day": "2026-02-28",
    "begins": "19:30:00",
    "decided": None,
    "length": None,
    "state": "planned",
    "language": "English",
    "stage": None,
    "outdoors": False,
    "seated": None,
    "tags": ["music"],
    "ratings": [],
    "days_off": [],
    "states_before": [],
    "address": {"street": "Gartenstra\u00dfe 1", "postcode": "10115"},
    "contact": None,
    "follows": None,
    "tickets": [],
}
"""What is made of it."""

FULL: dict[str, Any] = FIELDS | {
    "about": "Loud.\nAnd long.",
    "price": "0.10",
    "discount": 0.25,
    "begins": "19:30:15.123456",
    "decided": "2026-01-31T12:00:00Z",
    "length": "PT1H30M",
    "stage": "small",
    "outdoors": True,
    "seated": False,
    "tags": ["rock", " two words ", '"quoted"', "two\nlines", " ", "", '"\\n"'],
    "ratings": [5, 0],
    "days_off": ["2026-02-01"],
    "states_before": ["planned", "sold out"],
    "contact": {"name": "Ada", "phone": "", "language": "English", "answers": False, "address": None},
    "follows": "gone",
    "tickets": [{"name": "child", "price": "0"}],
}
"""An object with everything, and texts that are hard to write on a line."""
