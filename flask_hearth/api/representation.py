"""What clients see of a stored object: id, fields and times as JSON, and its version as ETag only."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from flask import Response, current_app

from flask_hearth.api.body import JSON
from flask_hearth.model.declaration import Declaration
from flask_hearth.stores import values
from flask_hearth.stores.interface import Record

REVALIDATED: Final = "private, no-cache"
"""The client may keep it, and asks each time whether it is still the same; nobody in between keeps it."""


def object_response(
    declaration: Declaration, record: Record, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """The object with its ETag."""
    return json_response(
        represent(declaration, record), status=status, headers={"ETag": etag(record), **(headers or {})}
    )


def json_response(value: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    # Letters as they are: escaped, each that is not of ASCII takes six bytes.
    return Response(
        current_app.json.dumps(value, ensure_ascii=False), status=status, headers=dict(headers or {}), mimetype=JSON
    )


def etag(record: Record) -> str:
    return f'"{record.version}"'


def represent(declaration: Declaration, record: Record) -> dict[str, Any]:
    """The object as the API's document describes it."""
    part, fields = values.narrow(declaration, record.fields)
    return {
        "id": record.id,
        **{name: value for name, value in fields.items() if name not in part.write_only},
        "created_at": _time(record.created_at),
        "updated_at": _time(record.updated_at),
    }


def _time(moment: datetime) -> str:
    """RFC 3339 in UTC, with as many digits always, so that the texts sort as the times do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
