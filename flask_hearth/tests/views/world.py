"""Cities with their districts and countries, the view of a city, and an app over any store."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from flask import Flask
from pydantic import Field

from flask_hearth import Hearth, state
from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.model.entity import Entity
from flask_hearth.stores.interface import Store
from flask_hearth.tasks import Tasks
from flask_hearth.views.declaration import Key, Referred, Referring, View
from flask_hearth.views.stored import document_declaration

Reference = Annotated[str, Field(max_length=64)]
People = Annotated[int, Field(ge=0, le=10**12)]


class Country(Entity):
    name: str


class City(Entity):
    name: str
    country: Reference | None = None


class District(Entity):
    name: str
    city: Reference
    people: People = 0


class CityGuide(Model):
    """A city as its guide tells of it."""

    name: str
    country: str | None
    districts: list[str]
    people: People


def city_guide(
    city: Annotated[City, Key()],
    country: Annotated[Country | None, Referred("city.country")],
    districts: Annotated[list[District], Referring("city", at_most=3)],
) -> CityGuide:
    """By ids in the order in which they come."""
    assert (city.version, city.updated_at) == (None, None), "a view knows of no times"
    return CityGuide(
        name=city.name,
        country=country.name if country else None,
        districts=[f"{each.id} {each.name}" for each in districts],
        people=sum(each.people for each in districts),
    )


COUNTRIES = Declaration(name="countries", singular="country", model=Country)
CITIES = Declaration(name="cities", singular="city", model=City, indexes=(("country", "created_at"),))
DISTRICTS = Declaration(name="districts", singular="district", model=District, indexes=(("city", "created_at"),))
DECLARATIONS = (COUNTRIES, CITIES, DISTRICTS)

CITY_GUIDES: Final = View(name="city_guides", singular="city_guide", of=city_guide)


class KeptGuide(CityGuide):
    """The same, kept as documents."""


def kept_guide(
    city: Annotated[City, Key()],
    country: Annotated[Country | None, Referred("city.country")],
    districts: Annotated[list[District], Referring("city", at_most=3)],
) -> KeptGuide:
    """Fails for a city named so."""
    assert city.name != "fault", "as it should"
    return KeptGuide(**city_guide(city, country, districts).model_dump())


KEPT: Final = View(name="kept_guides", singular="kept_guide", of=kept_guide, serve="materialized", at_once=3)


def content(id: str) -> dict[str, Any] | None:
    """Of a document, None also where there is none."""
    places = state.current().places
    assert places is not None
    found = places.views.get_many(document_declaration(KEPT), [id])
    return found[0].fields["content"] if found else None


def app_over(
    store: Store | None,
    *views: View[Any],
    declarations: Sequence[Declaration] = DECLARATIONS,
    path: str = "/api",
    view_store: Store | None = None,
    tasks: Tasks | None = None,
    config: Mapping[str, Any] | None = None,
) -> Flask:
    """A small app with all of them."""
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(SECRET_KEY="kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g", HEARTH_API_PATH=path, **(config or {}))
    Hearth(app, declarations=declarations, views=views, store=store, view_store=view_store, tasks=tasks)
    return app
