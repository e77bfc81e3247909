"""Answers made of a version's files.

Defaults as production has them: `Cache-Control: max-age=3600`, a strong ETag of 64 hex digits, Last-Modified, ranges,
gzip where the client takes it. A gzipped answer has an ETag of its own, as RFC 9110 (8.8.3.3) demands of strong ones.
Left out: brotli.
"""

import mimetypes
from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime

from multidict import CIMultiDict

from hearth.localcloud.hosting.conditional import UnsatisfiableRange, byte_range
from hearth.localcloud.hosting.content import Content, read_gzipped, read_unzipped
from hearth.localcloud.hosting.pages import error_page
from hearth.localcloud.hosting.reply import FilePart, Incoming, Reply, accepts_gzip

# Python's own table alone: the machine's would make answers differ between machines.
_TYPES = mimetypes.MimeTypes()
for _extension, _type in {
    ".avif": "image/avif",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".map": "application/json",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".otf": "font/otf",
    ".ttf": "font/ttf",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".yaml": "text/yaml",
    ".yml": "text/yaml",
}.items():
    _TYPES.add_type(_type, _extension)
_UNKNOWN = "application/octet-stream"
_ENCODED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}
_COMPRESSIBLE = frozenset(
    {"application/json", "application/manifest+json", "application/wasm", "application/xml"}
    | {"image/svg+xml", "image/x-icon", "font/otf", "font/ttf"}
)
VARY = "x-fh-requested-host, accept-encoding"


def file_reply(content: Content, path: str, incoming: Incoming, released: datetime, status: int = 200) -> Reply:
    """Answer a GET or HEAD with the file at `path`; with a status other than 200 always with all of it."""
    mime = content_type(path)
    zipped = _compressible(mime) and accepts_gzip(incoming.headers) and "Range" not in incoming.headers
    headers = CIMultiDict(
        {
            "Content-Type": mime,
            "Cache-Control": "max-age=3600",
            "ETag": f'"{content.hash}-gz"' if zipped else f'"{content.hash}"',
            "Last-Modified": format_datetime(released, usegmt=True),
            "Accept-Ranges": "bytes",
            "Vary": VARY,
        }
    )
    if zipped:
        headers["Content-Encoding"] = "gzip"
        return Reply(status, headers, FilePart(content, 0, content.zipped, zipped=True), source="file")
    part = FilePart(content, 0, content.size, zipped=False)
    if status == 200 and incoming.method == "GET":
        try:
            wanted = byte_range(incoming.headers, headers, content.size)
        except UnsatisfiableRange:
            reply = error_page(416, f"The file has {content.size} bytes.")
            reply.headers["Content-Range"] = f"bytes */{content.size}"
            return reply
        if wanted is not None:
            headers["Content-Range"] = f"bytes {wanted[0]}-{wanted[1] - 1}/{content.size}"
            return Reply(206, headers, FilePart(content, *wanted, zipped=False), source="file")
    return Reply(status, headers, part, source="file")


def read_part(part: FilePart) -> Iterator[bytes]:
    """The bytes to send."""
    blob = part.content.blob
    return read_gzipped(blob) if part.zipped else read_unzipped(blob, part.start, part.stop)


def content_type(path: str) -> str:
    """By the extension, with the charset for text."""
    mime, encoding = _TYPES.guess_type(path.rpartition("/")[2], strict=True)
    if encoding:
        # `x.tar.gz` is to be saved as it is, not unpacked on the way.
        return _ENCODED.get(encoding, _UNKNOWN)
    mime = mime or _UNKNOWN
    return f"{mime}; charset=utf-8" if mime.startswith("text/") else mime


def _compressible(mime: str) -> bool:
    return mime.startswith("text/") or mime in _COMPRESSIBLE
