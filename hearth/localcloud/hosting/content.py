"""Gzipped file contents, named by the SHA-256 of their gzipped bytes, as Hosting's clients compute it.

The blobs' folder also holds other parts' content, so what is known to be an uploaded, intact gzip stream has an
entry in the store, with the size it unzips to. Contents are shared by all sites and versions and are not deleted.
"""

import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError
from hearth.localcloud.hosting.names import PREFIX
from hearth.localcloud.records.blobs import Incoming

# Hosting's limit for one file, which counts the gzipped size.
_MOST_BYTES = 2 * 1024**3
# Far above what any page unzips to, and low enough that a crafted stream can't keep the process busy.
_MOST_UNZIPPED_BYTES = 8 * 1024**3
_CHUNK = 64 * 1024
_GZIP = 31


@dataclass(frozen=True)
class Content:
    """One file's content."""

    hash: str
    blob: Path
    zipped: int
    """Bytes as stored."""
    size: int
    """Bytes as a browser sees them."""


class Contents:
    def __init__(self, cloud: Cloud, most_bytes: int = _MOST_BYTES, most_unzipped: int = _MOST_UNZIPPED_BYTES) -> None:
        self._store = cloud.store
        self._folder = cloud.blobs
        self._most_bytes = most_bytes
        self._most_unzipped = most_unzipped

    def find(self, hash: str) -> Content | None:
        """The content, if it was uploaded and its blob is still there."""
        entry = self._store.get(f"{PREFIX}/content/{hash}")
        blob = self._folder / hash
        if entry is None or not blob.is_file():
            return None
        return Content(hash, blob, entry["zipped"], entry["size"])

    async def put(self, hash: str, chunks: AsyncIterator[bytes]) -> Content:
        """Store a gzip stream under its hash; all of it or nothing.

        Raises ApiError (400) when the bytes don't hash to `hash`, aren't one gzip stream, or are too many.
        """
        with Incoming(self._folder) as incoming:
            content = await self._receive(hash, chunks, incoming)
            incoming.keep()
        self._store.put(f"{PREFIX}/content/{hash}", {"zipped": content.zipped, "size": content.size})
        return content

    async def _receive(self, hash: str, chunks: AsyncIterator[bytes], incoming: Incoming) -> Content:
        stream = zlib.decompressobj(_GZIP)
        size = 0
        try:
            async for chunk in chunks:
                incoming.write(chunk)
                size += sum(len(part) for part in _unzip(stream, chunk))
                if incoming.size > self._most_bytes or size > self._most_unzipped:
                    limits = f"{self._most_bytes} bytes gzipped and {self._most_unzipped} unzipped"
                    raise ApiError(400, f"The file is too large: at most {limits} are accepted.")
        except zlib.error as error:
            raise ApiError(400, f"The upload for {hash} is not gzip content: {error}.") from None
        if incoming.sha256 != hash:
            raise ApiError(
                400,
                f"content hash doesn't match content: the {incoming.size} bytes received hash to {incoming.sha256}, "
                f"not {hash}. The name is the SHA-256 of the gzipped bytes; send exactly the bytes that were hashed.",
            )
        if not stream.eof or stream.unused_data:
            raise ApiError(400, f"The upload for {hash} is not exactly one complete gzip stream.")
        return Content(hash, self._folder / hash, incoming.size, size)


def read_unzipped(blob: Path, start: int, stop: int) -> Iterator[bytes]:
    """Bytes `start` to `stop` (excluded) of what the blob unzips to, in pieces."""
    stream = zlib.decompressobj(_GZIP)
    at = 0
    with blob.open("rb") as file:
        while at < stop and (chunk := file.read(_CHUNK)):
            for part in _unzip(stream, chunk):
                piece = part[max(0, start - at) : stop - at]
                at += len(part)
                if piece:
                    yield piece
                if at >= stop:
                    return


def read_gzipped(blob: Path) -> Iterator[bytes]:
    """The gzipped bytes themselves, in pieces."""
    with blob.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _unzip(stream: "zlib._Decompress", chunk: bytes) -> Iterator[bytes]:
    """Feed a chunk; a small one may stand for gigabytes, so no piece is longer than a few chunks."""
    while chunk and not stream.eof:
        yield stream.decompress(chunk, 4 * _CHUNK)
        chunk = stream.unconsumed_tail
