"""Which queries a collection serves: those that each store answers alike, and without reading what it doesn't give.

What is compared and sorted by is declared, as Firestore finds nothing without an index. Left out is what the stores
differ in, so that code never meets it: sorting by a field that may be null (first on Firestore and SQLite, last on
Postgres), by several fields in several directions, ranges of more than one field, texts longer than Firestore's
indexes keep, and fields whose stored text is not in the order of their values, such as Decimals without bounds.
"""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import NoneType
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from flask_hearth.model.declaration import Declaration, DeclarationError, Model
from flask_hearth.stores.interface import Condition, Operator, Query
from flask_hearth.stores.kinds import FLOAT_DIGITS, FieldKind, Kind, kinds
from flask_hearth.stores.limits import value_fault
from flask_hearth.stores.values import canonical

MAX_CHOICES: Final = 30
"""Of `in`, and of all `in` of a query multiplied (Firestore documentation, "Query data", limits on OR queries)."""

MAX_INDEXED_CHARACTERS: Final = 375
"""Of an index's texts together: of four bytes each, they are what Firestore indexes of a value (1500 bytes)."""

_EQUAL: Final = frozenset({"==", "in"})
_OPERATORS: Final = get_args(Operator)
TIMES: Final = frozenset({"created_at", "updated_at"})
"""What the service sets and every object can be found by, beside the model's fields."""

_COMPARABLE: Final = (str, int, float, Enum)
"""Types of texts, numbers and booleans that are in the order of what is stored of them."""


class QueryError(ValueError):
    """A query that not every store could answer, or with a value that its field can't have."""


def check(declarations: Iterable[Declaration]) -> None:
    """Raises DeclarationError for an index, or a unique field, that not every store could have."""
    for declaration in declarations:
        _check_indexes(declaration)
        _check_unique(declaration)


def _check_unique(declaration: Declaration) -> None:
    model = declaration.stored_model
    for name in declaration.unique:
        inexact = {Kind.JSON, Kind.NUMBER, Kind.BOOLEAN}
        if name not in model.model_fields or kinds(declaration)[name].kind in inexact:
            raise DeclarationError(
                f"{model.__name__}'s unique {name!r} is no field of text, whole numbers, dates or the like, so that it "
                "is not clear when two are the same. Name fields that are."
            )
        if not _is_comparable(declaration, name) or _characters(declaration, name) > MAX_INDEXED_CHARACTERS:
            raise DeclarationError(
                f"{model.__name__}.{name} can't be unique: it may be longer than an index keeps, or stored in several "
                f"ways. Give a text max_length of at most {MAX_INDEXED_CHARACTERS}."
            )


def _check_indexes(declaration: Declaration) -> None:
    given: tuple[Any, ...] = declaration.indexes
    for index in given:
        where = f"{declaration.model.__name__}'s index {index!r}"
        if not isinstance(index, tuple) or not index or len(set(index)) < len(index):
            raise DeclarationError(f"{where} is not a tuple of different fields. Write one, such as ('state',).")
        if unknown := [name for name in index if name not in {*declaration.stored_model.model_fields, *TIMES}]:
            raise DeclarationError(f"{where} names {', '.join(unknown)}, which are no fields of the model.")
        if strange := [name for name in index if not _is_comparable(declaration, name)]:
            raise DeclarationError(
                f"{where} has {', '.join(strange)}, which the stores would compare as text, or not at all. Use fields "
                "that are str, int, float, bool, UUID, an Enum or a Literal, dates and times, or a Decimal with "
                f"decimal_places and at most {FLOAT_DIGITS} digits, by max_digits or by ge and le."
            )
        if None in _options(declaration, index[-1]):
            raise DeclarationError(
                f"{where} ends with a field that may be null, and databases differ in where they sort null. Give the "
                "field another default than None, or compare it for equality alone."
            )
        if sum(_characters(declaration, name) for name in index) > MAX_INDEXED_CHARACTERS:
            raise DeclarationError(
                f"{where} has texts of more than {MAX_INDEXED_CHARACTERS} characters together, and Firestore compares "
                "the beginning of longer ones alone. Give them max_length."
            )


def read(
    declaration: Declaration, conditions: Iterable[tuple[str, Operator, Any]] = (), order: str | None = None
) -> Query:
    """The query, with values as they are stored. Raises QueryError.

    `order` is a field, descending after `-`; without, the one that is compared by a range, or `created_at`.
    """
    read_ones = tuple(_condition(declaration, *each) for each in conditions)
    ranged = [each.field for each in read_ones if each.operator not in _EQUAL]
    field = (order or next(iter(ranged), "created_at")).removeprefix("-")
    query = Query(conditions=read_ones, order=field, descending=(order or "").startswith("-"))
    _check_together(declaration, query)
    return query


def is_served(declaration: Declaration, equal: Iterable[str], order: str) -> bool:
    """Whether an index finds objects by fields that are compared for equality, in an order."""
    served = {(frozenset(index[:-1]), index[-1]) for index in (("created_at",), *declaration.indexes)}
    return (frozenset(equal), order) in served


