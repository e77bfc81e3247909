"""What queries mean, alike on each store: the rows of the table in docs/models.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, create_model
from sqlalchemy import text

from flask_hearth.model.declaration import Declaration, DeclarationError, Model
from flask_hearth.stores import queries
from flask_hearth.stores.interface import Operator
from flask_hearth.stores.queries import QueryError
from flask_hearth.stores.sql.engines import migration_engine
from flask_hearth.stores.urls import Postgres, parse
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.databases import Databases
from flask_hearth.tests.model.cities import CITIES, City, Country, app_over
from flask_hearth.tests.model.conftest import Place

Conditions = Sequence[tuple[str, Operator, Any]]
TODAY = date(2026, 1, 31)


@dataclass(frozen=True, kw_only=True)
class Case:
    """`made` are cities by id with some of their fields; `found` are the ids, in order."""

    made: dict[str, dict[str, Any]]
    asked: Conditions = ()
    order: str | None = None
    found: Sequence[str]


NAMES: dict[str, dict[str, Any]] = {
    each: {"name": name}
    for each, name in {"1": "a", "2": "Z", "3": "ä", "4": "ab", "5": "\U0001f600", "6": "\uffff"}.items()
}
FEW: dict[str, dict[str, Any]] = {
    "1": {"population": 5, "country": Country.FRANCE},
    "2": {"population": 5},
    "3": {"population": 7},
    "4": {"population": 1, "country": Country.FRANCE},
}
AREAS: dict[str, dict[str, Any]] = {
    "1": {"area": 1.5},
    "2": {"area": -0.0},
    "3": {"area": 0.0},
    "4": {"area": -1e300},
    "5": {"area": 2},
}
DAYS: dict[str, dict[str, Any]] = {
    "1": {"founded": TODAY},
    "2": {"founded": date(999, 12, 31)},
    "3": {"founded": date(2026, 2, 1)},
}
MAYORS: dict[str, dict[str, Any]] = {"1": {"mayor": None}, "2": {"mayor": ""}, "3": {"mayor": "A"}}

CASES: dict[str, list[Case]] = {
    "text": [
        Case(made=NAMES, order="name", found="214365"),
        Case(made=NAMES, order="-name", found="563412"),
        Case(made=NAMES, asked=[("name", ">", "Z"), ("name", "<", "ä")], found="14"),
        Case(made=NAMES, asked=[("name", ">=", "\uffff")], found="65"),
        Case(made=NAMES, asked=[("name", "!=", "a")], found="24365"),
        Case(
            made={"1": {"name": "a", "capital": True}, "2": {"name": "A"}},
            asked=[("country", "==", Country.ITALY), ("capital", "in", [True, False])],
            order="name",
            found="21",
        ),
    ],
    "number": [
        Case(made=AREAS, order="area", found="42315"),
        Case(made=AREAS, asked=[("area", "<=", 0)], found="423"),
        Case(made=AREAS, asked=[("area", ">", 0.0), ("area", "<", 2)], found="1"),
        Case(made=AREAS, asked=[("area", "!=", 0)], found="415"),
        Case(
            made={"1": {"population": 10**10}, "2": {"population": 10**10 - 1}},
            asked=[("population", ">=", 10**10)],
            found="1",
        ),
    ],
    "boolean": [
        Case(made={"1": {"capital": True}, "2": {}}, order="capital", found="21"),
        Case(made={"1": {"capital": True}, "2": {}}, asked=[("capital", "!=", False)], found="1"),
    ],
    "date": [
        Case(made=DAYS, order="founded", found="213"),
        Case(made=DAYS, asked=[("founded", ">=", TODAY)], order="-founded", found="31"),
    ],
    "null": [
        Case(made=MAYORS, asked=[("mayor", "==", None)], found="1"),
        Case(made=MAYORS, asked=[("mayor", "==", "")], found="2"),
        Case(made=MAYORS, asked=[("mayor", "in", ["", "A"])], found="23"),
    ],
    "`in`": [
        Case(made=FEW, asked=[("country", "in", [Country.FRANCE, Country.ITALY])], order="population", found="4123"),
        Case(made=FEW, asked=[("country", "in", [Country.FRANCE])], order="-population", found="14"),
        Case(made=FEW, asked=[("country", "in", [])], order="population", found=""),
        Case(made=MAYORS, asked=[("mayor", "in", [str(number) for number in range(29)] + ["A"])], found="3"),
    ],
    "order": [
        Case(made=FEW, found="1234"),
        Case(made=FEW, order="-created_at", found="4321"),
        Case(made=FEW, order="population", found="4123"),
        Case(made=FEW, order="-population", found="3214"),
        Case(made=FEW, asked=[("country", "==", Country.ITALY), ("population", "<", 10)], found="23"),
    ],
}


def make(cities: dict[str, dict[str, Any]]) -> None:
    for each, fields in cities.items():
        City.create(id=each, **{"name": "x", **fields}).save()


def ids(cities: Any) -> str:
    return "".join(city.id for city in cities)


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=f"{name}-{number}") for name, cases in CASES.items() for number, case in enumerate(cases)],
)
def test_a_query_means_the_same_on_each_store(place: Place, case: Case) -> None:
    make(case.made)

    assert ids(City.where(*case.asked, order=case.order)) == "".join(case.found)
    # Page by page, from object to object, it is the same; and so is the count.
    last, one_by_one = None, ""
    while page := list(City.where(*case.asked, order=case.order, limit=1, after=last)):
        (last,) = page
        one_by_one += last.id
    assert one_by_one == "".join(case.found)
    if case.order is None:
        assert City.count(*case.asked) == len(case.found)


def test_times_of_the_service_are_compared_as_moments(place: Place) -> None:
    make({"1": {}, "2": {}})
    one = City.get("1")
    assert one.created_at is not None
    one.update(area=1.0)
    assert one.updated_at is not None
    elsewhere = one.created_at.astimezone(datetime.now().astimezone().tzinfo) + timedelta()

    assert ids(City.where(("created_at", ">", one.created_at))) == "2"
    assert ids(City.where(("created_at", "<=", elsewhere))) == "1"
    assert ids(City.where(order="-updated_at")) == "12"
    assert City.count(("updated_at", ">=", one.updated_at)) == 1


def test_a_limit_ends_the_reading_and_a_long_list_is_read_to_its_end(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flask_hearth.model.entity._PAGE", 3)
    make({str(number): {"population": number // 4} for number in range(8)})

    assert ids(City.where(order="population")) == "01234567"
    assert ids(City.where(limit=4)) == "0123"
    assert list(City.where(limit=0)) == []
    assert City.count() == 8


@pytest.mark.parametrize(
    ("asked", "order", "words"),
    [
        ([("colour", "==", "red")], None, "City has no field 'colour', but name, country"),
        ([("name", "=", "x")], None, "'=' is no operator"),
        ([("twins", "==", [])], None, r"No index of cities serves this query.*\('twins', 'created_at'\)"),
        ([], "colour", "No index of cities"),
        ([("name", "==", "x")], None, r"Add \('name', 'created_at'\)"),
        ([("name", "==", "x")], "name", "name is compared for equality, so it can't be the order too"),
        ([("country", "==", Country.ITALY)], "name", r"Add \('country', 'name'\)"),
        ([("country", "==", "it")], "population", "country can never be 'it'"),
        ([("population", ">", "1")], None, "population can never be '1'"),
        ([("population", ">", -1)], None, "population can never be -1.*greater than or equal to 0"),
        ([("population", ">", 2**70)], None, "population can never be"),
        ([("capital", "==", 1)], None, "capital can never be 1"),
        ([("area", ">", float("nan"))], None, "area can never be nan: it is a number out of range"),
        ([("name", ">", "\x00")], None, r"it contains U\+0000"),
        ([("name", ">", "\ud800")], None, "name can never be"),
        ([("founded", ">", "2026-01-01")], None, "founded can never be"),
        ([("created_at", ">", datetime(2026, 1, 1))], None, "no datetime with a time zone"),  # noqa: DTZ001
        ([("created_at", ">", "2026")], None, "no datetime with a time zone"),
        ([("name", "==", None)], None, "name can never be None"),
        ([("mayor", ">", None)], None, "neither more nor less"),
        ([("mayor", "in", [None])], None, "ask for it by `== None`"),
        ([("mayor", "in", "ab")], None, "takes a list"),
        ([("mayor", "in", 5)], None, "takes a list"),
        ([("mayor", "in", [str(each) for each in range(31)])], None, "more than 30 choices"),
        (
            [("country", "in", [Country.ITALY] * 16), ("capital", "in", [True, False])],
            "name",
            "more than 30 choices",
        ),
        ([("population", ">", 1)], "name", "population is compared by a range, but name is the order"),
        ([("population", ">", 1), ("name", "<", "x")], None, "name is compared by a range"),
        ([("population", ">", 1), ("population", ">=", 2)], None, "compared twice"),
        ([("population", "!=", 1), ("population", "!=", 2)], None, "compared twice"),
        ([("population", "!=", 1), ("population", "<", 2)], None, "compared twice"),
        ([("mayor", "==", "x"), ("mayor", "==", "y")], None, "compared twice"),
    ],
    ids=str,
)
def test_what_not_every_store_could_answer_is_refused_at_once(asked: Conditions, order: str | None, words: str) -> None:
    with app_over(MemoryStore(), CITIES).app_context(), pytest.raises(QueryError, match=words):
        City.where(*asked, order=order)


def test_odd_limits_and_beginnings_are_refused() -> None:
    with app_over(MemoryStore(), CITIES).app_context():
        with pytest.raises(ValueError, match="-1"):
            City.where(limit=-1)
        with pytest.raises(ValueError, match="never saved"):
            City.where(after=City(name="x"))


def declared(annotation: Any, *, index: Any = ("field",)) -> Declaration:
    model = create_model("Made", __base__=Model, field=(annotation, ...), other=(bool, False))
    return Declaration(name="things", singular="thing", model=model, indexes=(index,))


Short = Annotated[str, Field(max_length=375)]


@pytest.mark.parametrize(
    ("annotation", "index", "words"),
    [
        (bool, "field", "is not a tuple"),
        (bool, (), "is not a tuple"),
        (bool, ("field", "field"), "different fields"),
        (bool, ("field", "fild"), "names fild"),
        (str, ("field",), "more than 375 characters"),
        (str | None, ("field", "other"), "more than 375 characters"),
        (Annotated[str, Field(max_length=376)], ("field",), "more than 375 characters"),
        (Decimal, ("field",), "compare as text, or not at all"),
        (Annotated[Decimal, Field(max_digits=16, decimal_places=2)], ("field",), "at most 15 digits"),
        (list[str], ("field",), "compare as text, or not at all"),
        (bool | Short, ("field",), "compare as text, or not at all"),
        (Short | None, ("field",), "may be null"),
        (Literal["a", "b"] | None, ("other", "field"), "may be null"),
    ],
    ids=str,
)
def test_an_index_that_not_every_store_could_have_is_refused_at_start(annotation: Any, index: Any, words: str) -> None:
    with pytest.raises(DeclarationError, match=words):
        queries.check([declared(annotation, index=index)])


@pytest.mark.parametrize(
    ("annotation", "index"),
    [
        (Short, ("field",)),
        (Short | None, ("field", "other")),
        (Literal["a", "b"], ("other", "field")),
        (Country, ("field", "created_at")),
        (date, ("field", "updated_at")),
    ],
    ids=str,
)
def test_other_indexes_are_as_they_should_be(annotation: Any, index: Any) -> None:
    queries.check([declared(annotation, index=index)])


def test_a_column_that_was_made_before_its_index_is_compared_by_bytes_too(databases: Databases) -> None:
    """On Postgres it has the order of the database's language, until somebody changes it."""
    url = databases.url("postgres", [CITIES])
    named = parse(url, project=None, data_dir=None)
    assert isinstance(named, Postgres)
    engine = migration_engine(named, lock_seconds=5, create=False)
    with engine.begin() as connection:
        connection.execute(text('ALTER TABLE cities ALTER COLUMN name TYPE TEXT COLLATE "und-x-icu"'))
    engine.dispose()
    with app_over(databases.open_url(url, [CITIES]), CITIES).app_context():
        make(NAMES)

        assert ids(City.where(order="name")) == "214365"
        assert ids(City.where(("name", ">", "Z"), ("name", "<", "ä"))) == "14"
