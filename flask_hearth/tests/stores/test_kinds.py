"""What stores learn of a model, and which models none of them takes."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest
from pydantic import Field, NaiveDatetime, computed_field, create_model

from flask_hearth.model.declaration import Declaration, Model, StoredAs
from flask_hearth.pages.fields import fields
from flask_hearth.stores import kinds, values
from flask_hearth.stores.kinds import Kind
from flask_hearth.stores.sql.tables import metadata
from flask_hearth.tests.stores.samples import Part

Small = Annotated[int, Field(ge=0, le=9)]


class Colour(Enum):
    RED = "red"


class Size(IntEnum):
    SMALL = 1


class Tree(Model):
    name: str
    children: tuple["Tree", ...] = ()


def declared(annotation: Any, default: Any = ...) -> Declaration:
    model = create_model("Made", __base__=Model, field=(annotation, default))
    return Declaration(name="things", singular="thing", model=model)


@pytest.mark.parametrize(
    ("annotation", "kind", "null"),
    [
        (str, Kind.TEXT, False),
        (str | None, Kind.TEXT, True),
        (Small, Kind.INTEGER, False),
        (Small | None, Kind.INTEGER, True),
        (float, Kind.NUMBER, False),
        (bool, Kind.BOOLEAN, False),
        (date, Kind.DATE, False),
        (datetime | None, Kind.DATETIME, True),
        (NaiveDatetime, Kind.LOCAL_DATETIME, False),
        (time, Kind.TIME, False),
        (timedelta, Kind.DURATION, False),
        (UUID, Kind.UUID, False),
        (UUID | date | None, Kind.TEXT, True),
        (Decimal, Kind.DECIMAL, False),
        (Colour, Kind.TEXT, False),
        (Size, Kind.INTEGER, False),
        (list[str], Kind.JSON, False),
        (Part, Kind.JSON, False),
        (Part | None, Kind.JSON, True),
        (list[Part], Kind.JSON, False),
        (Tree, Kind.JSON, False),
        (str | Small, Kind.JSON, False),
        (tuple[str, Small], Kind.JSON, False),
    ],
    ids=str,
)
def test_a_field_is_of_the_kind_that_it_has_as_json(annotation: Any, kind: Kind, *, null: bool) -> None:
    assert kinds.kinds(declared(annotation)) == {"field": (kind, null, None)}


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (int, "Made.field is an integer without bounds"),
        (Annotated[int, Field(ge=0, le=2**63)], "64 bits"),
        (list[int], r"Made.field\[\] is an integer without bounds"),
        (list[list[str]], "list of lists, which Firestore can't hold"),
        (dict[str, str], "keys that clients choose"),
        (list, "list of anything"),
        (Any, "no single JSON type"),
    ],
    ids=str,
)
def test_a_field_that_some_store_could_not_hold_is_refused_at_start(annotation: Any, words: str) -> None:
    """Later, it would be some client's request that fails."""
    with pytest.raises(ValueError, match=words):
        kinds.check([declared(annotation)])


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["x" * 64], "64 bytes, and Postgres keeps 63"),
        (["\u00e4" * 32], "64 bytes"),
        (["xmin"], "Postgres adds to every table"),
        (["name", "Name"], "one column to SQLite"),
    ],
    ids=str,
)
def test_a_field_by_a_name_that_some_store_could_not_hold_is_refused_at_start(names: list[str], words: str) -> None:
    model = create_model("Made", __base__=Model, **dict.fromkeys(names, (str, "")))  # type: ignore[call-overload]

    with pytest.raises(ValueError, match=words):
        kinds.check([Declaration(name="things", singular="thing", model=model)])


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ("xmin", "Postgres adds to every table"),
        ("other", "one column to SQLite"),
        ("Other", "one column to SQLite"),
    ],
)
def test_a_stored_name_that_some_store_could_not_hold_is_refused_at_start(stored: str, words: str) -> None:
    model = create_model("Made", __base__=Model, field=(Annotated[str, StoredAs(stored)], ""), other=(str, ""))

    with pytest.raises(ValueError, match=words):
        kinds.check([Declaration(name="things", singular="thing", model=model)])


class Renaming(Model):
    label: Annotated[str, StoredAs("Label")]


@pytest.mark.parametrize(
    "annotation",
    [
        Annotated[str, StoredAs("x")] | None,
        list[Annotated[str, StoredAs("x")]],
        Renaming,
        tuple[Renaming, ...] | None,
    ],
    ids=str,
)
def test_a_stored_name_without_effect_is_refused_at_start(annotation: Any) -> None:
    """Who wrote it believes that the store has it."""
    with pytest.raises(ValueError, match="a StoredAs without effect"):
        kinds.check([declared(annotation)])


def test_a_stored_name_in_effect_is_the_columns_and_the_index_has_a_name_that_fits() -> None:
    long = "a" * 63
    model = create_model("Made", __base__=Model, field=(Annotated[Small, StoredAs(long)], 0))
    things = Declaration(name="things", singular="thing", model=model, indexes=(("field",),), unique=("field",))
    kinds.check([things])

    table = metadata([things]).tables["things"]

    assert table.c["field"].name == long
    names = [str(index.name) for index in table.indexes]
    assert len({*names}) == 3
    assert all(len(name) <= kinds.MAX_NAME_BYTES for name in names)


def test_a_model_within_itself_has_its_fields() -> None:
    tree = Declaration(name="trees", singular="tree", model=Tree)

    assert kinds.kinds(tree) == {"name": (Kind.TEXT, False, None), "children": (Kind.JSON, False, None)}
    assert [field.name for field in fields(tree)] == ["name", "children"]


class Computing(Model):
    name: str

    @computed_field
    def length(self) -> int:
        return len(self.name)


def test_what_a_model_computes_has_no_column() -> None:
    made = Declaration(name="things", singular="thing", model=Computing)

    assert kinds.kinds(made).keys() == {"name"}


@pytest.mark.parametrize("name", ["alembic_version", "idempotency_keys", "unique_values"])
def test_the_services_own_names_are_taken(name: str) -> None:
    with pytest.raises(ValueError, match="can't both be named"):
        kinds.check([Declaration(name=name, singular="thing", model=Part)])


def test_defaults_are_as_json_and_only_those_that_are_always_the_same() -> None:
    assert values.defaults(declared(Colour, Colour.RED)) == {"field": "red"}
    assert values.defaults(declared(list[str], Field(default_factory=list))) == {"field": []}
    assert values.defaults(declared(str, Field(default_factory=lambda: str(uuid4())))) == {}
    assert values.defaults(declared(str)) == {}


@pytest.mark.parametrize(
    ("annotation", "digits"),
    [
        (Annotated[Decimal, Field(max_digits=6, decimal_places=2)] | None, (6, 2)),
        (Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2)], (6, 2)),
        (Annotated[Decimal, Field(gt=-1000, lt=Decimal("0.5"), decimal_places=3)], (7, 3)),
        (Annotated[Decimal, Field(ge=0, decimal_places=2)], None),
        (Annotated[Decimal, Field(max_digits=6)], None),
        (Decimal, None),
    ],
    ids=str,
)
def test_a_decimal_has_the_digits_that_its_bounds_allow(annotation: Any, digits: tuple[int, int] | None) -> None:
    assert kinds.kinds(declared(annotation))["field"].digits == digits


def test_a_default_that_no_store_could_keep_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match=r"Made.field has a default that can't be stored: .*timezone"):
        values.check([declared(datetime, datetime(2026, 1, 1))])  # noqa: DTZ001
