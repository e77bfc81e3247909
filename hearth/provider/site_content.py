"""A site's files as Hosting takes them: gzipped, and named by the hash of the gzipped bytes.

That hash depends on the zlib at hand, so it never enters the state; there, files are known by the hash of their raw
bytes. Each file is compressed once: what is hashed is what is uploaded. A path that carries its content's digest has
no file of its own; its content is that of the plain name (`flask_hearth.staticfiles.names`).
"""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask_hearth.staticfiles import names
from hearth.plugin.kinds import ProviderError

_CHUNK = 1 << 20
# gzip framing without name and time: the same bytes give the same hash (zlib, deflateInit2: windowBits).
_GZIP_WBITS = 31
_LARGEST = 2 * 1024**3
"""Bytes of one file, gzipped (Firebase Hosting, "Limits")."""

SERVED_AS = "gzip:"
"""Leads the hash of a served file whose raw bytes are not at hand."""


@dataclass(frozen=True)
class Compressed:
    raw_hash: str
    gzip_hash: str
    file: Path
    """Holds the gzipped bytes."""


def compress(folder: Path, files: Mapping[str, str], into: Path) -> dict[str, Compressed]:
    """Every file of `files` (path on the site to SHA-256 of its raw bytes), compressed into the folder `into`.

    Raises ProviderError for a file that is not what the inputs say: what was previewed is what is released.
    """
    done = {}
    by_source: dict[str, Compressed] = {}
    for path, expected in files.items():
        if expected.startswith(SERVED_AS):
            raise ProviderError(
                f"`files` has {path} with the hash {expected}, as an import found it on the site, but the file is not "
                f"in {folder.name}/. Put it there, or remove it from `files`."
            )
        source = _source(folder, path)
        file = by_source.get(source) or _compress(folder, source, into)
        if file.raw_hash != expected:
            raise ProviderError(
                f"{folder.name}{source} changed during the deployment, so it is not what the preview showed. Nothing "
                "was released. Run again."
            )
        done[path] = by_source[source] = file
    return done


def served_hashes(folder: Path, served: Mapping[str, str], into: Path) -> dict[str, str]:
    """Inputs that would declare what is served (path to gzip hash).

    A file that lies in `folder` with the same content gets the hash of its raw bytes, any other `gzip:` and the
    hash by which it is served.
    """
    inputs = {}
    for path, gzip_hash in sorted(served.items()):
        source = _source(folder, path)
        local = _compress(folder, source, into) if (folder / source[1:]).is_file() else None
        inputs[path] = local.raw_hash if local and local.gzip_hash == gzip_hash else f"{SERVED_AS}{gzip_hash}"
    return inputs


def _source(folder: Path, path: str) -> str:
    """The path whose file has the content; the given one where that is a file, or no other can be meant."""
    return path if (folder / path[1:]).is_file() else names.remove_digest(path) or path


def _compress(folder: Path, path: str, into: Path) -> Compressed:
    raw, zipped = hashlib.sha256(), hashlib.sha256()
    gzip = zlib.compressobj(9, zlib.DEFLATED, _GZIP_WBITS)
    begun = into / "unfinished"
    try:
        with (folder / path[1:]).open("rb") as source, begun.open("wb") as target:
            while chunk := source.read(_CHUNK):
                raw.update(chunk)
                piece = gzip.compress(chunk)
                zipped.update(piece)
                target.write(piece)
            piece = gzip.flush()
            zipped.update(piece)
            target.write(piece)
            size = target.tell()
    except OSError as fault:
        raise ProviderError(
            f"{folder.name}{path} cannot be read ({fault.strerror}): it changed during the deployment, or its "
            "permissions forbid it. Nothing was released. Run again."
        ) from None
    if size > _LARGEST:
        raise ProviderError(
            f"{folder.name}{path} has {size >> 20} MiB gzipped; Hosting takes at most {_LARGEST >> 20}. Put it into a "
            "bucket instead."
        )
    # Files of the same content share one.
    return Compressed(raw.hexdigest(), zipped.hexdigest(), begun.replace(into / zipped.hexdigest()))
