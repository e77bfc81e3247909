"""In production, nothing that holds data, or an address that people know, can be deleted by mistake.

Two locks, since each stops someone else: Pulumi's `protect` stops this program, for example when a changed property
would replace the resource; Google's deletion protection stops everybody, in the console too. Types that have no
deletion protection need `protect` alone. What holds data is told by `hearth.catalog.losses`: the types that it lists,
and every type with a deletion protection of its own. Left out: other types, and what a resource holds by its values.
"""

from collections.abc import Iterator
from typing import Any, Final

from hearth.catalog import losses
from hearth.guards.declared import UNKNOWN, Declared, Intent, Unclear, Violation

SHORT_LIVED: Final = 30
"""Days. A bucket that deletes what is older holds what somebody counts on; one that deletes this, what is passing."""


def violations(declared: Declared, intent: Intent) -> Iterator[Violation | Unclear]:
    """Look at a stateful resource's two locks, in production alone."""
    if not intent.production or not losses.needs_protection(declared.type, declared.shape) or _empties_itself(declared):
        return
    if not declared.protect:
        yield Violation(
            what="protect is off",
            why="in production, a changed property could replace it and delete its data",
            fix=(
                "give it opts=ResourceOptions(protect=...) with the value of app:protect, and set app:protect to true "
                "in this stack"
            ),
        )
    for key, on in losses.protections(declared.type, declared.shape).items():
        path = tuple(key.split("."))
        found = declared.at(*path)
        if found is UNKNOWN:
            yield Unclear(path)
        elif found != on:
            yield Violation(
                what=f"{key} = {found!r}",
                why="in production, one wrong click or command could delete it",
                fix=f"set it to {on!r}; if its value comes from app:deletionProtection, set that to true",
            )


def _empties_itself(declared: Declared) -> bool:
    """Whether it is a bucket that soon deletes whatever is in it, whatever it is."""
    rules = declared.at("lifecycleRules")
    return declared.type == "gcp:storage/bucket:Bucket" and any(
        rule.get("action") == {"type": "Delete"} and _is_soon(rule.get("condition"))
        for rule in (rules if isinstance(rules, list) else ())
        if isinstance(rule, dict)
    )


def _is_soon(condition: Any) -> bool:
    age = condition.get("age") if isinstance(condition, dict) and set(condition) == {"age"} else None
    return isinstance(age, int | float) and age <= SHORT_LIVED
