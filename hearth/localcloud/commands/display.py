"""What a user sees of the lines that the Pulumi CLI writes where it does not draw on a terminal."""

import re
from collections.abc import Iterable, Iterator

from hearth.colors import remove_colors

MOST_ALIKE = 20
"""Changed properties that are shown one after another, as of a map with a file in each; the others are counted."""

# ` +  gcp:storage:Bucket image-source creating (0s) waiting for ...`
_PROGRESS = re.compile(r"[ +~-]+ \S+ \S+ (?:creating|updating|deleting|replacing|refreshing) \(\d+s\)(?!.*error)")
# ` +  gcp:storage:Bucket image-source created (0.03s) waiting for ...`, where the wait is over.
_DONE = re.compile(r"([ +~-]+ \S+ \S+ (?:created|updated|deleted|replaced|refreshed) \([\d.]+s\)).*")
# `          + /style.css: "ad5736…"`
_PROPERTY = re.compile(r"(\s+[+~-] )\S+\s*: ")
# `<{%fg 1%}>1 errored<{%reset%}>`: colours that the CLI forgot to put in or leave out (CLI 3.259).
_MARKUP = re.compile(r"<\{%.*?%\}>")


def shown(lines: Iterable[str]) -> Iterator[str]:
    """The lines, of those that tell progress only the last one of each resource, without markup and long lists.

    The CLI would write a line for each time it looks.
    """
    before, alike = "", 0
    for line in lines:
        plain = remove_colors(line)
        if _PROGRESS.match(plain):
            continue
        found = _PROPERTY.match(plain)
        kind = found[1] if found else ""
        if kind != before:
            yield from _rest(before, alike)
            before, alike = kind, 0
        alike += 1
        if not kind or alike <= MOST_ALIKE:
            yield _MARKUP.sub("", _DONE.sub(r"\1", line))
    yield from _rest(before, alike)


def _rest(kind: str, alike: int) -> Iterator[str]:
    if kind and alike > MOST_ALIKE:
        yield f"{kind}… and {alike - MOST_ALIKE:,} more\n"
