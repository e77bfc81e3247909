"""What clients see of a stored object: id, fields and times as JSON, and its version as ETag only."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from flask import Response, current_app
from pydantic_core import to_jsonable_python

from app.api.body import JSON
from app.model.declaration import Declaration
from app.stores.interface import Record

REVALIDATED: Final = "private, no-cache"
"""The client may keep it, and asks each time whether it is still the same; nobody in between keeps it."""


def answer(of: Declaration, record: Record, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The object with its ETag."""
    return document(represented(of, record), status=status, headers={"ETag": etag(record), **(headers or {})})


def document(value: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(current_app.json.dumps(value), status=status, headers=dict(headers or {}), mimetype=JSON)


def etag(record: Record) -> str:
    return f'"{record.version}"'


def represented(of: Declaration, record: Record) -> dict[str, Any]:
    """The object as the API's document describes it."""
    return {
        "id": record.id,
        **declared_fields(of, record),
        "created_at": _time(record.created_at),
        "updated_at": _time(record.updated_at),
    }


def declared_fields(of: Declaration, record: Record) -> dict[str, Any]:
    """The model's fields: another revision of the service may have stored the object with fewer of them, or more."""
    found = {}
    for name, field in of.model.model_fields.items():
        if name in record.fields:
            found[name] = record.fields[name]
        elif not field.is_required():
            found[name] = to_jsonable_python(field.get_default(call_default_factory=True, validated_data={}))
    return found


def _time(moment: datetime) -> str:
    """RFC 3339 in UTC, with as many digits always, so that the texts sort as the times do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
