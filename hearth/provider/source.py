"""A build's source: the files that `.dockerignore` lets in, their hash, and their archive.

The same files give the same hash on every machine: times, owners and the folder they lie in are left out, and of
the modes only whether a file may be executed counts, which is also all that git keeps. Folders are left out too, so
an empty one is not part of an image's source.
"""

import hashlib
import io
import os
import stat
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hearth.plugin.kinds import ProviderError
from hearth.provider.ignore import IgnoreRules

IGNORE_FILE = ".dockerignore"
_LARGEST = 200 * 1024 * 1024
"""Bytes in all; a source above this has taken in something that was not meant."""
# gzip framing without name and time, so that the archive depends on the content alone.
_GZIP_WBITS = 31


@dataclass(frozen=True)
class _Entry:
    path: str
    """Relative to the context, with slashes."""
    mode: int
    content: bytes
    """Of a symbolic link, its target."""
    link: bool


class Source:
    """Source of an image as it is on disk now.

    `root` is what `context` is relative to; `dockerfile` is relative to the context.
    Raises ProviderError for a context that cannot be built from.
    """

    def __init__(self, root: Path, context: str, dockerfile: str) -> None:
        self._folder = root / context
        self._context = context
        self._dockerfile = dockerfile
        self._entries = self._read()

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) over the Dockerfile's path and every file's path, mode and content."""
        digest = hashlib.sha256()
        _feed(digest, b"hearth source 1", self._dockerfile.encode())
        for entry in self._entries:
            kind = b"link" if entry.link else oct(entry.mode).encode()
            _feed(digest, kind, entry.path.encode(), hashlib.sha256(entry.content).digest())
        return digest.hexdigest()

    def archive(self) -> bytes:
        """The files as tar.gz; the same files give the same bytes (with the same zlib)."""
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for entry in self._entries:
                info = tarfile.TarInfo(entry.path)
                info.mode = entry.mode
                if entry.link:
                    info.type, info.linkname = tarfile.SYMTYPE, entry.content.decode()
                    tar.addfile(info)
                else:
                    info.size = len(entry.content)
                    tar.addfile(info, io.BytesIO(entry.content))
        gzip = zlib.compressobj(6, zlib.DEFLATED, _GZIP_WBITS)
        return gzip.compress(raw.getvalue()) + gzip.flush()

    def _read(self) -> list[_Entry]:
        # Docker sends the Dockerfile along in any case.
        paths = sorted({self._dockerfile, *self._walk(self._rules())})
        sizes = {path: self._status(path).st_size for path in paths}
        size = sum(sizes.values())
        if size > _LARGEST:
            largest = max(sizes, key=lambda path: sizes[path])
            raise ProviderError(
                f"The build's source is {size >> 20} MiB in {len(paths)} files, more than {_LARGEST >> 20} MiB; the "
                f"largest is {largest} ({sizes[largest] >> 20} MiB). Exclude in {IGNORE_FILE} what the image does not "
                "need."
            )
        return [self._entry(path) for path in paths]

    def _rules(self) -> IgnoreRules:
        file = self._folder / IGNORE_FILE
        if not self._folder.is_dir():
            raise ProviderError(f"The build's context {self._context!r} is not a folder of the checkout.")
        if not (self._folder / self._dockerfile).is_file():
            raise ProviderError(
                f"There is no Dockerfile at {self._dockerfile!r} in the build's context {self._context!r}. "
                "The path is relative to the context."
            )
        try:
            return IgnoreRules(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ProviderError(
                f"The build's context {self._context!r} has no {IGNORE_FILE}: everything in it would be uploaded, "
                "including .git, .venv and any secrets. Add one that begins with `*` and includes, with `!` lines, "
                "what the image needs."
            ) from None
        except ValueError as fault:
            raise ProviderError(f"{IGNORE_FILE} cannot be read: {fault}") from None

    def _walk(self, rules: IgnoreRules) -> Iterator[str]:
        """Paths of files and links that are let in; links to folders are links, and not followed."""
        for folder, folders, files in os.walk(self._folder, onerror=_unreadable):
            here = Path(folder).relative_to(self._folder)
            links = [name for name in folders if (Path(folder) / name).is_symlink()]
            folders[:] = [
                name for name in folders if name not in links and not rules.excludes_folder((here / name).as_posix())
            ]
            for name in files + links:
                path = (here / name).as_posix()
                if not rules.excludes(path):
                    yield path

    def _status(self, path: str) -> os.stat_result:
        try:
            return (self._folder / path).lstat()
        except OSError as fault:
            raise _unreadable_error(path, fault) from None

    def _entry(self, path: str) -> _Entry:
        file, status = self._folder / path, self._status(path)
        try:
            if stat.S_ISLNK(status.st_mode):
                return _Entry(path, 0o777, os.fsencode(file.readlink()), link=True)
            if stat.S_ISREG(status.st_mode):
                return _Entry(path, 0o755 if status.st_mode & stat.S_IXUSR else 0o644, file.read_bytes(), link=False)
        except OSError as fault:
            raise _unreadable_error(path, fault) from None
        raise ProviderError(f"{path} is neither a file nor a link: exclude it in {IGNORE_FILE}.")


def _feed(digest: "hashlib._Hash", *parts: bytes) -> None:
    # Each part is led by its length, or two different lists could run together to the same bytes.
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)


def _unreadable(fault: OSError) -> None:
    raise _unreadable_error(str(fault.filename), fault)


def _unreadable_error(path: str, fault: OSError) -> ProviderError:
    return ProviderError(
        f"{path} cannot be read for the build's source: {fault.strerror}. It was just deleted, or its permissions "
        f"forbid it; exclude it in {IGNORE_FILE} if the image does not need it."
    )
