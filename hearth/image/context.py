"""The build's context: exactly what Cloud Build gets, so that the image here is built from the same bytes."""

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

from hearth.image.errors import ImageError
from hearth.plugin.kinds import ProviderError
from hearth.provider.ignore import IgnoreRules
from hearth.provider.source import IGNORE_FILE, Source

_MADE = {".git", ".venv", ".local", "__pycache__", "node_modules"}
"""Folders of thousands of files; that none of them is in the image is seen by their names."""


def unpack(root: Path, dockerfile: str, folder: Path) -> int:
    """Write the context of the checkout `root` to `folder`; the number of files. Raises ImageError."""
    try:
        archive = Source(root, ".", dockerfile).archive()
    except ProviderError as error:
        raise ImageError(str(error)) from None
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="tar")
        return len(tar.getmembers())


def ignored_files(root: Path) -> Iterator[Path]:
    """Every file of the checkout that .dockerignore keeps out, and the big folders by name, relative to `root`."""
    rules = IgnoreRules((root / IGNORE_FILE).read_text(encoding="utf-8"))
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root)
        yield from (here / name for name in folders if name in _MADE)
        folders[:] = [name for name in folders if name not in _MADE]
        yield from (here / name for name in files if rules.excludes((here / name).as_posix()))


def digest(file: Path) -> str | None:
    """SHA-256 (hex) of a file that says something; None for empty ones, which are all alike."""
    content = file.read_bytes() if file.is_file() else b""
    return hashlib.sha256(content).hexdigest() if content.strip() else None
