"""What a browser can check of a field while somebody types, as attributes of its control.

An attribute is set only where it means what the model means; `flask_hearth.pages.hints` tells of all limits, and the
model checks them. No maxlength: it cuts off what is pasted, unseen, and counts UTF-16 units, so that it would refuse
valid texts.
"""

import math
import re
from datetime import date
from decimal import Decimal
from typing import Any, Final

from flask_hearth.pages.schema import Schema

_ATOM: Final = (
    r"""(?:[\w @#%,:;=<>~"'!&-]|\\[.+*?()\[\]{}|/^$\\]"""
    r"|\[\^?(?:[a-zA-Z\d](?:-[a-zA-Z\d])?|[ _])+\]|\((?:\?:|(?!\?))|\))"
)
_QUANTIFIER: Final = r"(?:[?*+]|\{\d+(?:,\d*)?\})\??"
_SAME_IN_BROWSERS: Final = re.compile(rf"\^(?:{_ATOM}(?:{_QUANTIFIER})?)*\$", re.ASCII)
"""Patterns that browsers read as Pydantic does. Of others, some are errors there, some match something else: `\\d`."""

_READABLE: Final = {
    "number": re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?"),
    "time": re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?"),
}
"""HTML, sections 2.3.4.3 and 2.3.5.4."""


def attributes(schema: Schema, input_type: str) -> tuple[tuple[str, str], ...]:
    """Of the control, by the type of its input."""
    found: dict[str, Any] = {}
    low, high = lowest(schema), highest(schema)
    if input_type in {"number", "date", "time"}:
        found = {"min": low, "max": high}
    if input_type == "number":
        found["step"] = _step(schema, low)
        # Keyboards of phones for numbers have no minus.
        if low is not None and Decimal(str(low)) >= 0:
            found["inputmode"] = "numeric" if schema["type"] == "integer" else "decimal"
    elif input_type == "time":
        # Otherwise a browser refuses seconds.
        found["step"] = "any"
    elif input_type == "text":
        found["minlength"] = more_than_one(schema.get("minLength"))
        found["inputmode"] = {"email": "email", "uri": "url"}.get(schema.get("format", ""))
        if _SAME_IN_BROWSERS.fullmatch(schema.get("pattern", "")):
            found["pattern"] = schema["pattern"]
    return tuple((name, str(value)) for name, value in found.items() if value is not None)


def is_readable(input_type: str, text: str) -> bool:
    """Whether a browser's own control shows this text. What it can't read it drops, and an empty field comes back."""
    if not text or input_type == "text":
        return True
    if input_type == "date":
        try:
            return date.fromisoformat(text).isoformat() == text
        except ValueError:
            return False
    fits = bool(_READABLE[input_type].fullmatch(text))
    # Browsers take a number for one of 64 bits, though they send it as it was typed.
    return fits and (input_type == "time" or math.isfinite(float(text)))


def lowest(schema: Schema) -> Any:
    if schema.get("type") == "integer" and "exclusiveMinimum" in schema:
        return schema["exclusiveMinimum"] + 1
    return schema.get("minimum")


def highest(schema: Schema) -> Any:
    if schema.get("type") == "integer" and "exclusiveMaximum" in schema:
        return schema["exclusiveMaximum"] - 1
    return schema.get("maximum")


def more_than_one(length: int | None) -> int | None:
    """That there must be something at all is what `required` says."""
    return length if length is not None and length > 1 else None


def counted(limit: Any) -> str | None:
    """Numbers with signs between thousands; dates and times as they are."""
    if limit is None:
        return None
    if not _READABLE["number"].fullmatch(str(limit)):
        return str(limit)
    number = Decimal(str(limit))
    return f"{int(number) if number == int(number) else number:,}"


def _step(schema: Schema, low: Any) -> Any:
    """Browsers count steps from the minimum, or without one from the value that the field had, which may be wrong."""
    integer = 1 if schema["type"] == "integer" else "any"
    multiple = schema.get("multipleOf", integer)
    if low is None or multiple == "any":
        return "any"
    return multiple if Decimal(str(low)) % Decimal(str(multiple)) == 0 else integer
