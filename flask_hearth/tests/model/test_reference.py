"""Fields that hold the id of another object, on each store."""

from dataclasses import replace
from typing import Any, assert_type

import pytest
from flask import current_app
from pydantic import ValidationError

from flask_hearth.model.batch import Batch
from flask_hearth.model.declaration import Declaration, DeclarationError
from flask_hearth.model.reference import Ref
from flask_hearth.stores import kinds
from flask_hearth.stores.interface import MissingError, TakenError
from flask_hearth.tests.model.cities import CITIES, City
from flask_hearth.tests.model.conftest import Place
from flask_hearth.tests.model.trips import TRIPS, Night, Trip


def test_a_reference_is_an_id_in_the_store_and_an_object_when_it_is_asked_for(place: Place) -> None:
    rome, oslo = City.create(id="rome", name="Rome"), City.create(id="oslo", name="Oslo")
    first = Trip.create(id="one", start=Ref(rome), end=Ref(oslo), stops=[Ref[City]("oslo"), Ref(rome)])
    second = Trip.create(id="two", start=Ref(oslo), longest=Night(at=Ref(rome)), before=Ref(first))
    with Batch() as batch:
        for each in (first, second, rome, oslo):
            batch.save(each)

    found, after = Trip.get("one"), Trip.get("two")

    assert (found, after) == (first, second)
    assert (found.start, place.stored(TRIPS, "one")["endId"]) == ("rome", "oslo")
    assert assert_type(found.start.get(), City) == rome
    assert list(City.get_many(found.stops)) == ["oslo", "rome"]
    assert after.longest is not None
    assert after.longest.at.get() == rome
    assert after.before is not None
    assert assert_type(after.before.get(), Trip).end == "oslo"


def test_what_is_referred_to_can_be_looked_for(place: Place) -> None:
    rome = City.create(id="rome", name="Rome")
    for each, start in {"a": "rome", "b": "oslo", "c": "rome"}.items():
        Trip.create(id=each, start=Ref[City](start)).save()

    assert [each.id for each in Trip.where(("start", "==", Ref(rome)))] == ["a", "c"]
    assert [each.id for each in Trip.where(("start", "in", ["oslo"]))] == ["b"]
    assert [each.id for each in Trip.where(order="start")] == ["b", "a", "c"]


def test_a_reference_can_be_unique(place: Place) -> None:
    Trip.create(id="a", start=Ref[City]("x"), before=Ref[Trip]("first")).save()

    with pytest.raises(TakenError):
        Trip.create(id="b", start=Ref[City]("x"), before=Ref[Trip]("first")).save()


def test_to_an_object_that_is_missing_it_leads_nowhere_and_keeps_nobody_from_deleting(place: Place) -> None:
    """No store is asked for what is referred to, neither when the one is written nor when the other goes."""
    rome = City.create(id="rome", name="Rome")
    rome.save()
    trip = Trip.create(id="one", start=Ref(rome), stops=[Ref[City]("nowhere")])
    trip.save()

    rome.delete()

    found = Trip.get("one")
    assert found == trip
    with pytest.raises(MissingError):
        found.start.get()
    assert City.get_many(found.stops) == {}
    found.update(stops=[])


def test_the_api_takes_and_gives_the_id_and_the_form_has_a_choice(place: Place) -> None:
    client = current_app.test_client()

    made = client.post("/api/v1/trips", json={"start": "rome", "stops": ["oslo"], "longest": {"at": "rome"}})
    refused = client.post("/api/v1/trips", json={"start": "a/b"})
    described = client.get("/api/v1/openapi.json").get_json()["components"]["schemas"]["Trip"]["properties"]["start"]

    assert made.status_code == 201
    assert made.get_json()["start"] == "rome"
    assert Trip.get(made.get_json()["id"]).stops == ["oslo"]
    assert refused.status_code == 422
    assert refused.get_json()["errors"] == [
        {"pointer": "/start", "detail": "is not an id: use 1 to 64 letters, digits, `_` and `-`"}
    ]
    assert described["description"] == "The id of a City."
    assert (described["type"], described["maxLength"]) == ("string", 64)
    assert '<select id="field-start"' in client.get("/trips/new").text


@pytest.mark.parametrize("value", ["", "a/b", "__x__", "x" * 65, "ä", 5, None])
def test_what_can_not_be_an_id_is_no_reference(value: Any) -> None:
    with pytest.raises(ValidationError):
        Trip(start=value)
    if isinstance(value, str):
        with pytest.raises(ValueError, match="can't be an id"):
            Ref[City](value)


def test_of_a_text_alone_it_is_not_known_what_it_refers_to() -> None:
    with pytest.raises(TypeError, match=r"Write Ref\[City\]\('rome'\)"):
        Ref("rome")


@pytest.mark.parametrize("others", [[], [CITIES, replace(CITIES, name="towns")]])
def test_a_reference_to_what_is_not_declared_once_is_refused(others: list[Declaration]) -> None:
    with pytest.raises(DeclarationError, match="start refers to City, which is not the model of one collection"):
        kinds.check([TRIPS, *others])


ROWS = {"a reference": test_to_an_object_that_is_missing_it_leads_nowhere_and_keeps_nobody_from_deleting}
"""Of the table in docs/models.md, with what proves them."""
