"""Which files of a folder are for the public, and what is in them.

Skipped like the Firebase CLI does with the list in firebase.json: files that begin with a dot (`.DS_Store`), and
`node_modules`. Refused: folders that begin with a dot, which that list lets through although they are never meant to
be public (`.git`), and links that lead out of the folder, which would publish whatever they point to.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

IGNORED = ("**/.*", "**/node_modules/**")
"""The `ignore` list of firebase.json that means the same to the Firebase CLI."""

_WELL_KNOWN = ".well-known"
_RESERVED = "__"


class StaticFilesError(Exception):
    """The folder holds something that can't be published."""


def files(folder: Path) -> dict[str, Path]:
    """Every file below `folder`, by its path on the site (`/css/a.css`), in the order of paths.

    Raises StaticFilesError.
    """
    if not folder.is_dir():
        raise StaticFilesError(
            f"{folder.name}/ is not a folder: firebase.json (hosting.public) names it as the one that Hosting serves. "
            "Create it, empty if need be, or correct firebase.json."
        )
    return {f"/{file.relative_to(folder).as_posix()}": file for file in sorted(_walk(folder, folder))}


def digest(file: Path) -> str:
    """SHA-256 of its bytes, in hex."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _walk(folder: Path, root: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        shown = f"{root.name}/{entry.relative_to(root).as_posix()}"
        if not _is_text(entry.name):
            raise StaticFilesError(f"{shown!r}: its name is not UTF-8, so it can't be a URL path. Rename it.")
        if entry.is_symlink():
            _check_link(entry, root, shown)
        if entry.is_dir():
            if entry.name == "node_modules":
                continue
            _check_folder(entry, root, shown)
            yield from _walk(entry, root)
        elif entry.name.startswith("."):
            continue
        elif entry.is_file():
            yield entry
        else:
            raise StaticFilesError(f"{shown}: neither a file nor a folder, so it can't be published. Remove it.")


def _check_link(entry: Path, root: Path, shown: str) -> None:
    try:
        inside = entry.resolve(strict=True).is_relative_to(root.resolve())
    except OSError:
        raise StaticFilesError(f"{shown}: a link to {entry.readlink()}, which is not there. Remove it.") from None
    if not inside:
        raise StaticFilesError(
            f"{shown}: a link to {entry.readlink()}, outside the folder, so that file would become public. Put a copy "
            "here if that is intended."
        )
    if entry.is_dir():
        raise StaticFilesError(
            f"{shown}: a link to a folder; it would publish the same files twice, or endlessly. Copy them instead."
        )


def _check_folder(entry: Path, root: Path, shown: str) -> None:
    if entry.name.startswith(".") and entry.name != _WELL_KNOWN:
        raise StaticFilesError(
            f"{shown}/: folders that begin with a dot are rarely meant to be public, so only {_WELL_KNOWN} is "
            "allowed. Move it out, or rename it."
        )
    if entry.parent == root and entry.name == _RESERVED:
        raise StaticFilesError(f"{shown}/: Hosting reserves /__/ and would never serve this. Rename it.")


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
