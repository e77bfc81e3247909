"""Requests' bodies as JSON objects."""

import json
from typing import Any

from aiohttp import web

from hearth.localcloud.errors import ApiError


async def read(request: web.Request) -> dict[str, Any]:
    """The body, `{}` for an empty one. Raises ApiError (400) when it is anything but a JSON object."""
    content = await request.read()
    try:
        body = json.loads(content or b"{}")
    # Nested too deeply to be read is a fault of the body, too.
    except (ValueError, RecursionError) as error:
        raise ApiError(400, f"Invalid JSON payload received: {error}") from error
    if not isinstance(body, dict):
        raise ApiError(400, f"Invalid JSON payload received: an object was expected, not {type(body).__name__}.")
    return body


def text(body: dict[str, Any], field: str) -> str:
    """A field that is text, '' where it is absent. Raises ApiError (400)."""
    value = body.get(field, "")
    if not isinstance(value, str):
        raise ApiError(400, f"Invalid value at '{field}': text was expected, not {type(value).__name__}.")
    return value
