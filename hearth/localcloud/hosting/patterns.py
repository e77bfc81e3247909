"""What a rule of a ServingConfig applies to: exactly one of a glob and a regular expression."""

import re
from dataclasses import dataclass
from typing import Any, Protocol

from hearth.localcloud.hosting.globs import compile_glob
from hearth.localcloud.hosting.re2 import compile_regex


class Pattern(Protocol):
    """Tests decoded, absolute paths."""

    @property
    def names(self) -> frozenset[str]:
        """What `match` may hold."""

    def match(self, path: str) -> dict[str, str] | None:
        """The captured parts, or None where it does not match."""


@dataclass(frozen=True)
class Regex:
    """Matches anywhere in the path unless anchored; captures by name and by number."""

    pattern: re.Pattern[str]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.pattern.groupindex) | {str(number) for number in range(self.pattern.groups + 1)}

    def match(self, path: str) -> dict[str, str] | None:
        found = self.pattern.search(path)
        if found is None:
            return None
        parts = {str(number): part for number, part in enumerate((found[0], *found.groups()))} | found.groupdict()
        return {name: part for name, part in parts.items() if part is not None}


def read_pattern(rule: dict[str, Any], *, captures: bool = False, slash: bool = True) -> Pattern:
    """Read `glob` or `regex`. Raises ValueError.

    `captures` gives `:name` in a glob its meaning. `slash` adds the leading slash that a glob lacks, as the official
    emulator does for redirects and headers (`404.html`) but not for rewrites, where `*.js` matches nothing.
    """
    given = [kind for kind in ("glob", "regex") if kind in rule]
    if len(given) != 1:
        raise ValueError(f"exactly one of glob and regex is needed, not {' and '.join(given) or 'neither'}")
    text = rule[given[0]]
    if not isinstance(text, str):
        raise ValueError(f"{given[0]} must be a string, not {text!r}")  # noqa: TRY004 - all faults are ValueErrors
    if given[0] == "regex":
        return Regex(compile_regex(text))
    if slash and text and not text.startswith(("/", "!", "**")):
        text = f"/{text}"
    return compile_glob(text, captures=captures)