def _condition(declaration: Declaration, field: str, operator: Operator, value: Any) -> Condition:
    if operator not in _OPERATORS:
        raise QueryError(f"{operator!r} is no operator; use one of {' '.join(_OPERATORS)}.")
    known = declaration.stored_model.model_fields
    if field not in {*known, *TIMES}:
        raise QueryError(f"{declaration.model.__name__} has no field {field!r}, but {', '.join(known)}.")
    if operator != "in":
        return Condition(field=field, operator=operator, value=_stored(declaration, field, value))
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise QueryError(f"{field} is compared with {value!r} by `in`, which takes a list of values.")
    return Condition(field=field, operator=operator, value=[_stored(declaration, field, each) for each in value])


def _check_together(declaration: Declaration, query: Query) -> None:
    equal = [each.field for each in query.conditions if each.operator in _EQUAL]
    ranged = [each for each in query.conditions if each.operator not in _EQUAL]
    if other := {each.field for each in ranged} - {query.order}:
        raise QueryError(
            f"{', '.join(sorted(other))} is compared by a range, but {query.order} is the order: no index serves both. "
            "Sort by the field that the range is of."
        )
    sides = [each.operator.rstrip("=") for each in ranged]
    if len({*equal}) < len(equal) or len({*sides}) < len(sides) or ("!" in sides and len(sides) > 1):
        raise QueryError("A field is compared twice in the same way. Combine the conditions.")
    choices = [each.value for each in query.conditions if each.operator == "in"]
    if math.prod(max(1, len(each)) for each in choices) > MAX_CHOICES:
        raise QueryError(f"`in` leaves more than {MAX_CHOICES} choices, which Firestore refuses. Ask in parts.")
    if any(None in each for each in choices):
        raise QueryError("null is not found by `in`: ask for it by `== None`.")
    if any(each.value is None for each in ranged):
        raise QueryError("null is neither more nor less than a value: ask for it by `== None`.")
    if query.order in equal:
        raise QueryError(
            f"{query.order} is compared for equality, so it can't be the order too. Sort by another field, or by none."
        )
    if not is_served(declaration, equal, query.order):
        index = (*dict.fromkeys(equal), query.order)
        raise QueryError(
            f"No index of {declaration.name} serves this query, which Firestore would refuse. Add {index!r} to its "
            "declaration's indexes."
        )


def _stored(declaration: Declaration, field: str, value: Any) -> Any:
    if field in TIMES:
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise QueryError(f"{field} is compared with {value!r}, which is no datetime with a time zone.")
        return value.astimezone(UTC)
    try:
        stored = adapter(declaration.stored_model, field).validate_python(value, strict=True)
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"]
        raise QueryError(f"{field} can never be {value!r}: {reason}.") from None
    if fault := value_fault(stored):
        raise QueryError(f"{field} can never be {value!r}: it {fault}.")
    found = adapter(declaration.stored_model, field).dump_python(stored, mode="json")
    try:
        return canonical(kinds(declaration)[field], found)
    except ValueError as error:
        raise QueryError(f"{field} can never be {value!r}: {error}.") from None


@cache
def adapter(model: type[Model], field: str) -> TypeAdapter[Any]:
    """Of a field's values, with its limits."""
    info = model.model_fields[field]
    declared: Any = Annotated[info.annotation, info]
    return TypeAdapter(declared)


def _is_comparable(declaration: Declaration, field: str) -> bool:
    """Whether its values are in the order, and as equal, as what is stored of them."""
    if field in TIMES:
        return True
    match kinds(declaration)[field]:
        case FieldKind(Kind.DECIMAL) as found:
            return found.is_number
        case FieldKind(Kind.TEXT | Kind.INTEGER | Kind.NUMBER | Kind.BOOLEAN):
            types = {type(each) if isinstance(each, str | int) else each for each in _options(declaration, field)}
            return all(issubclass(each, _COMPARABLE) for each in types - {None})
        case FieldKind(kind):
            return kind is not Kind.JSON


def _options(declaration: Declaration, field: str) -> set[Any]:
    """The types, or literal values, that it may have; None for null."""
    return set() if field in TIMES else set(_parts(declaration.stored_model.model_fields[field].annotation))


def _parts(annotation: Any) -> Iterable[Any]:
    if get_origin(annotation) is Annotated:
        return _parts(get_args(annotation)[0])
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return [None if annotation is NoneType else annotation]
    return [part for each in get_args(annotation) for part in _parts(each)] or [object]


def _characters(declaration: Declaration, field: str) -> float:
    """What a text may have; infinite without a bound."""
    if str not in _options(declaration, field):
        return 0
    schema = adapter(declaration.stored_model, field).json_schema()
    texts = [each for each in schema.get("anyOf", [schema]) if each.get("type") == "string"]
    return max(float(each.get("maxLength", math.inf)) for each in texts)
