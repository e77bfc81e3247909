"""Compressing what a service left plain, as the CDN does for browsers that take it.

An entity tag then becomes a weak one (RFC 9110, 8.8.3.3): the bytes are no longer those that the service named. Clients
who send it back as `If-Match` send the weak form; a service that takes strong ones alone refuses them all, and only
behind the edge. Left out: brotli, and whatever size below which the CDN does not bother.
"""

import gzip

from hearth.localcloud.hosting.cache import cache_control
from hearth.localcloud.hosting.reply import Incoming, Reply, accepts_gzip

_TYPES = frozenset({"application/javascript", "application/json", "application/xml", "image/svg+xml"})
_SUFFIXES = ("+json", "+xml")
# Parts of a body, and answers without one.
_LEFT_ALONE = frozenset({204, 206, 304})
# The fastest: this machine is the network.
_LEVEL = 1


def compress(reply: Reply, incoming: Incoming) -> None:
    """Change the reply in place, if the client takes gzip and the content gains by it."""
    headers = reply.headers
    if (
        not accepts_gzip(incoming.headers)
        or reply.status in _LEFT_ALONE
        or "Content-Encoding" in headers
        or "no-transform" in cache_control(headers)
        or not _is_compressible(headers.get("Content-Type", ""))
    ):
        return
    if incoming.method == "HEAD":
        headers.popall("Content-Length", None)
    elif reply.body:
        assert isinstance(reply.body, bytes)  # noqa: S101 - files are compressed when they are uploaded
        reply.body = gzip.compress(reply.body, _LEVEL, mtime=0)
    else:
        return
    headers["Content-Encoding"] = "gzip"
    tag = headers.get("ETag", "")
    if tag.startswith('"'):
        headers["ETag"] = f"W/{tag}"


def _is_compressible(content_type: str) -> bool:
    mime = content_type.partition(";")[0].strip().lower()
    return mime.startswith("text/") or mime in _TYPES or mime.endswith(_SUFFIXES)
