"""What a problem says of which field of the form, in words for who filled it in."""

from collections.abc import Sequence

from flask_hearth.errors import Problem
from flask_hearth.model.declaration import Declaration
from flask_hearth.pages import texts
from flask_hearth.pages.field import Field, with_parts
from flask_hearth.pages.fields import fields


def by_field(declaration: Declaration, typed: texts.Texts, problem: Problem | None) -> dict[str, list[str]]:
    """By the names of fields and groups; under "" what is said of none in particular."""
    known = {field.path: field for field in with_parts(fields(declaration))}
    found: dict[str, list[str]] = {}
    for error in () if problem is None else problem.errors:
        steps = [step.replace("~1", "/").replace("~0", "~") for step in error.get("pointer", "").split("/")[1:]]
        at = next((path for end in range(len(steps), 0, -1) if (path := tuple(steps[:end])) in known), None)
        if at is None:
            found.setdefault("", []).append(error["detail"])
        else:
            place = _place(known[at], steps[len(at) :], typed)
            found.setdefault(known[at].name, []).append(place + error["detail"])
    return found


def _place(field: Field, steps: Sequence[str], typed: texts.Texts) -> str:
    """Where within the control."""
    if not steps:
        return ""
    if field.item:
        numbers = [number for number, _ in texts.items(typed[field.name])]
        return f"Line {numbers[int(steps[0])]}: "
    named = ", ".join(f"number {int(step) + 1}" if step.isdigit() else step for step in steps)
    return f"{named[:1].upper()}{named[1:]}: "
