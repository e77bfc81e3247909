"""A model with a field of each kind that is compared, and each store with an app that declares it."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from flask import Flask
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client
from pydantic import Field
from sqlalchemy import text

from flask_hearth import Hearth
from flask_hearth.model.declaration import Declaration, Model, StoredAs
from flask_hearth.model.entity import Entity
from flask_hearth.stores.interface import Store
from flask_hearth.stores.sql.engines import migration_engine
from flask_hearth.stores.urls import Firestore, parse


class Country(StrEnum):
    ITALY = "it"
    FRANCE = "fr"


class Square(Model):
    name: str
    side: float = 1.0


class Tower(Model):
    kind: Literal["tower"] = "tower"
    height: float


class Bridge(Model):
    kind: Literal["bridge"] = "bridge"
    length: float


class City(Entity):
    """A city."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    country: Country = Country.ITALY
    population: Annotated[int, Field(ge=0, le=10**10), StoredAs("populationCount")] = 0
    area: float = 0.0
    capital: bool = False
    founded: date = date(1, 1, 1)
    mayor: Annotated[Annotated[str, Field(max_length=60)] | None, StoredAs("mayorName")] = None
    twins: list[str] = Field(default_factory=list)
    square: Square | None = None
    landmark: Annotated[Tower | Bridge, Field(discriminator="kind")] | None = None


CITIES = Declaration(
    name="cities",
    singular="city",
    model=City,
    indexes=(
        ("name",),
        ("population",),
        ("country", "population"),
        ("country", "capital", "name"),
        ("area",),
        ("capital",),
        ("founded",),
        ("mayor", "created_at"),
        ("updated_at",),
    ),
)


def app_over(store: Store, *declarations: Declaration) -> Flask:
    """A small app of its own."""
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(SECRET_KEY="kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g")
    Hearth(app, declarations=declarations, store=store)
    return app


def stored(url: str, declaration: Declaration, id: str) -> Mapping[str, Any]:
    """A row or document, as another program finds it."""
    named = parse(url, project=None, data_dir=None)
    if isinstance(named, Firestore):
        client = Client(project=named.project, credentials=AnonymousCredentials())
        document = client.collection(declaration.name).document(id).get()
        client.close()
        return document.to_dict() or {}
    engine = migration_engine(named, lock_seconds=5, create=False)
    with engine.connect() as connection:
        row = connection.execute(
            text(f"SELECT * FROM {declaration.name} WHERE id = :id"),  # noqa: S608 - a name of ours
            {"id": id},
        )
        found = dict(row.mappings().one())
    engine.dispose()
    return found
