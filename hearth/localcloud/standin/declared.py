"""Reconcile what a program declares with what an API answers.

An API answers more than was declared (defaults it filled in) and less (in proto3 JSON, zero values are left out).
Neither is a difference; taken for one, it would come back at every `pulumi up`.
"""

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Any]


def select_declared(declared: Any, live: Any) -> Any:
    """The part of `live` that `declared` speaks of: equal to `declared` unless something really differs."""
    if isinstance(declared, Mapping) and isinstance(live, Mapping):
        return {
            key: select_declared(value, live[key]) if key in live else value
            for key, value in declared.items()
            if key in live or is_zero(value)
        }
    if isinstance(declared, list) and isinstance(live, list):
        return [select_declared(declared[at], item) if at < len(declared) else item for at, item in enumerate(live)]
    return live


def restore_zero_values(declared: Any, live: Any) -> Any:
    """`live` with the zero values that were declared and that the API leaves out."""
    if isinstance(declared, Mapping) and isinstance(live, Mapping):
        added = {key: value for key, value in declared.items() if key not in live and is_zero(value)}
        return {key: restore_zero_values(declared.get(key), value) for key, value in live.items()} | added
    if isinstance(declared, list) and isinstance(live, list) and len(declared) == len(live):
        return [restore_zero_values(*pair) for pair in zip(declared, live, strict=True)]
    return live


def apply_change(live: Any, before: Any, after: Any, kept: frozenset[str], path: str = "") -> Any:
    """What `live` becomes when its declaration changes from `before` to `after`.

    Computed parts stay as they are, and so do those at a `kept` path that are not declared any more.
    """
    if isinstance(live, Mapping) and isinstance(after, Mapping):
        was: Values = before if isinstance(before, Mapping) else {}
        prefix = f"{path}." if path else ""
        stays = {key: value for key, value in live.items() if key in after or key not in was or prefix + key in kept}
        return stays | {
            key: apply_change(live.get(key), was.get(key), value, kept, prefix + key) for key, value in after.items()
        }
    if isinstance(live, list) and isinstance(after, list) and len(live) == len(after):
        lasts = before if isinstance(before, list) and len(before) == len(after) else [None] * len(after)
        return [apply_change(*each, kept, path) for each in zip(live, lasts, after, strict=True)]
    return after


def is_zero(value: Any) -> bool:
    """Whether proto3's JSON would leave it out, all the way down."""
    if isinstance(value, Mapping):
        return all(is_zero(inner) for inner in value.values())
    return value in (None, False, 0, "", [])
