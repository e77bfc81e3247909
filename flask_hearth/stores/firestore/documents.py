"""Between Firestore's documents and what the interface speaks of: records, versions, times."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from google.cloud.firestore import DocumentSnapshot

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.interface import Record
from flask_hearth.stores.kinds import defaults

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_VERSION: Final = re.compile(r"[1-9]\d{0,15}")


def record(declaration: Declaration, document: DocumentSnapshot[Any]) -> Record:
    """A field that an older revision didn't know yet has its default; one that this revision doesn't know is left."""
    stored = document.to_dict() or {}
    names = declaration.stored_names.items()
    known = defaults(declaration) | {name: stored[its] for name, its in names if its in stored}
    return Record(
        id=document.id,
        version=version(document.update_time),
        created_at=to_datetime(stored["created_at"]),
        updated_at=to_datetime(stored["updated_at"]),
        fields={name: known[name] for name in declaration.model.model_fields if name in known},
    )


def content(declaration: Declaration, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a document has of these fields."""
    return {declaration.stored_names[name]: value for name, value in fields.items()}


def version(update_time: datetime) -> str:
    """The time that Firestore gave the last write, which no two writes of a document share, in microseconds."""
    return str((to_datetime(update_time) - _EPOCH) // _MICROSECOND)


def update_time(version: str) -> datetime | None:
    """The time that a version stands for; None if no document can ever have had it."""
    return _EPOCH + int(version) * _MICROSECOND if _VERSION.fullmatch(version) else None


def to_datetime(time: datetime) -> datetime:
    """Firestore's times have a class of their own, for nanoseconds that it doesn't keep."""
    return datetime.combine(time.date(), time.time(), UTC)
