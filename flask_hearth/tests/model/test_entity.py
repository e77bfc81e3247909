"""An object's life in Python, on each store."""

from datetime import date
from typing import assert_type

import pytest
from flask import Flask
from pydantic import Field, ValidationError, create_model

from flask_hearth.model.declaration import Declaration, DeclarationError
from flask_hearth.model.entity import MAX_MANY, Entity
from flask_hearth.stores.interface import ExistsError, MissingError, TooLargeError, VersionError
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.model.cities import CITIES, Bridge, City, Country, Square, app_over
from flask_hearth.tests.model.conftest import Place
from flask_hearth.tests.model.objects import OBJECTS, ObjectOfTwo


def test_the_example_of_flask_boiler(place: Place) -> None:
    made = ObjectOfTwo.create(id="testObjId1")
    assert (made.int_a, made.int_b, made.version) == (0, 0, None)
    with pytest.raises(MissingError):
        ObjectOfTwo.get("testObjId1")

    made.int_a = 1
    made.int_b = 2
    made.save()
    found = ObjectOfTwo.get("testObjId1")

    assert (found.int_a, found.int_b) == (1, 2)
    assert found == made
    document = place.stored(OBJECTS, "testObjId1")
    assert (document["intA"], document["intB"]) == (1, 2)
    assert not {"int_a", "int_b"} & document.keys()
    found.delete()
    with pytest.raises(MissingError):
        ObjectOfTwo.get("testObjId1")


def rome() -> City:
    return City.create(
        id="rome",
        name="Rome",
        population=2_800_000,
        capital=True,
        founded=date(1, 4, 21),
        mayor="R. G.",
        twins=["paris"],
        square=Square(name="Navona", side=54.0),
        landmark=Bridge(length=135.0),
    )


def test_a_new_object_has_an_id_of_its_own_and_is_nowhere_until_it_is_saved(place: Place) -> None:
    one, two = City(name="Rome"), City(name="Rome")

    assert one.id != two.id
    assert (one.version, one.created_at, one.updated_at) == (None, None, None)
    assert City.count() == 0
    one.save()
    found = City.get(one.id)
    assert found == one
    assert found.created_at == found.updated_at == place.store.get(CITIES, one.id).created_at
    assert [each.id for each in City.where()] == [one.id]


def test_what_is_saved_is_read_with_its_types_and_defaults(place: Place) -> None:
    made = rome()
    made.save()

    found = City.get("rome")

    assert found == made
    assert (found.country, found.founded, found.square) == (
        Country.ITALY,
        date(1, 4, 21),
        Square(name="Navona", side=54.0),
    )
    assert found.landmark == Bridge(length=135.0)
    document = place.stored(CITIES, "rome")
    assert (document["populationCount"], document["mayorName"]) == (2_800_000, "R. G.")
    assert not {"population", "mayor"} & document.keys()


def test_the_api_has_the_models_names_whatever_the_stored_ones(place: Place) -> None:
    rome().save()
    client = app_over(place.store, CITIES).test_client()

    answer = client.patch("/api/v1/cities/rome", json={"population": 3})
    document = client.get("/api/v1/openapi.json").get_json()

    assert answer.get_json()["population"] == 3
    assert "populationCount" not in str(document) + answer.text
    assert City.get("rome").population == 3
    assert f'"{City.get("rome").version}"' == answer.headers["ETag"]


def test_saving_writes_over_the_state_that_was_read_alone(place: Place) -> None:
    rome().save()
    mine, theirs = City.get("rome"), City.get("rome")
    theirs.population = 1
    theirs.save()
    theirs.population = 2
    theirs.save()

    mine.name = "Roma"
    with pytest.raises(VersionError):
        mine.save()
    with pytest.raises(VersionError):
        mine.delete()
    with pytest.raises(VersionError):
        mine.update(population=3)

    assert (mine.name, mine.population) == ("Roma", 2_800_000)
    assert City.get("rome") == theirs


def test_an_id_is_taken_once(place: Place) -> None:
    rome().save()

    with pytest.raises(ExistsError):
        rome().save()


def test_what_was_deleted_is_missing_until_it_is_saved_again(place: Place) -> None:
    made = rome()
    with pytest.raises(MissingError):
        made.delete()
    made.save()
    other = City.get("rome")
    made.delete()

    for attempt in (other.save, other.delete):
        with pytest.raises(MissingError):
            attempt()
    made.save()
    assert City.get("rome") == made


def test_an_update_sets_all_of_its_fields_or_none(place: Place) -> None:
    made = rome()
    made.save()

    made.update(population=5, twins=["paris", "cracow"])
    with pytest.raises(ValidationError):
        made.update(area=1.0, population=-1)
    with pytest.raises(ValidationError, match="colour"):
        made.update(colour="red")

    assert (made.population, made.area) == (5, 0.0)
    assert City.get("rome") == made


