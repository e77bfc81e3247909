"""Reading a request at the edge: its path made safe, its body bounded."""

import re
from urllib.parse import quote, unquote_to_bytes

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from hearth.localcloud.hosting.reply import Incoming
from hearth.localcloud.run.proxy import BODY_LIMIT, BodyTooLarge

_CHUNK = 64 * 1024
_SLASHES = re.compile(r"/{2,}")


class BadRequest(Exception):
    """Its text says why the request can't be understood."""


def read_request(request: web.BaseRequest) -> Incoming:
    """Raises BadRequest."""
    raw, query = request.rel_url.raw_path, request.rel_url.raw_query_string
    if not raw.startswith("/"):
        raise BadRequest(f"{request.method} {raw[:100]} has no path.")
    try:
        decoded = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("The path is not percent-encoded UTF-8.") from None
    if "\0" in decoded:
        raise BadRequest("The path contains a NUL.")
    path = normalize(decoded)
    # Otherwise the client's own text, in which `%2F` and `/` may mean different things to the service.
    dotted = not {".", ".."}.isdisjoint(decoded.split("/"))
    onward = quote_path(path) if dotted else _SLASHES.sub("/", raw)
    return Incoming(
        method=request.method,
        host=request.headers.get("Host", ""),
        path=path,
        target=f"{onward}?{query}" if query else onward,
        query=query,
        headers=request.headers,
        client=request.remote or "127.0.0.1",
        scheme=request.scheme,
    )


def normalize(path: str) -> str:
    """Without empty and dot segments, and never above the root; a slash at the end stays.

    So that `//host/x` can't become a redirect to another host, and no encoding of `..` reaches a service.
    """
    segments: list[str] = []
    parts = _SLASHES.sub("/", path).split("/")[1:]
    for part in parts:
        if part == "..":
            del segments[-1:]
        elif part not in ("", "."):
            segments.append(part)
    folder = parts[-1] in ("", ".", "..") and segments
    return f"/{'/'.join(segments)}{'/' if folder else ''}"


def quote_path(path: str) -> str:
    """Percent-encode what a URL path may not hold."""
    return quote(path, safe="/:@!$&'()*+,;=-._~")


async def read_body(request: web.BaseRequest) -> bytes | None:
    """All of the body, or None where there is none. Raises BadRequest, and BodyTooLarge, before reading if it can."""
    if not request.body_exists:
        return None
    if (request.content_length or 0) > BODY_LIMIT:
        raise BodyTooLarge
    if request.headers.get("Expect", "").lower() == "100-continue":
        # The server does this for routed requests only (RFC 9110, 10.1.1).
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    body = bytearray()
    try:
        async for chunk in request.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > BODY_LIMIT:
                raise BodyTooLarge
    except HttpProcessingError as error:
        raise BadRequest(f"The body can't be read: {error.message}") from error
    return bytes(body)
