"""Where a page of a list ended, as a text that clients hand back and can't read or change usefully.

Signed, because what a cursor holds goes into a query; and bound to its collection and its query, because a position in
one list means nothing in another.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.interface import OLDEST_FIRST, Position, Query
from flask_hearth.stores.kinds import kinds
from flask_hearth.stores.queries import TIMES


class CursorError(Exception):
    """Not a cursor of this list, or changed, or signed with a key that is no longer known."""


def encode(declaration: Declaration, query: Query, position: Position, *, backwards: bool = False) -> str:
    """With `backwards`, of the page that ends before the position."""
    value = position.value
    if isinstance(value, datetime):
        value = value.astimezone(UTC).isoformat()
    return str(_serializer(declaration, query).dumps([value, position.id, *([True] if backwards else [])]))


def decode(declaration: Declaration, query: Query, cursor: str) -> tuple[Position, bool]:
    """The position, and whether the page ends before it. Raises CursorError."""
    try:
        value, last, *backwards = _serializer(declaration, query).loads(cursor)
        found = Position(value=datetime.fromisoformat(value) if query.order in TIMES else value, id=last)
        return found, bool(backwards)
    # The signature holds for what an older revision signed, too, which may have had another form.
    except (BadData, TypeError, ValueError) as error:
        raise CursorError(cursor) from error


def _serializer(declaration: Declaration, query: Query) -> URLSafeSerializer:
    return URLSafeSerializer(
        _keys(),
        salt=f"cursor:{declaration.name}{_fingerprint(declaration, query)}",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )


def _fingerprint(declaration: Declaration, query: Query) -> str:
    """What tells queries apart, and a field from the one that had its name before and was of another type."""
    if query == OLDEST_FIRST:
        return ""
    compared = sorted(json.dumps([each.field, each.operator, each.value], default=str) for each in query.conditions)
    kind = None if query.order in TIMES else kinds(declaration)[query.order][0]
    return json.dumps([compared, query.order, kind, query.descending], default=str)


def _keys() -> Sequence[str]:
    """Oldest first: the last one signs, all of them verify, so that a rotation breaks no client's loop."""
    return [*reversed(current_app.config.get("SECRET_KEY_FALLBACKS") or []), current_app.config["SECRET_KEY"]]
