"""Requests' bodies as JSON objects."""

import json
from collections.abc import Collection
from typing import Any

from aiohttp import web

from hearth.localcloud.errors import ApiError


async def read(request: web.Request, known: Collection[str] | None = None) -> dict[str, Any]:
    """The body. Raises ApiError (400) for anything but a JSON object, and for a field that is not `known`."""
    body = parse(await request.read())
    if not isinstance(body, dict):
        raise ApiError(400, f"Invalid JSON payload received: an object was expected, not {type(body).__name__}.")
    if known is not None:
        refuse_unknown(body, known)
    return body


def parse(content: bytes) -> Any:
    """What the content says, `{}` for an empty one. Raises ApiError (400) when it is no JSON."""
    try:
        return json.loads(content.strip() or b"{}")
    # Nested too deeply to be read is a fault of the body, too.
    except (ValueError, RecursionError) as error:
        raise ApiError(400, f"Invalid JSON payload received: {error}") from error


def refuse_unknown(value: dict[str, Any], known: Collection[str], where: str = "") -> None:
    """Raise ApiError (400), in Google's words, for the first field that is not `known`."""
    for name in value:
        if name not in known:
            at = f" at '{where}'" if where else ""
            raise ApiError(400, f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.')


def text(body: dict[str, Any], field: str) -> str:
    """A field that is text, '' where it is absent. Raises ApiError (400)."""
    value = body.get(field, "")
    if not isinstance(value, str):
        raise ApiError(400, f"Invalid value at '{field}': text was expected, not {type(value).__name__}.")
    return value
