"""Names of static files: the plain one, and its twin that carries the digest of the content.

`/css/style.css` is also `/css/style.0b1c2d3e4f506172.css`, in the same folder, so that relative links in a style sheet
and to a source map mean the same from both. The bytes are the same, too: links inside files stay plain ones.
Paths begin with a slash and are not percent-encoded; digests are SHA-256 in hex.
"""

import posixpath
import re
from collections.abc import Mapping
from typing import Final

_DIGITS: Final = 16
"""Of the digest, in a name: 64 bits, so that two contents of one file with the same name are not to be expected."""

# The stem as short as can be: where two parts look like digests, the one before the suffix is it.
_DIGESTED = re.compile(rf"(?P<stem>.*?[^/])\.(?P<digest>[0-9a-f]{{{_DIGITS}}})(?P<suffix>\.[^./]*)?", re.DOTALL)
# Asked for by names that others decide: visitors, crawlers, browsers by themselves, the file that a map belongs to.
_BY_CONVENTION = frozenset({"/robots.txt", "/sitemap.xml", "/ads.txt", "/favicon.ico", "/sw.js", "/service-worker.js"})
_OTHERS_ASK_FOR = (".html", ".htm", ".map")
_WELL_KNOWN = "/.well-known/"


class ClashError(ValueError):
    """A file has the name that the digest of another one's content makes."""


def add_digest(path: str, digest: str) -> str:
    """The twin's path: the digest stands before the last suffix."""
    stem, suffix = posixpath.splitext(path)
    return f"{stem}.{digest[:_DIGITS]}{suffix}"


def remove_digest(path: str) -> str | None:
    """The path of the file that this one would be a twin of; None for a name without a digest."""
    found = _DIGESTED.fullmatch(path)
    return None if found is None else f"{found['stem']}{found['suffix'] or ''}"


def has_digest(path: str, digest: str) -> bool:
    """Whether the path's name holds the digest of its own content, so that it never means another."""
    found = _DIGESTED.fullmatch(path)
    return found is not None and digest.startswith(found["digest"])


def has_twin(path: str) -> bool:
    """Whether somebody can be told the digested name: not so for pages, source maps and names fixed by convention."""
    return not (path in _BY_CONVENTION or path.lower().endswith(_OTHERS_ASK_FOR) or path.startswith(_WELL_KNOWN))


def twins(digests: Mapping[str, str]) -> dict[str, str]:
    """The twins of these files (path to digest), again path to digest. Raises ClashError.

    A file whose name already carries its own digest needs none.
    """
    made = {}
    for path, digest in digests.items():
        if not has_twin(path) or has_digest(path, digest):
            continue
        twin = add_digest(path, digest)
        if digests.get(twin, digest) != digest:
            raise ClashError(
                f"{twin} has the name that {path} gets from its digest, but other content, so browsers would use one "
                "for the other. Rename it."
            )
        made[twin] = digest
    return made


def request_paths(path: str, *, clean_urls: bool) -> set[str]:
    """The paths that Hosting answers with this file, or redirects to it."""
    paths = {path}
    if path.endswith("/index.html"):
        folder = path.removesuffix("index.html")
        paths |= {folder, folder.rstrip("/") or "/"}
    elif clean_urls and path.endswith(".html"):
        paths.add(path.removesuffix(".html"))
    return paths
