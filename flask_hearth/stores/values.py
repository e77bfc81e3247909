"""Values of fields as they are in JSON, in Python, and in stores that have no type for them.

One value has one text, on every store: a moment in UTC, a Decimal with as many places as its field has. So it comes
back as it was written, and two are equal where their texts are. What lies within a field is JSON and stays as it is.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pydantic import AwareDatetime, NaiveDatetime, TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from flask_hearth.model.declaration import Declaration, DeclarationError
from flask_hearth.stores.kinds import FieldKind, Kind, kinds

MAX_DURATION: Final = timedelta(days=99_000)
"""271 years. Where it is kept as a number of seconds, all its microseconds are in a float's 53 bits."""

MAX_PLACES: Final = 1_000
"""Of a Decimal without bounds, before the point and after it. 1E+999999999 would take a gigabyte."""

_EMPTY: Final = frozenset({list, dict, tuple, str})

_PYTHON: Final[Mapping[Kind, TypeAdapter[Any]]] = {
    Kind.DATE: TypeAdapter(date),
    Kind.TIME: TypeAdapter(time),
    Kind.DATETIME: TypeAdapter(AwareDatetime),
    Kind.LOCAL_DATETIME: TypeAdapter(NaiveDatetime),
    Kind.DURATION: TypeAdapter(timedelta),
    Kind.UUID: TypeAdapter(UUID),
    Kind.DECIMAL: TypeAdapter(Decimal),
}


def to_python(field: FieldKind, value: Any) -> Any:
    """What the JSON stands for. Raises ValueError."""
    if value is None or field.kind not in _PYTHON:
        return value
    return _PYTHON[field.kind].validate_python(value)


def to_json(field: FieldKind, value: Any) -> Any:
    """The other way round."""
    if not isinstance(value, Decimal):
        return to_jsonable_python(value)
    value = value or value.copy_abs()
    return f"{value:f}" if field.digits is None else f"{value:.{field.digits[1]}f}"


def canonical(field: FieldKind, value: Any) -> Any:
    """The one text of a value. Raises ValueError for what not every store keeps."""
    try:
        found = to_python(field, value)
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"]) from None
    match found:
        case datetime(tzinfo=None) | None:
            pass
        case datetime():
            try:
                found = found.astimezone(UTC)
            except OverflowError:
                raise ValueError("In UTC, the year is none of 1 to 9999") from None
        case time() if found.tzinfo is not None:
            raise ValueError("Input should not have timezone info")
        case timedelta() if abs(found) > MAX_DURATION:
            raise ValueError(f"Durations of more than {MAX_DURATION.days:,} days can't be stored")
        case Decimal() if found.adjusted() > MAX_PLACES or int(found.as_tuple().exponent) < -MAX_PLACES:
            raise ValueError(f"Decimals of more than {MAX_PLACES:,} digits before or after the point can't be stored")
    return to_json(field, found)


def canonical_fields(declaration: Declaration, fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The fields as every store gives them back, and of those that it could not keep the reason."""
    found, faults = dict(fields), dict[str, str]()
    for name, field in kinds(declaration).items():
        if field.kind in _PYTHON and name in found:
            try:
                found[name] = canonical(field, found[name])
            except ValueError as error:
                faults[name] = str(error)
    return found, faults


def defaults(declaration: Declaration) -> dict[str, Any]:
    """What fields are in an object that was stored before they were declared, as JSON. Raises DeclarationError.

    Of factories, only those are asked that make something empty: others may give another value each time.
    """
    given = {
        name: to_jsonable_python(field.get_default(call_default_factory=True))
        for name, field in declaration.stored_model.model_fields.items()
        if not field.is_required() and field.default_factory in {None, *_EMPTY}
    }
    found, faults = canonical_fields(declaration, given)
    for name, fault in faults.items():
        raise DeclarationError(f"{declaration.model.__name__}.{name} has a default that can't be stored: {fault}.")
    return found


def check(declarations: Iterable[Declaration]) -> None:
    """Raises DeclarationError for a default that not every store could keep."""
    for each in declarations:
        for part in each.parts.values():
            defaults(part)


def narrow(declaration: Declaration, fields: Mapping[str, Any]) -> tuple[Declaration, Mapping[str, Any]]:
    """Of a stored object its type, as a declaration of that alone, and the fields that this type has.

    Null stands for the default where the type takes no null: the object is older than the field.
    """
    part = declaration.part(fields)
    if part is declaration:
        return part, fields
    known = {
        name: fields[name]
        for name, field in kinds(part).items()
        if name in fields and (field.null or fields[name] is not None)
    }
    if kinds(part).keys() - known.keys():
        known = defaults(part) | known
    return part, {name: known[name] for name in kinds(part) if name in known}


def widen(declaration: Declaration, fields: Mapping[str, Any]) -> dict[str, Any]:
    """As it is stored, with null for what its type does not have."""
    return {**dict.fromkeys(declaration.stored_model.model_fields), **fields} if declaration.types else dict(fields)


def to_plain(field: FieldKind, value: Any) -> Any:
    """As texts and numbers that sort as their values do, for stores without types: SQLite, and Firestore for most."""
    match to_python(field, value):
        case datetime() | time() as found:
            return found.isoformat(timespec="microseconds")
        case timedelta() as found:
            return found.total_seconds()
        case Decimal() as found if field.is_number:
            return float(found)
    return value


def from_plain(field: FieldKind, value: Any) -> Any:
    """Also of what was stored before its field had a form of its own; such a text is kept if it is none of these."""
    if field.kind not in _PYTHON:
        return value
    if isinstance(value, str):
        with suppress(ValueError):
            return canonical(field, value)
    elif field.kind is Kind.DURATION and value is not None:
        return to_json(field, timedelta(microseconds=round(value * 10**6)))
    elif field.kind is Kind.DECIMAL and value is not None:
        return to_json(field, Decimal(repr(value)))
    return value
