"""Content on its way into the cloud's `blobs`, where a file is named by its hash and is whole or not there."""

import base64
import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

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
        self.size = 0

    def __enter__(self) -> Self:
        self._blobs.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.NamedTemporaryFile(dir=self._blobs, prefix=_PREFIX, delete=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        Path(self._file.name).unlink(missing_ok=True)

    @property
    def sha256(self) -> str:
        """Hex, of what came so far."""
        return self._sha256.hexdigest()

    def write(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self._sha256.update(chunk)
        self._md5.update(chunk)
        self._file.write(chunk)

    def keep(self) -> Content:
        self._file.flush()
        Path(self._file.name).replace(self._blobs / self.sha256)
        return Content(self.sha256, base64.b64encode(self._md5.digest()).decode(), self.size)


def clear_partial(blobs: Path) -> None:
    """Remove what a killed process was still receiving."""
    for path in blobs.glob(f"{_PREFIX}*"):
        path.unlink()
