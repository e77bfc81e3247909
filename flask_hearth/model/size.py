"""How much a declaration's largest valid object can be, as a client may write it: what a request's body is held to.

Read off the model's JSON Schema. A text may be written with an escape for every character, so a character counts for
12 bytes, as does one that a form sends; white space and field names have room besides. What the model sets no bound to
(a text without `max_length`, a list without it, a dict) makes the object unbounded, and then the defaults hold.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from flask_hearth.model.declaration import Declaration

MAX_TOKENS: Final = 10_000
"""Of an unbounded object. In Python each stands for some hundred bytes, however short its text."""

ROOM_BYTES: Final = 8 * 1024
"""For white space, for names written with escapes, and for what a form sends beside the fields."""

ROOM_TOKENS: Final = 64
"""For fields too many, so that each of them is told, and not that there is too much of all."""

CHARACTER_BYTES: Final = 12
"""`\\ud83d\\ude00` in JSON, `%F0%9F%98%80` in a form."""

_SCALAR_BYTES: Final = 64
"""Numbers, dates, UUIDs and the like, each with its punctuation."""

_OF_FIXED_LENGTH: Final = frozenset({"date", "date-time", "time", "duration", "uuid"})

Schema = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Size:
    """Of a request's body."""

    bytes: int | None
    """None for what has no bound of its own."""
    tokens: int
    """Of JSON: each `,`, `[` and `{` outside of texts, by which its values are as many at most."""


class _UnboundedError(Exception):
    """Something has no bound."""


@cache
def largest(declaration: Declaration) -> Size:
    """What a body for one of its objects may be."""
    schema = declaration.stored_model.model_json_schema(by_alias=False)
    try:
        size, tokens = _size(schema, schema.get("$defs", {}), ())
    except _UnboundedError:
        return Size(bytes=None, tokens=MAX_TOKENS)
    return Size(bytes=size + ROOM_BYTES, tokens=tokens + ROOM_TOKENS)


def _size(schema: Schema, known: Mapping[str, Schema], inside: tuple[str, ...]) -> tuple[int, int]:  # noqa: PLR0911 - a table
    """Raises _UnboundedError. `inside` are the models that this one is a part of."""
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        if name in inside or name not in known:
            raise _UnboundedError
        return _size(known[name], known, (*inside, name))
    if branches := schema.get("anyOf") or schema.get("oneOf"):
        sizes = [_size(branch, known, inside) for branch in branches]
        return max(size for size, _ in sizes), max(tokens for _, tokens in sizes)
    if choices := schema.get("enum") or ([schema["const"]] if "const" in schema else ()):
        return max(_text(len(json.dumps(choice))) for choice in choices), 0
    match schema.get("type"):
        case "object" if "properties" in schema and not schema.get("additionalProperties"):
            parts = [_size(part, known, inside) for part in schema["properties"].values()]
            names = _text(0) + sum(_text(len(name)) for name in schema["properties"])
            return names + sum(size for size, _ in parts), 1 + sum(1 + tokens for _, tokens in parts)
        case "array":
            return _array(schema, known, inside)
        case "string" if "maxLength" in schema:
            return _text(schema["maxLength"]), 0
        case "string" if schema.get("format") not in _OF_FIXED_LENGTH:
            raise _UnboundedError
        case "string" | "integer" | "number" | "boolean" | "null":
            return _SCALAR_BYTES, 0
    raise _UnboundedError


def _array(schema: Schema, known: Mapping[str, Schema], inside: tuple[str, ...]) -> tuple[int, int]:
    first = [_size(item, known, inside) for item in schema.get("prefixItems", ())]
    most = schema.get("maxItems", len(first) or None)
    if most is None:
        raise _UnboundedError
    size, tokens = _text(0) + sum(size for size, _ in first), 1 + sum(1 + tokens for _, tokens in first)
    if (more := most - len(first)) > 0:
        item_size, item_tokens = _size(schema.get("items", {}), known, inside)
        size, tokens = size + more * (item_size + 1), tokens + more * (item_tokens + 1)
    return size, tokens


def _text(characters: int) -> int:
    """Bytes, with quotes and punctuation."""
    return characters * CHARACTER_BYTES + 8
