"""Lists in pages, as Google's list methods give them (AIP-158): a size, and an opaque token to go on from."""

import base64
import binascii
from collections.abc import Sequence

from aiohttp import web

from hearth.localcloud.errors import ApiError
from hearth.localcloud.store import Document


def page(
    request: web.Request, items: Sequence[tuple[str, Document]], *, size: str = "pageSize", default: int, most: int
) -> tuple[list[Document], dict[str, str]]:
    """One page of named documents, and `{"nextPageToken": ...}` unless it is the last.

    Tokens name the last item given, so that a list which grows or shrinks between pages skips and repeats nothing
    else. `size` is the query parameter's name; sizes over `most` are cut, as AIP-158 asks. Raises ApiError (400).
    """
    try:
        asked = int(request.query.get(size) or 0)
    except ValueError:
        asked = -1
    if asked < 0:
        raise ApiError(400, f"{size} must be a whole number of at least 0, got '{request.query[size]}'.")
    count = min(asked or default, most)
    begin = 0
    if token := request.query.get("pageToken"):
        last = _name(token)
        names = [name for name, _ in items]
        # Ordered by whatever the caller chose; where the last one was deleted, its place can't be known.
        if last not in names:
            raise ApiError(400, "pageToken is no longer valid; list from the start.")
        begin = names.index(last) + 1
    chosen = items[begin : begin + count]
    more = begin + count < len(items)
    token_of = {"nextPageToken": base64.urlsafe_b64encode(chosen[-1][0].encode()).decode()} if more else {}
    return [body for _, body in chosen], token_of


def _name(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise ApiError(400, "pageToken is not one that this API gave.") from error
