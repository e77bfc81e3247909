"""Where a page of a list ended, as a text that clients hand back and can't read or change usefully.

Signed, because what a cursor holds goes into a query; and bound to its collection, because a position in one list
means nothing in another.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.interface import Position


class CursorError(Exception):
    """Not a cursor of this collection, or changed, or signed with a key that is no longer known."""


def encode(declaration: Declaration, position: Position) -> str:
    return str(_serializer(declaration).dumps([position.value.astimezone(UTC).isoformat(), position.id]))


def decode(declaration: Declaration, cursor: str) -> Position:
    """Raises CursorError."""
    try:
        created_at, last = _serializer(declaration).loads(cursor)
        return Position(value=datetime.fromisoformat(created_at), id=last)
    # The signature holds for what an older revision signed, too, which may have had another form.
    except (BadData, TypeError, ValueError) as error:
        raise CursorError(cursor) from error


def _serializer(declaration: Declaration) -> URLSafeSerializer:
    return URLSafeSerializer(
        _keys(),
        salt=f"cursor:{declaration.name}",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )


def _keys() -> Sequence[str]:
    """Oldest first: the last one signs, all of them verify, so that a rotation breaks no client's loop."""
    return [*reversed(current_app.config.get("SECRET_KEY_FALLBACKS") or []), current_app.config["SECRET_KEY"]]
