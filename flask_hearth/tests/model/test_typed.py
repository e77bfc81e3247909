"""Dates, times, Decimals and the like: the same on each store, each in the type that the store has for it."""

import os
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from pydantic import ValidationError

from flask_hearth.stores.values import MAX_DURATION
from flask_hearth.tests.model.conftest import Place
from flask_hearth.tests.model.visits import NIL, ORDERED, VISITS, Floor, Mood, Visit

EAST = timezone(timedelta(hours=2))
ASCENDING: dict[str, list[Any]] = {
    "at": [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 31, 12, tzinfo=EAST),
        datetime(2026, 1, 31, 10, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 1, 31, 10, 0, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
    "local": [datetime.min, datetime(2026, 1, 31, 10), datetime(2026, 1, 31, 10, 0, 0, 500000), datetime.max],  # noqa: DTZ001, DTZ901
    "day": [date.min, date(999, 12, 31), date(2026, 1, 31), date.max],
    "opens": [time.min, time(9), time(9, 0, 0, 1), time(19, 30), time.max],
    "length": [-MAX_DURATION, timedelta(days=-1, microseconds=1), timedelta(0), timedelta(hours=36), MAX_DURATION],
    "ticket": [NIL, UUID(int=1), UUID("00000000-0000-4000-8000-00000000000a"), UUID(int=2**128 - 1)],
    "price": [Decimal(-1000), Decimal("-0.01"), Decimal(0), Decimal("1.1"), Decimal(10), Decimal(1000)],
    "mood": [Mood.BAD, Mood.GOOD],
    "floor": [Floor.CELLAR, Floor.ROOF],
}
BETWEEN = some.fixed_dictionaries(
    {
        "at": some.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=some.just(UTC) | some.just(EAST)),  # noqa: DTZ001
        "local": some.datetimes(),
        "day": some.dates(),
        "opens": some.times(),
        "length": some.timedeltas(-MAX_DURATION, MAX_DURATION),
        "ticket": some.uuids(),
        "price": some.decimals(-1000, 1000, places=2),
        "weight": some.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30),
        "mood": some.sampled_from(Mood),
        "floor": some.sampled_from(Floor),
        "left": some.none() | some.datetimes(timezones=some.just(UTC)),
        "paid": some.none() | some.decimals(-9999, 9999, places=1),
    }
)


def ids(visits: Any) -> str:
    return "".join(each.id for each in visits)


@pytest.mark.parametrize("field", ORDERED)
def test_values_are_in_one_order_and_equal_alike(place: Place, field: str) -> None:
    values = ASCENDING[field]
    for number, value in reversed([*enumerate(values)]):
        Visit.create(id=str(number), **{field: value}).save()
    every = "".join(map(str, range(len(values))))
    middle = values[1]

    assert [getattr(each, field) for each in Visit.where(order=field)] == values
    assert ids(Visit.where(order=f"-{field}")) == every[::-1]
    assert ids(Visit.where((field, ">", middle))) == every[2:]
    assert ids(Visit.where((field, "<=", middle))) == every[:2]
    assert ids(Visit.where((field, "!=", middle))) == every[0] + every[2:]
    assert ids(Visit.where(order=field, after=Visit.get("0"))) == every[1:]
    assert ids(Visit.where((field, ">=", values[0]), order=field, after=Visit.get("1"), limit=1)) == every[2:3]


def test_null_and_several_values_are_found_as_of_other_types(place: Place) -> None:
    moments = ASCENDING["at"]
    for number, moment in enumerate([None, *moments]):
        Visit.create(id=str(number), left=moment).save()
    Visit.create(id="p", paid=Decimal("0.5"), left=moments[0]).save()

    assert ids(Visit.where(("left", "==", None), order="at")) == "0"
    assert ids(Visit.where(("left", "==", datetime(2026, 1, 31, 10, tzinfo=UTC)), order="at")) == "2"
    assert ids(Visit.where(("left", "in", moments[1:3]), order="at")) == "23"
    assert ids(Visit.where(("paid", "in", [Decimal("0.50"), Decimal(1)]), order="price")) == "p"


