"""Content on its way into the cloud's `blobs`, where a file is named by its hash and is whole or not there."""

import base64
import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from hearth.localcloud.errors import ApiError

MOST_BYTES = 1024**3
_PREFIX = ".incoming-"


@dataclass(frozen=True)
class Content:
    """Content that is kept."""

    sha256: str
    """Hex; the file's name in `blobs`."""
    md5: str
    """Base64, as Cloud Storage writes it."""
    size: int
    """Bytes."""


class Incoming:
    """A new file of `blobs`: write it chunk by chunk, then keep it. What is not kept goes with the context."""

    def __init__(self, blobs: Path) -> None:
        self._blobs = blobs
        self._sha256 = hashlib.sha256()
        # Part of the API's answer, not a protection.
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._size = 0

    def __enter__(self) -> Self:
        self._blobs.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.NamedTemporaryFile(dir=self._blobs, prefix=_PREFIX, delete=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        Path(self._file.name).unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        """Raises ApiError (413) beyond `MOST_BYTES`."""
        self._size += len(chunk)
        if self._size > MOST_BYTES:
            raise ApiError(413, f"The object is larger than {MOST_BYTES} bytes, the local cloud's limit.")
        self._sha256.update(chunk)
        self._md5.update(chunk)
        self._file.write(chunk)

    def keep(self) -> Content:
        self._file.flush()
        sha256 = self._sha256.hexdigest()
        Path(self._file.name).replace(self._blobs / sha256)
        return Content(sha256, base64.b64encode(self._md5.digest()).decode(), self._size)


def clear_partial(blobs: Path) -> None:
    """Remove what a killed process was still receiving."""
    for path in blobs.glob(f"{_PREFIX}*"):
        path.unlink()
