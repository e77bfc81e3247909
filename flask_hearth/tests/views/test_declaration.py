"""What a view must say of itself, and what is told of one that doesn't."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest
from openapi_spec_validator import validate

from flask_hearth.api import openapi
from flask_hearth.model.declaration import Declaration, DeclarationError, Model
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.views.world import (
    CITIES,
    CITY_GUIDES,
    COUNTRIES,
    DECLARATIONS,
    DISTRICTS,
    KEPT,
    City,
    CityGuide,
    Country,
    District,
    app_over,
    city_guide,
)
from flask_hearth.views.declaration import Key, Referred, Referring, View


class Numbered(Model):
    id: str


def nothing(city: Annotated[City, Key()]):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Says not what it returns."""


def numbered(city: Annotated[City, Key()]) -> Numbered:
    """Has an id of its own."""
    return Numbered(id=city.id)


def bare(city: Annotated[City, Key()], country: Country) -> CityGuide:
    """Says not where the country comes from."""
    raise NotImplementedError


def keyless(districts: Annotated[list[District], Referring("city", at_most=1)]) -> CityGuide:
    """Has no key."""
    raise NotImplementedError


def single(city: Annotated[City, Key()], districts: Annotated[District, Referring("city", at_most=1)]) -> CityGuide:
    """Wants one of many."""
    raise NotImplementedError


def several(cities: Annotated[list[City], Key()]) -> CityGuide:
    """Wants many of one."""
    raise NotImplementedError


def maybe(city: Annotated[City | None, Key()]) -> CityGuide:
    """Has perhaps a key."""
    raise NotImplementedError


class Counted(Model):
    people: int


def unbounded(city: Annotated[City, Key()]) -> Counted:
    """Can be any number."""
    raise NotImplementedError


def view(of: Callable[..., Any], name: str = "pages") -> View[Any]:
    return View(name=name, singular="page", of=of)


@pytest.mark.parametrize(
    ("of", "why"),
    [
        (nothing, "returns None"),
        (numbered, "declares id"),
        (bare, "where country comes from"),
        (keyless, "needs one parameter marked with Key"),
        (single, "has districts of"),
        (several, "has cities of"),
        (maybe, "has city of"),
    ],
)
def test_a_function_that_says_too_little_is_refused(of: Callable[..., Any], why: str) -> None:
    with pytest.raises(DeclarationError, match=why):
        view(of)


def by(source: Referring | Referred) -> View[Any]:
    """A view with one more source."""
    kind = list[District] if isinstance(source, Referring) else Country

    def of(city: Annotated[City, Key()], more: Any) -> CityGuide:
        raise NotImplementedError

    of.__annotations__["more"] = Annotated[kind, source]
    return view(of)


COUNTS = View(name="counts", singular="count", of=unbounded, serve="both")
CITIES_BY_AGE = Declaration(name="cities", singular="city", model=City)
NO_INDEX = Declaration(name="districts", singular="district", model=District)


@pytest.mark.parametrize(
    ("views", "declarations", "why"),
    [
        ([view(city_guide, "cities")], DECLARATIONS, "names a view and a collection"),
        ([CITY_GUIDES, CITY_GUIDES], DECLARATIONS, "two views"),
        ([CITY_GUIDES], (CITIES, COUNTRIES), "District is the model of no collection"),
        ([CITY_GUIDES], (CITIES, COUNTRIES, NO_INDEX), r"Add \('city', 'created_at'\) to the declaration's indexes"),
        ([by(Referring("town", at_most=1))], DECLARATIONS, "'town' of District as an id"),
        ([by(Referring("people", at_most=1))], DECLARATIONS, "'people' of District as an id"),
        ([by(Referring("city", at_most=0))], DECLARATIONS, "at most 0 more"),
        ([by(Referred("country"))], DECLARATIONS, "refers by 'country'"),
        ([by(Referred("more.country"))], DECLARATIONS, "refers by 'more.country'"),
        ([by(Referred("city.land"))], DECLARATIONS, "'land' of City as an id"),
        ([KEPT], (CITIES_BY_AGE, COUNTRIES, DISTRICTS), "kept_guides finds cities by their country"),
        (
            [View(name="counts", singular="count", of=unbounded, serve="both")],
            DECLARATIONS,
            "content.people is an integer without",
        ),
    ],
)
def test_a_view_that_can_not_be_made_of_what_is_declared_is_refused_at_start(
    views: list[View[Any]], declarations: tuple[Declaration, ...], why: str
) -> None:
    with pytest.raises(DeclarationError, match=why):
        app_over(MemoryStore(), *views, declarations=declarations)


def test_a_name_that_is_no_path_is_refused() -> None:
    with pytest.raises(DeclarationError, match="can't name a view"):
        view(city_guide, "City guides")


def test_the_apis_document_has_it_with_reading_alone() -> None:
    document = openapi.document(DECLARATIONS, views=[CITY_GUIDES])

    validate(document)
    assert {*document["paths"]["/api/v1/city_guides"]} == {"get"}
    assert {*document["paths"]["/api/v1/city_guides/{id}"]} == {"get", "parameters"}
    assert document["components"]["schemas"]["CityGuide"]["required"] == [
        "id",
        "name",
        "country",
        "districts",
        "people",
    ]


def test_an_answer_is_as_the_document_says() -> None:
    app = app_over(MemoryStore(), CITY_GUIDES, path="/rest")
    with app.app_context():
        City.create(id="rome", name="Rome").save()
    client = app.test_client()
    schema = client.get("/rest/v1/openapi.json").get_json()["components"]["schemas"]["CityGuide"]

    assert [*client.get("/rest/v1/city_guides/rome").get_json()] == [*schema["properties"]]
    assert client.get("/rest/docs").status_code == 200


def test_a_route_of_the_app_at_its_path_is_told() -> None:
    app = app_over(MemoryStore(), CITY_GUIDES)
    app.testing = True
    app.add_url_rule("/api/v1/city_guides/<name>", "mine", lambda name: name)

    with pytest.raises(ValueError, match="HEARTH_API_PATH"):
        app.test_client().get("/")
