"""Between Firestore's documents and what the interface speaks of: records, versions, times."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from google.cloud.firestore import DocumentSnapshot

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.interface import Record
from flask_hearth.stores.kinds import FieldKind, Kind, kinds
from flask_hearth.stores.values import defaults, from_plain, to_json, to_plain, to_python

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_VERSION: Final = re.compile(r"[1-9]\d{0,15}")


def record(declaration: Declaration, document: DocumentSnapshot[Any]) -> Record:
    """A field that an older revision didn't know yet has its default; one that this revision doesn't know is left."""
    stored = document.to_dict() or {}
    names = declaration.stored_names
    known = defaults(declaration) | {
        name: _from_firestore(field, stored[names[name]])
        for name, field in kinds(declaration).items()
        if names[name] in stored
    }
    return Record(
        id=document.id,
        version=version(document.update_time),
        created_at=to_datetime(stored["created_at"]),
        updated_at=to_datetime(stored["updated_at"]),
        fields={name: known[name] for name in declaration.stored_model.model_fields if name in known},
    )


def content(declaration: Declaration, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a document has of these fields."""
    return {declaration.stored_names[name]: to_firestore(declaration, name, value) for name, value in fields.items()}


def to_firestore(declaration: Declaration, name: str, value: Any) -> Any:
    """A field's value, or one that it is compared with. Moments are the one type that JSON lacks and Firestore has."""
    field = kinds(declaration).get(name)
    if field is None:
        return value
    return (to_python if field.kind is Kind.DATETIME else to_plain)(field, value)


def _from_firestore(field: FieldKind, value: Any) -> Any:
    if field.kind is Kind.DATETIME and isinstance(value, datetime):
        return to_json(field, to_datetime(value))
    return from_plain(field, value)


def version(update_time: datetime) -> str:
    """The time that Firestore gave the last write, which no two writes of a document share, in microseconds."""
    return str((to_datetime(update_time) - _EPOCH) // _MICROSECOND)


def update_time(version: str) -> datetime | None:
    """The time that a version stands for; None if no document can ever have had it."""
    return _EPOCH + int(version) * _MICROSECOND if _VERSION.fullmatch(version) else None


def to_datetime(time: datetime) -> datetime:
    """Firestore's times have a class of their own, for nanoseconds that it doesn't keep."""
    return datetime.combine(time.date(), time.time(), UTC)
