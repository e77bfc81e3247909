"""What a form asks for: the model's fields, as its JSON Schema describes them.

The same schema is in the API's document, so a page and the API have the same names, kinds and limits. A field of a
kind that no form has (a list, an object) is written as JSON. What values are right is not decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from flask_hearth.model.declaration import Declaration

Schema = Mapping[str, Any]
Kind = Literal["text", "multiline", "number", "checkbox", "choice", "json"]

LINE_CHARACTERS: Final = 255
"""Texts that may be longer get several lines."""

_INPUT_TYPES: Final = {"date": "date", "time": "time", "email": "email", "uri": "url"}
"""By the schema's `format`. Moments are typed as text: browsers' date-time inputs know no time zones."""

_FORMAT_HINTS: Final = {"date-time": "For example 2026-01-31T12:00:00Z.", "uuid": "A UUID."}


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a form."""

    name: str
    label: str
    kind: Kind
    hint: str
    required: bool
    """Whether there is no sense in sending it empty."""
    nullable: bool
    is_text: bool
    """Whether any text is a value of it, the empty one included."""
    input_type: str = "text"
    attributes: tuple[tuple[str, str], ...] = ()
    """Limits that a browser can check while somebody types. Not maxlength: it cuts off what is pasted, unseen."""
    choices: tuple[Any, ...] = ()
    default: Any = None


@cache
def fields(declaration: Declaration) -> tuple[Field, ...]:
    """In the model's order."""
    schema = declaration.model.model_json_schema(by_alias=False)
    known: Mapping[str, Schema] = schema.get("$defs", {})
    # Of a model that is within itself, its own schema is one of those known.
    own = _followed(schema, known)
    required = set(own.get("required", ()))
    return tuple(_field(declaration, name, part, known, name in required) for name, part in own["properties"].items())


def title(declaration: Declaration) -> Field:
    """The field that objects go by: the one that is declared, else the first text, else the first of all."""
    known = fields(declaration)
    wanted = declaration.title
    return next((field for field in known if (field.name == wanted if wanted else field.is_text)), known[0])


def humanize(name: str) -> str:
    """A collection, object or field as a person writes it."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _field(declaration: Declaration, name: str, part: Schema, known: Mapping[str, Schema], required: bool) -> Field:  # noqa: FBT001
    schema, nullable = _single(part, known)
    kind = _kind(schema, nullable=nullable)
    hints = [part.get("description") or "", _limits(schema, kind), _FORMAT_HINTS.get(schema.get("format", ""), "")]
    return Field(
        name=name,
        label=declaration.model.model_fields[name].title or humanize(name),
        kind=kind,
        hint=" ".join(hint for hint in hints if hint),
        required=not nullable and (kind == "choice" or (required and kind != "checkbox") or _never_empty(schema)),
        nullable=nullable,
        is_text=schema.get("type") == "string" and kind != "choice" and "format" not in schema,
        input_type="number" if kind == "number" else _INPUT_TYPES.get(schema.get("format", ""), "text"),
        attributes=_attributes(schema) if kind == "number" else (),
        choices=_choices(schema) if kind == "choice" else (),
        default=part.get("default"),
    )


def _single(part: Schema, known: Mapping[str, Schema]) -> tuple[Schema, bool]:
    """The one schema that a form can ask for, and whether null will do as well."""
    branches = [_followed(branch, known) for branch in part.get("anyOf", [part])]
    some = [branch for branch in branches if branch.get("type") != "null"]
    nullable = len(some) < len(branches)
    if len(some) == 1:
        return some[0], nullable
    # Number or text, as of a Decimal: text can hold both. Anything else is written as JSON.
    texts = [branch for branch in some if branch.get("type") == "string"]
    scalar = all(branch.get("type") in {"string", "number", "integer"} for branch in some)
    return (texts[0] if texts and scalar else {}), nullable


def _followed(part: Schema, known: Mapping[str, Schema]) -> Schema:
    target = known.get(part.get("$ref", "").rpartition("/")[2])
    return part if target is None else {**target, **part}


def _kind(schema: Schema, *, nullable: bool) -> Kind:
    # A box has two states, which is one too few for yes, no and nothing.
    if "enum" in schema or "const" in schema or (schema.get("type") == "boolean" and nullable):
        return "choice"
    match schema.get("type"):
        case "string":
            long = "format" not in schema and schema.get("maxLength", LINE_CHARACTERS + 1) > LINE_CHARACTERS
            return "multiline" if long and "pattern" not in schema else "text"
        case "integer" | "number":
            return "number"
        case "boolean":
            return "checkbox"
    return "json"


def _never_empty(schema: Schema) -> bool:
    length: int = schema.get("minLength", 0)
    return length > 0


def _choices(schema: Schema) -> tuple[Any, ...]:
    return tuple(schema["enum"]) if "enum" in schema else (schema["const"],) if "const" in schema else (True, False)


def _limits(schema: Schema, kind: Kind) -> str:
    if kind == "json":
        return "Written as JSON."
    if "maxLength" in schema and kind in {"text", "multiline"}:
        return f"At most {schema['maxLength']:,} characters."
    low, high = schema.get("minimum"), schema.get("maximum")
    if kind == "number" and low is not None and high is not None:
        return f"From {_counted(low)} to {_counted(high)}."
    return ""


def _counted(number: float) -> str:
    return f"{int(number) if number == int(number) else number:,}"


def _attributes(schema: Schema) -> tuple[tuple[str, str], ...]:
    limits = {"min": schema.get("minimum"), "max": schema.get("maximum")}
    step = schema.get("multipleOf", 1 if schema["type"] == "integer" else "any")
    return tuple((name, str(value)) for name, value in {**limits, "step": step}.items() if value is not None)