@pytest.mark.parametrize("field", ORDERED)
def test_what_is_read_is_what_was_written(place: Place, field: str) -> None:
    for value in ASCENDING[field]:
        made = Visit.create(id="x", **{field: value})
        made.save()

        assert Visit.get("x") == made
        assert place.store.get(VISITS, "x") == made._record
        made.delete()


def test_random_values_come_back_and_are_ordered_as_in_python(place: Place) -> None:
    @settings(
        max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "10")),
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(some.lists(BETWEEN, min_size=2, max_size=4))
    def check(fields: list[dict[str, Any]]) -> None:
        made = [Visit.create(id=str(number), **each) for number, each in enumerate(fields)]
        for each in made:
            each.save()
        for each in made:
            assert Visit.get(each.id) == each
        for name in ORDERED:
            expected = sorted(made, key=lambda one: (getattr(one, name), one.id))
            assert ids(Visit.where(order=name)) == ids(expected), name
        for each in made:
            each.delete()

    check()


STORED: dict[str, dict[str, Any]] = {
    "at": {"postgres": datetime(2026, 1, 31, 10, tzinfo=UTC), "sqlite": "2026-01-31 10:00:00.000000"},
    "local": {"postgres": datetime(2026, 1, 31, 12), "sqlite": "2026-01-31 12:00:00.000000"},  # noqa: DTZ001
    "day": {"postgres": date(2026, 1, 31), "sqlite": "2026-01-31"},
    "opens": {"postgres": time(19, 30), "sqlite": "19:30:00.000000"},
    "length": {"postgres": timedelta(hours=36), "sqlite": 129600.0},
    "ticket": {"postgres": NIL, "sqlite": "00000000-0000-0000-0000-000000000000"},
    "price": {"postgres": Decimal("12.50"), "sqlite": 12.5},
    "weight": {"postgres": Decimal("1.10"), "sqlite": "1.10"},
    "mood": {"postgres": "bad", "sqlite": "bad"},
    "floor": {"postgres": -1, "sqlite": -1},
}
ON_FIRESTORE = {"at": datetime(2026, 1, 31, 10, tzinfo=UTC), "local": "2026-01-31T12:00:00.000000"}


def test_another_program_finds_the_type_that_the_store_has(place: Place) -> None:
    Visit.create(
        id="x",
        at=datetime(2026, 1, 31, 12, tzinfo=EAST),
        local=datetime(2026, 1, 31, 12),  # noqa: DTZ001
        day=date(2026, 1, 31),
        opens=time(19, 30),
        length=timedelta(hours=36),
        price=Decimal("12.5"),
        weight=Decimal("1.10"),
        mood=Mood.BAD,
        floor=Floor.CELLAR,
    ).save()
    kind = place.url.partition(":")[0]
    expected = {name: each["postgres" if kind == "postgresql" else "sqlite"] for name, each in STORED.items()}

    found = place.stored(VISITS, "x")

    wanted = expected | (ON_FIRESTORE if kind == "firestore" else {})
    assert {name: found[VISITS.stored_names[name]] for name in STORED} == wanted


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"at": datetime(2026, 1, 1)}, "Visit.at can't be stored: Input should have timezone info"),  # noqa: DTZ001
        ({"at": datetime(1, 1, 1, tzinfo=EAST)}, "the year is none of 1 to 9999"),
        ({"opens": time(9, tzinfo=EAST)}, "Visit.opens can't be stored: Input should not have timezone info"),
        ({"length": timedelta(days=99_001)}, "Durations of more than 99,000 days"),
        ({"weight": Decimal("1E+1001")}, "Decimals of more than 1,000 digits"),
        ({"weight": Decimal("1E-1001")}, "Decimals of more than 1,000 digits"),
    ],
    ids=str,
)
def test_what_not_every_store_keeps_is_refused(place: Place, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Visit.create(id="x", **fields).save()
    with pytest.raises((ValueError, ValidationError)):
        Visit.create(id="x", price=Decimal("1.001"))
