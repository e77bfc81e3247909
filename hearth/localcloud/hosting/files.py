"""Which file, if any, a path means: cleanUrls, trailingSlashBehavior and index files.

A table over recorded paths is the specification (Hosting's guide, "Control .html extensions" and "Control trailing
slashes"; where the guide is silent, the official emulator as observed). Nothing here opens a file: a version is a
map of paths, so that no path can lead outside of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_INDEX = "/index.html"
_HTML = ".html"


@dataclass(frozen=True)
class Found:
    """Serve this file."""

    path: str


@dataclass(frozen=True)
class Moved:
    """The file has another, canonical address."""

    path: str


def resolve(
    files: Mapping[str, object], path: str, *, clean_urls: bool, trailing_slash: bool | None
) -> Found | Moved | None:
    """Look up a decoded path that starts with a slash and has no empty segments."""
    if path in files:
        if clean_urls and path.endswith(_HTML):
            clean = path.removesuffix(_HTML).removesuffix("/index")
            return Moved(f"{clean}/" if trailing_slash or not clean else clean)
        return Found(path)
    bare = path.removesuffix("/")
    slash = path.endswith("/")
    if bare + _INDEX in files:
        wants_slash = trailing_slash if trailing_slash is not None or clean_urls else True
        if wants_slash is None or wants_slash == slash or not bare:
            return Found(bare + _INDEX)
        return Moved(f"{bare}/" if wants_slash else bare)
    is_clean = clean_urls and bare and bare + _HTML in files
    return _clean(bare, slash=slash, trailing_slash=trailing_slash) if is_clean else None


def _clean(bare: str, *, slash: bool, trailing_slash: bool | None) -> Found | Moved | None:
    """`/page`, with or without a slash, where there is a `/page.html`."""
    if slash and trailing_slash is None:
        return None
    if bare.endswith("/index"):
        folder = bare.removesuffix("index")
        return Moved(folder if trailing_slash or folder == "/" else folder[:-1])
    if slash == bool(trailing_slash):
        return Found(bare + _HTML)
    return Moved(bare if slash else f"{bare}/")
