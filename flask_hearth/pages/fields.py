"""What a form asks for: the model's fields, as its JSON Schema describes them.

The API's document is made of the same schema, so a page and the API have the same names, kinds and limits. What no form
has a control for (lists of objects, unions, a model within itself) is written as JSON. What values are right is not
decided here.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from flask_hearth.model.declaration import Declaration
from flask_hearth.pages import hints, limits
from flask_hearth.pages.field import LEFT_OUT, Field, Kind
from flask_hearth.pages.schema import Schema, form_schema

LINE_CHARACTERS: Final = 255
"""Texts that may be longer get several lines."""

_INPUT_TYPES: Final = {"number": "number", "decimal": "number", "date": "date", "time": "time"}
"""By kind or by the schema's `format`."""

_ON_A_LINE: Final = {"text", "multiline", "number", "decimal", "choice", "reference"}


def fields(declaration: Declaration) -> tuple[Field, ...]:
    """Those of a form, in the model's order."""
    return tuple(field for field in _all(declaration) if field.name not in declaration.read_only)


def shown_fields(declaration: Declaration) -> tuple[Field, ...]:
    """Those of an object, as its pages show it."""
    return tuple(field for field in _all(declaration) if field.name not in declaration.write_only)


@cache
def _all(declaration: Declaration) -> tuple[Field, ...]:
    # Of a model that is within itself, its own schema is one of those known.
    schema, known = _followed(form_schema(declaration.model))
    return _parts(schema, known, (), ())


def title(declaration: Declaration) -> Field:
    """The field that objects go by: the one that is declared, else the first text, else the first of all."""
    known = shown_fields(declaration)
    wanted = declaration.title
    return next((field for field in known if (field.name == wanted if wanted else field.is_text)), known[0])


def humanize(name: str) -> str:
    """A collection, object or field as a person writes it."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _parts(
    schema: Schema, known: Mapping[str, Schema], path: tuple[str, ...], labels: tuple[str, ...]
) -> tuple[Field, ...]:
    if schema.get("type") != "object" or schema.get("additionalProperties"):
        return ()
    required = schema.get("required", ())
    return tuple(
        _field((*path, name), labels, part, known, required=name in required)
        for name, part in schema.get("properties", {}).items()
    )


def _field(
    path: tuple[str, ...], labels: tuple[str, ...], part: Schema, known: Mapping[str, Schema], *, required: bool
) -> Field:
    part, schema, known, nullable = _single(part, known)
    labels = (*labels, part.get("title") or humanize(path[-1]))
    parts, item = _parts(schema, known, path, labels), _item(schema, known, path)
    listed = item is not None and item.kind in _ON_A_LINE and not item.nullable
    kind: Kind = "group" if parts else "lines" if listed else _kind(schema, nullable=nullable)
    choices = _choices(schema) if kind == "choice" else ()
    is_text = kind in {"text", "multiline"} and "format" not in schema
    required = not nullable and (
        _never_empty(schema)
        or kind == "reference"
        or (kind == "choice" and "" not in choices)
        or (required and kind not in {"checkbox", "choice", "lines"})
    )
    input_type = _INPUT_TYPES.get(kind, _INPUT_TYPES.get(schema.get("format", ""), "text"))
    write_only = bool(part.get("writeOnly"))
    return Field(
        path=path,
        label=labels[-1],
        full_label=": ".join(labels),
        kind=kind,
        hint=hints.hint(part, schema, kind, item, nullable=nullable),
        write_only=write_only,
        required=required,
        nullable=nullable,
        is_text=is_text,
        blank=_blank(kind, nullable=nullable, empty_text="" in choices or (is_text and not required)),
        input_type=input_type,
        attributes=limits.attributes(schema, input_type) if kind in {"text", "multiline", "number", "decimal"} else (),
        choices=choices,
        default=part.get("default"),
        ref=schema.get("ref"),
        parts=parts,
        item=item if listed else None,
    )


def _single(part: Schema, known: Mapping[str, Schema]) -> tuple[Schema, Schema, Mapping[str, Schema], bool]:
    """What is said of it, the one schema that a form can ask for, those known in it, and whether null will do."""
    branches = part.get("anyOf", [part])
    some = [branch for branch in branches if branch.get("type") != "null"]
    only = some[0] if len(some) == 1 else {}
    schema, known = _followed(only, known)
    choices = [choice for choice in schema.get("enum", ()) if choice is not None]
    nullable = len(some) < len(branches) or len(choices) < len(schema.get("enum", ()))
    return only | part, schema | {"enum": choices} if choices else schema, known, nullable


def _followed(part: Schema, known: Mapping[str, Schema] | None = None) -> tuple[Schema, Mapping[str, Schema]]:
    """What a reference leads to, and the others that may be met within."""
    known = part.get("$defs", {}) if known is None else known
    target = part.get("$ref", "").rpartition("/")[2]
    if target not in known:
        return part, known
    return {**known[target], **part}, {name: each for name, each in known.items() if name != target}


def _item(schema: Schema, known: Mapping[str, Schema], path: tuple[str, ...]) -> Field | None:
    """What a list is of, if that is the same everywhere in it."""
    if schema.get("type") != "array" or "prefixItems" in schema or not schema.get("items"):
        return None
    return _field(path, (), schema["items"], known, required=True)


def _kind(schema: Schema, *, nullable: bool) -> Kind:  # noqa: PLR0911 - a table
    if "ref" in schema:
        return "reference"
    # A box has two states, which is one too few for yes, no and nothing.
    if "enum" in schema or "const" in schema or (schema.get("type") == "boolean" and nullable):
        return "choice"
    match schema.get("type"):
        case "string" if schema.get("format") == "decimal":
            return "decimal"
        case "string":
            long = "format" not in schema and schema.get("maxLength", LINE_CHARACTERS + 1) > LINE_CHARACTERS
            return "multiline" if long and "pattern" not in schema else "text"
        case "integer" | "number":
            return "number"
        case "boolean":
            return "checkbox"
    return "json"


def _never_empty(schema: Schema) -> bool:
    return bool(schema.get("minLength") or schema.get("minItems"))


def _blank(kind: Kind, *, nullable: bool, empty_text: bool) -> Any:
    if kind == "checkbox":
        return False
    return None if nullable else "" if empty_text else [] if kind == "lines" else LEFT_OUT


def _choices(schema: Schema) -> tuple[Any, ...]:
    return tuple(schema["enum"]) if "enum" in schema else (schema["const"],) if "const" in schema else (True, False)
