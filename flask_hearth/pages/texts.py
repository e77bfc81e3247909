"""Values as the texts of a form's controls: what is shown comes back as it was (`flask_hearth.pages.reading`)."""

import json
from collections.abc import Mapping
from typing import Any, Final

from flask_hearth.model.declaration import Declaration
from flask_hearth.pages.field import Field, controls
from flask_hearth.pages.fields import fields

CHECKED: Final = "on"
"""What a browser sends for a checked box; for an unchecked one it sends nothing."""

Texts = Mapping[str, str]
"""By the names of the controls."""


def stored_texts(declaration: Declaration, values: Mapping[str, Any]) -> dict[str, str]:
    """Stored values as the form shows them, and nothing of those that are never shown."""
    return dict(_texts(fields(declaration), {**values, **dict.fromkeys(declaration.write_only)}))


def default_texts(declaration: Declaration) -> dict[str, str]:
    """A new form, with the model's defaults."""
    return stored_texts(declaration, {})


def submitted_texts(declaration: Declaration, form: Mapping[str, str]) -> dict[str, str]:
    """What somebody typed. Browsers send line ends as CRLF, whichever were there before."""
    shown = default_texts(declaration)
    return {
        field.name: form.get(field.name, "" if field.kind == "checkbox" else shown[field.name]).replace("\r\n", "\n")
        for field in controls(fields(declaration))
    }


def value_of(values: Mapping[str, Any], field: Field) -> Any:
    """A field's value within an object's; None where a group that it is in is null."""
    found: Any = values
    for name in field.path:
        found = None if found is None else found.get(name)
    return found


def to_text(value: Any, field: Field) -> str:
    """A value as the field's control has it."""
    if field.kind == "checkbox":
        return CHECKED if value else ""
    if value is None:
        return ""
    if field.item is not None:
        return "\n".join(_line(to_text(each, field.item)) for each in value)
    if field.kind == "json":
        return json.dumps(value, ensure_ascii=False, indent=2)
    return value if isinstance(value, str) else json.dumps(value)


def items(text: str) -> list[tuple[int, str]]:
    """The lines that are there, each with its number from 1 on, as texts of the items."""
    lines = enumerate(text.split("\n"), 1)
    return [(number, _unquoted(line)) for number, line in lines if line.strip()]


def _texts(some: tuple[Field, ...], values: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """None for the values of a group that is null: all of it is empty, whatever its defaults are."""
    found: list[tuple[str, str]] = []
    for field in some:
        value = None if values is None else values.get(field.path[-1], field.default)
        if not field.parts:
            found.append((field.name, to_text(value, field)))
        else:
            found += _texts(field.parts, {} if value is None and values is not None and not field.nullable else value)
    return found


def _line(item: str) -> str:
    """An item's line. One that no line can hold (it is blank or has line ends, say) is written as a JSON text."""
    plain = item.strip() and "\n" not in item and "\r" not in item and _unquoted(item) == item
    return item if plain else json.dumps(item, ensure_ascii=False)


def _unquoted(line: str) -> str:
    """The item of a line. Quotes count only around what `_line` puts them."""
    if not line.startswith('"'):
        return line
    try:
        item = json.loads(line)
    except (ValueError, RecursionError):
        return line
    return item if isinstance(item, str) and _line(item) == line else line
