"""What every store does with one object."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flask_hearth.stores.interface import ExistsError, MissingError, Store, VersionError
from flask_hearth.tests.stores.samples import LARGEST, OTHERS, SAMPLES, Clock, fields


@pytest.fixture(name="id")
def an_id() -> str:
    return str(uuid.uuid4())


def test_an_object_is_read_as_it_was_created(store: Store, id: str) -> None:
    made = store.create(SAMPLES, id, fields(title="Größe 👩‍🚀", tags=["a", "b"], part={"label": "x"}))

    assert made.id == id
    assert made.fields == fields(title="Größe 👩‍🚀", tags=["a", "b"], part={"label": "x"})
    assert store.get(SAMPLES, id) == made


def test_collections_know_nothing_of_each_other(store: Store, id: str) -> None:
    store.create(SAMPLES, id, fields())

    with pytest.raises(MissingError):
        store.get(OTHERS, id)


def test_an_id_is_taken_once(store: Store, id: str) -> None:
    made = store.create(SAMPLES, id, fields(title="first"))

    with pytest.raises(ExistsError):
        store.create(SAMPLES, id, fields(title="second"))
    assert store.get(SAMPLES, id) == made


@pytest.mark.parametrize(
    "given",
    [
        {"title": ""},
        {"title": "x" * 4000},
        {"title": "'; DROP TABLE samples; --"},
        {"title": "\u2028 \u0301 \U0010ffff \t\n\\ %s :x ?"},
        {"count": LARGEST},
        {"count": -LARGEST - 1},
        {"ratio": 1.7976931348623157e308},
        {"ratio": 5e-324},
        {"ratio": 0.1},
        {"ratio": -2.0},
        {"done": True},
        {"colour": "green"},
        {"note": None},
        {"note": ""},
        {"tags": []},
        {"tags": ["", "ü"]},
        {"part": None},
        {"part": {"label": "x", "weight": None}},
        {"part": {"label": "x", "weight": 1.0}},
    ],
    ids=str,
)
def test_a_value_comes_back_as_it_went_in_and_of_the_same_type(store: Store, id: str, given: dict[str, Any]) -> None:
    """1.0 is not 1, true is not 1, null is not nothing: clients compare."""
    made = store.create(SAMPLES, id, fields(**given))

    (name,) = given
    for kept in (made, store.get(SAMPLES, id)):
        # As JSON, where 1.0 is not 1; the order of an object's keys means nothing there, and Firestore keeps none.
        assert json.dumps(kept.fields[name], sort_keys=True) == json.dumps(fields(**given)[name], sort_keys=True)


def test_replacing_writes_all_fields_and_leaves_the_creation_time(store: Store, id: str) -> None:
    made = store.create(SAMPLES, id, fields(note="a", tags=["a"], part={"label": "x", "weight": 1.0}))

    replaced = store.replace(SAMPLES, id, fields(title="two", part={"label": "y"}), expected=None)

    assert replaced.fields == fields(title="two", part={"label": "y"})
    assert replaced.created_at == made.created_at
    assert replaced.updated_at > made.updated_at
    assert store.get(SAMPLES, id) == replaced


def test_every_write_gives_another_version(store: Store, id: str) -> None:
    """Also one that changes nothing, and one of an object made again under its old id."""
    versions = [store.create(SAMPLES, id, fields()).version]
    versions += [store.replace(SAMPLES, id, fields(), expected=None).version for _ in range(3)]
    store.delete(SAMPLES, id, expected=None)
    versions.append(store.create(SAMPLES, id, fields()).version)

    assert len(set(versions)) == 5
    assert store.get(SAMPLES, id).version == versions[-1]


def test_with_the_version_expected_a_write_goes_through(store: Store, id: str) -> None:
    made = store.create(SAMPLES, id, fields())
    replaced = store.replace(SAMPLES, id, fields(title="two"), expected=made.version)

    store.delete(SAMPLES, id, expected=replaced.version)

    with pytest.raises(MissingError):
        store.get(SAMPLES, id)


@pytest.mark.parametrize("wrong", [None, "", "0", "1", "x", "\u00e4", "9" * 15, "9" * 40, "-1", "1e3", "*"])
def test_with_another_version_nothing_is_written(store: Store, id: str, wrong: str | None) -> None:
    """`None` stands for the version before; the others are what clients may send, which the store never gave."""
    before = store.create(SAMPLES, id, fields()).version
    made = store.replace(SAMPLES, id, fields(title="two"), expected=None)
    expected = before if wrong is None else wrong

    with pytest.raises(VersionError):
        store.replace(SAMPLES, id, fields(title="three"), expected=expected)
    with pytest.raises(VersionError):
        store.delete(SAMPLES, id, expected=expected)
    assert store.get(SAMPLES, id) == made


@pytest.mark.parametrize("expected", [None, "1", "x"])
def test_what_is_not_there_is_missing_whatever_version_is_expected(store: Store, id: str, expected: str | None) -> None:
    with pytest.raises(MissingError):
        store.get(SAMPLES, id)
    with pytest.raises(MissingError):
        store.replace(SAMPLES, id, fields(), expected=expected)
    with pytest.raises(MissingError):
        store.delete(SAMPLES, id, expected=expected)


def test_times_are_the_stores_in_utc_to_the_microsecond(store: Store, id: str, clock: Clock) -> None:
    now = clock.stop()
    made = store.create(SAMPLES, id, fields())
    clock.advance(0.000001)
    replaced = store.replace(SAMPLES, id, fields(), expected=None)

    assert made.created_at == made.updated_at == now
    assert replaced.updated_at - replaced.created_at == timedelta(microseconds=1)
    for time in (replaced.created_at, store.get(SAMPLES, id).updated_at):
        assert type(time) is datetime
        assert time.tzinfo is UTC


def test_a_store_that_works_is_ready(store: Store) -> None:
    store.check()
