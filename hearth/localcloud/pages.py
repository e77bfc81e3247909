"""Lists in pages, as Google's list methods give them (AIP-158): a size, and an opaque token to go on from."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from hearth.localcloud.errors import ApiError
from hearth.localcloud.store import Document, public


def list_response(
    request: web.Request,
    field: str,
    items: Sequence[Document],
    *,
    default: int,
    most: int,
    size: str = "pageSize",
    named: str = "name",
    **more: Any,
) -> web.Response:
    """One page of the items in `field`, and `nextPageToken` unless it is the last; `more` are other fields.

    Tokens hold what the last item given is `named`, so that a list which grows or shrinks between pages skips and
    repeats nothing else. `size` is the query parameter's name; sizes over `most` are cut, as AIP-158 asks. An empty
    list is left out of the answer, as Google's APIs do. Raises ApiError (400).
    """
    try:
        asked = int(request.query.get(size) or 0)
    except ValueError:
        asked = -1
    if asked < 0:
        raise ApiError(400, f"{size} must be a whole number of at least 0, got '{request.query[size]}'.")
    begin = 0
    if token := request.query.get("pageToken"):
        last = _name(token)
        names = [item[named] for item in items]
        # Ordered by whatever the caller chose; where the last one was deleted, its place can't be known.
        if last not in names:
            raise ApiError(400, "pageToken is no longer valid; list from the start.")
        begin = names.index(last) + 1
    chosen = items[begin : begin + min(asked or default, most)]
    if chosen:
        more[field] = [public(item) for item in chosen]
    if begin + len(chosen) < len(items):
        more["nextPageToken"] = base64.urlsafe_b64encode(chosen[-1][named].encode()).decode()
    return web.json_response(more)


def _name(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise ApiError(400, "pageToken is not one that this API gave.") from error
