"""Between a form's texts and a model's values, both ways: what is shown comes back as it was.

Whether values are right is for the same code to say that the API asks (`flask_hearth.api.validation`).
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from flask_hearth.api import strict_json
from flask_hearth.api.body import invalid_body
from flask_hearth.api.validation import validate
from flask_hearth.errors import Problem
from flask_hearth.model.declaration import Declaration
from flask_hearth.model.size import largest
from flask_hearth.pages.fields import Field, fields

CHECKED: Final = "on"
"""What a browser sends for a checked box; for an unchecked one it sends nothing."""

_LEFT_OUT: Final = object()


def submitted_texts(declaration: Declaration, form: Mapping[str, str]) -> dict[str, str]:
    """What somebody typed, by field. Browsers send line ends as CRLF, whichever were there before."""
    return {field.name: form.get(field.name, "").replace("\r\n", "\n") for field in fields(declaration)}


def stored_texts(declaration: Declaration, values: Mapping[str, Any]) -> dict[str, str]:
    """Stored values as the form shows them."""
    return {field.name: to_text(values.get(field.name), field) for field in fields(declaration)}


def default_texts(declaration: Declaration) -> dict[str, str]:
    """A new form, with the model's defaults."""
    return stored_texts(declaration, {field.name: field.default for field in fields(declaration)})


def parse_texts(declaration: Declaration, texts: Mapping[str, str]) -> dict[str, Any]:
    """Every field as the stores keep it. Raises Problem (422) with what is wrong in which field."""
    tokens = largest(declaration).tokens
    read = {field.name: _value(field, texts[field.name], tokens) for field in fields(declaration)}
    given = {name: value for name, value in read.items() if value is not _LEFT_OUT}
    try:
        # By the API's own parser, for what no store could hold, such as U+0000 and too long numbers.
        given = strict_json.parse(json.dumps(given).encode(), max_tokens=tokens)
    except strict_json.ContentFaultError as error:
        raise invalid_body([(error.pointer, error.reason)]) from None
    return validate(declaration, given)


def to_text(value: Any, field: Field) -> str:
    """A value as the field's form control has it."""
    if field.kind == "checkbox":
        return CHECKED if value else ""
    if value is None:
        return ""
    if field.kind == "json":
        return json.dumps(value, ensure_ascii=False, indent=2)
    return value if isinstance(value, str) else json.dumps(value)


def faults(declaration: Declaration, problem: Problem | None) -> dict[str, list[str]]:
    """What a Problem says of each field; under "" what it says of none in particular."""
    found: dict[str, list[str]] = {}
    names = {field.name for field in fields(declaration)}
    for error in () if problem is None else problem.errors:
        name = error.get("pointer", "").removeprefix("/").partition("/")[0].replace("~1", "/").replace("~0", "~")
        found.setdefault(name if name in names else "", []).append(error["detail"])
    return found


def _value(field: Field, text: str, tokens: int) -> Any:
    """What can't be read is left as text, so that the model says what it wants instead."""
    if field.kind == "checkbox":
        return bool(text)
    if not text:
        # Nothing, where the model knows such a value; else no value, so that the default applies or one is missing.
        return None if field.nullable else "" if field.is_text and not field.required else _LEFT_OUT
    if field.kind == "choice":
        return next((choice for choice in field.choices if to_text(choice, field) == text), text)
    if field.kind == "number":
        number = _parsed(field, text.strip(), tokens)
        return number if isinstance(number, int | float) and not isinstance(number, bool) else text
    return _parsed(field, text, tokens) if field.kind == "json" else text


def _parsed(field: Field, text: str, tokens: int) -> Any:
    try:
        return strict_json.parse(text.encode(), max_tokens=tokens)
    except strict_json.SyntaxFaultError as error:
        if field.kind == "json":
            raise invalid_body([(f"/{field.name}", f"is not JSON: {error}")]) from None
        return text
    except strict_json.ContentFaultError as error:
        raise invalid_body([(f"/{field.name}{error.pointer}", error.reason)]) from None
