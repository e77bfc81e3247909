"""What requests to the Hosting API bring: JSON bodies, update masks, page tokens, label maps."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from aiohttp import web

from hearth.localcloud.errors import ApiError
from hearth.localcloud.store import Document


async def read_object(request: web.Request, known: Collection[str]) -> Document:
    """The body as a JSON object with no other fields than `known`; no body is an empty one. Raises ApiError (400)."""
    content = await request.read()
    if not content.strip():
        return {}
    try:
        body = json.loads(content)
    except ValueError as error:
        raise ApiError(400, f"Invalid JSON payload received. {error}") from None
    if not isinstance(body, dict):
        raise ApiError(400, f"Invalid JSON payload received. An object was expected, not {json.dumps(body)[:40]}.")
    refuse_unknown(body, known, "")
    return body


def refuse_unknown(value: Document, known: Collection[str], where: str) -> None:
    """Raise ApiError (400), in Google's words, for the first field that is not `known`."""
    for name in value:
        if name not in known:
            at = f" at '{where}'" if where else ""
            raise ApiError(400, f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.')


def update_mask(request: web.Request, known: Collection[str], default: Sequence[str]) -> tuple[str, ...]:
    """Fields that `updateMask` names, `default` without one. Raises ApiError (400) for a field outside `known`."""
    text = request.query.get("updateMask", "")
    fields = tuple(part.strip() for part in text.split(",") if part.strip()) or tuple(default)
    for field in fields:
        if field not in known:
            raise ApiError(
                400, f"Invalid field path '{field}' in updateMask: the fields are {', '.join(sorted(known))}."
            )
    return fields


def read_labels(value: Any, where: str) -> dict[str, str]:
    """A map of strings. Raises ApiError (400)."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ApiError(400, f"Invalid value at '{where}': a map of strings was expected.")
    return value


def page(request: web.Request, items: Sequence[Document], field: str, *, default: int, most: int) -> web.Response:
    """Answer the part of `items` that `pageSize` and `pageToken` ask for. Raises ApiError (400).

    An empty list is left out of the answer, as Google's APIs do.
    """
    size = _whole(request, "pageSize") or default
    start = _whole(request, "pageToken")
    stop = start + min(size, most)
    body: Document = {field: items[start:stop]} if items[start:stop] else {}
    if stop < len(items):
        body["nextPageToken"] = str(stop)
    return web.json_response(body)


def _whole(request: web.Request, name: str) -> int:
    text = request.query.get(name) or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ApiError(400, f"Invalid {name} '{text}': a page size or a token from an earlier answer was expected.")
    return int(text)