@pytest.mark.parametrize(
    ("field", "value"), [("population", "5"), ("population", -1), ("capital", 1), ("country", "it"), ("name", "")]
)
def test_an_assignment_is_checked(field: str, value: object) -> None:
    made = rome()

    with pytest.raises(ValidationError):
        setattr(made, field, value)
    with pytest.raises(ValidationError):
        City.create(id="x", **{"name": "x", field: value})
    assert made == made.model_copy()


def test_a_change_within_a_field_is_checked_when_it_is_saved(place: Place) -> None:
    made = rome()
    made.twins.append(5)  # type: ignore[arg-type]

    with pytest.raises(ValidationError, match="twins"):
        made.save()
    assert City.count() == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "a\x00"}, r"City\.name contains U\+0000"),
        ({"twins": ["a\x00"]}, r"City\.twins contains U\+0000"),
        ({"area": float("nan")}, r"City\.area is a number out of range"),
        ({"area": float("-inf")}, r"City\.area is a number out of range"),
        ({"square": Square(name="x", side=float("inf"))}, r"City\.square is a number out of range"),
    ],
)
def test_what_some_store_could_not_hold_is_held_by_none(place: Place, fields: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        City.create(id="x", **{"name": "x", **fields}).save()
    with pytest.raises(TooLargeError, match="at most 1,048,576"):
        City.create(id="x", name="x", twins=["x" * 1_048_577]).save()
    assert City.count() == 0


@pytest.mark.parametrize("id", ["", "a/b", "a.b", "__x__", "x" * 65, "ä", "x\n"])
def test_an_id_that_no_path_could_have_is_refused_and_never_found(place: Place, id: str) -> None:
    with pytest.raises(ValueError, match="can't be an id"):
        City.create(id=id, name="x")
    with pytest.raises(MissingError):
        City.get(id)
    assert City.get_many([id]) == {}


def test_many_are_read_in_the_order_asked_for_without_those_that_are_not_there(place: Place) -> None:
    for each in "abc":
        City.create(id=each, name=each).save()

    assert list(City.get_many(["c", "x", "a", "c"])) == ["c", "a"]
    assert City.get_many(["b"])["b"] == City.get("b")
    assert City.get_many([]) == {}
    assert City.get_many([f"x{number}" for number in range(MAX_MANY)]) == {}
    with pytest.raises(ValueError, match="Ask in parts"):
        City.get_many(["x"] * (MAX_MANY + 1))


def test_what_does_not_fit_the_model_any_more_is_told_and_the_api_still_shows_it(place: Place) -> None:
    made = rome()
    made.save()
    assert made.version is not None
    place.store.replace(CITIES, "rome", {**place.store.get(CITIES, "rome").fields, "name": "x" * 61}, expected=None)

    with pytest.raises(ValidationError, match="name"):
        City.get("rome")
    assert app_over(place.store, CITIES).test_client().get("/api/v1/cities/rome").get_json()["name"] == "x" * 61


def test_two_apps_in_one_process_stay_apart() -> None:
    """Nothing is known at import; what one has is not the other's."""
    one, two = app_over(MemoryStore(), CITIES), app_over(MemoryStore(), CITIES)
    with one.app_context():
        rome().save()

    with two.app_context():
        assert City.count() == 0
        rome().save()
    with one.app_context():
        City.get("rome").delete()
    with two.app_context():
        assert City.get("rome").name == "Rome"


def test_without_an_app_at_work_there_is_no_store() -> None:
    with pytest.raises(RuntimeError, match="application context"):
        City.get("rome")
    with Flask("bare").app_context(), pytest.raises(RuntimeError, match="has not been set up with Hearth"):
        City.get("rome")


@pytest.mark.parametrize(
    ("declarations", "words"),
    [
        ([OBJECTS], "City is the model of no collection"),
        (
            [CITIES, Declaration(name="towns", singular="town", model=City)],
            "City is the model of cities, towns",
        ),
    ],
)
def test_a_model_that_is_not_declared_once_is_told(declarations: list[Declaration], words: str) -> None:
    with app_over(MemoryStore(), *declarations).app_context(), pytest.raises(DeclarationError, match=words):
        City.get("rome")


@pytest.mark.filterwarnings("ignore:Field name:UserWarning")
@pytest.mark.parametrize("name", ["get", "count", "save", "where"])
def test_a_field_by_the_name_of_a_verb_is_refused(name: str) -> None:
    """It would hide the verb, or be hidden by it."""
    with pytest.raises(DeclarationError, match=f"declares {name}"):
        create_model("Made", __base__=Entity, **{name: (str, Field(default=""))})  # type: ignore[call-overload]


def test_the_type_of_what_comes_back_is_known(place: Place) -> None:
    """By mypy, which reads this file too."""
    rome().save()

    assert_type(City.get("rome"), City)
    assert_type(City.create(id="x"[:1], name="x"), City)
    assert_type(City.get_many(["rome"]), dict[str, City])
    assert_type([each for each in City.where()], list[City])  # noqa: C416 - what is iterated over is the point
    assert_type(City.get("rome").population, int)
    assert_type(City.count(), int)
