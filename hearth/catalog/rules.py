"""What Google's provider checks and compares by code of its own, which no schema tells, as `rules.json` has it by type.

Source: each type's schema in Google's Terraform provider (`ExactlyOneOf`, `ConflictsWith`, `ValidateFunc`,
`DiffSuppressFunc` and so on), and in Magic Modules, which most of them are generated from. Left out: every type that is
not in the file, of which only its shape is known; functions that ask other properties (`hearth.catalog.conditions` has
those that replace); and what such a function checks that is no range and no form.

A path is dotted and has no list places, as in `hearth.catalog.types`; several are separated by blanks.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

FILE = Path(__file__).with_name("rules.json")

_GROUPS = ("one", "some", "alone", "together", "needs")
_BY_PATH = ("values", "ranges", "sizes", "forms")
_LISTED = ("unordered", "kept")

Range = Sequence[float | None]
"""The least and the most; None where there is no end."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Those of one type."""

    one: Sequence[Sequence[str]] = ()
    """Paths of which exactly one is there, if the object that they belong to is."""
    some: Sequence[Sequence[str]] = ()
    """Paths of which one at least is there. `a.*` is whatever may stand in `a`."""
    alone: Sequence[Sequence[str]] = ()
    """Paths of which one at most is there."""
    together: Sequence[Sequence[str]] = ()
    """Paths that are there together or not at all."""
    needs: Sequence[Sequence[str]] = ()
    """A path, and those that have to be there with it."""
    same: Mapping[str, str] = field(default_factory=dict)
    """By path, how two values are compared: a kind of `hearth.catalog.sameness`."""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By path, what may be there, as texts."""
    ranges: Mapping[str, Range] = field(default_factory=dict)
    """By path, how much a number may be; of a duration, in seconds."""
    sizes: Mapping[str, Range] = field(default_factory=dict)
    """By path, how many items a list may have."""
    forms: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By path, the regular expression of a whole text, and an example."""
    unordered: frozenset[str] = frozenset()
    """Paths of lists that are compared as sets, though the schema says lists."""
    kept: frozenset[str] = frozenset()
    """Paths that keep their value when a program leaves them out, beside those that the schema tells."""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """A type's rules from its entry in the file."""
        groups = {name: [each.split() for each in row.get(name, ())] for name in _GROUPS}
        by_path = {name: row.get(name, {}) for name in _BY_PATH}
        listed = {name: frozenset(row.get(name, "").split()) for name in _LISTED}
        same = {path: kind for kind, paths in row.get("same", {}).items() for path in paths.split()}
        parts: dict[str, Any] = {**groups, **by_path, **listed, "same": same}
        return cls(**parts)


@cache
def of(token: str) -> Rules:
    """A type's rules; empty ones where there are none."""
    return every().get(token, Rules())


@cache
def every() -> Mapping[str, Rules]:
    """All that are known, by type."""
    return {token: Rules.of(row) for token, row in json.loads(FILE.read_text(encoding="utf-8")).items()}
