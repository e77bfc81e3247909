"""Of which kind each field of a model is, for stores that have to know, and what no store could hold.

Read from the model's JSON Schema, because what a store gets is what the model is as JSON; of texts it tells what they
stand for. Refused when the service starts is what some store would refuse later, at some client's request.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, Final, NamedTuple, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from flask_hearth.model.declaration import Declaration, DeclarationError, StoredAs
from flask_hearth.model.reference import Ref
from flask_hearth.stores.typed_schema import TYPE, TypedSchema

RESERVED_COLLECTIONS = frozenset({"alembic_version", "idempotency_keys", "unique_values"})
"""Tables and collections of the service's own."""

MAX_NAME_BYTES = 63
"""Of a field, as of any identifier (PostgreSQL documentation, 4.1.1); Firestore takes 1,500."""

# PostgreSQL documentation, 5.6, "System Columns".
_POSTGRES_COLUMNS = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


class Kind(Enum):
    TEXT = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    JSON = "json"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    LOCAL_DATETIME = "local-datetime"
    DURATION = "duration"
    UUID = "uuid"
    DECIMAL = "decimal"


_NO_TEXTS: Final = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN, Kind.JSON})

FLOAT_DIGITS: Final = 15
"""Decimals of as many come back from a float as they were (IEEE 754, `sys.float_info.dig`)."""


class FieldKind(NamedTuple):
    kind: Kind
    null: bool
    """Whether null is a value."""
    digits: tuple[int, int] | None = None
    """Of a Decimal with a bound: all, and those after the point."""

    @property
    def is_number(self) -> bool:
        """Whether stores without Decimals keep it as a number, in the order of its values; else it is a text there."""
        return self.digits is not None and self.digits[0] <= FLOAT_DIGITS


def check(declarations: Iterable[Declaration]) -> None:
    """Raises DeclarationError for names taken, or taken twice, and for fields that some store could not hold."""
    seen: set[str] = set()
    declarations = list(declarations)
    for declaration in declarations:
        if declaration.name in RESERVED_COLLECTIONS or declaration.name in seen:
            raise DeclarationError(
                f"Two collections can't both be named {declaration.name!r}; "
                f"rename that of {declaration.model.__name__}."
            )
        seen.add(declaration.name)
        _check_names(declaration)
        _check_markers(declaration)
        _check_references(declaration, [each.model for each in declarations])
        kinds(declaration)


def _check_names(declaration: Declaration) -> None:
    names = list(declaration.stored_names.values())
    for name in names:
        where = f"{declaration.model.__name__}.{name}"
        if len(name.encode()) > MAX_NAME_BYTES:
            raise DeclarationError(
                f"{where} has a name of {len(name.encode())} bytes, and Postgres keeps {MAX_NAME_BYTES}. Shorten it."
            )
        if name in _POSTGRES_COLUMNS:
            raise DeclarationError(f"{where} has the name of a column that Postgres adds to every table. Rename it.")
    lowered = Counter(name.lower() for name in names)
    if twice := [name for name in names if lowered[name.lower()] > 1]:
        raise DeclarationError(
            f"{declaration.model.__name__} declares {', '.join(twice)}, which are one column to SQLite. Rename one."
        )


def _check_markers(declaration: Declaration) -> None:
    """Raises DeclarationError for a StoredAs that nobody would look at."""
    for model, name, field, parts in _every_field(declaration):
        # Of the collection's own fields, those that are outermost are in effect.
        inner = [*parts, *(field.metadata if model is not declaration.stored_model else ())]
        if any(isinstance(part, StoredAs) for part in inner):
            raise DeclarationError(
                f"{model.__name__}.{name} has a StoredAs without effect: only a whole field of a collection has a "
                "name in the store. Write Annotated[…, StoredAs(…)] around the field's whole type, or remove it."
            )


def _check_references(declaration: Declaration, models: Sequence[type[BaseModel]]) -> None:
    """Raises DeclarationError for a reference to what is the model of no collection, or of several."""
    for model, name, _, parts in _every_field(declaration):
        for part in parts:
            if isinstance(part, type) and issubclass(part, Ref) and models.count(part.model) != 1:
                raise DeclarationError(
                    f"{model.__name__}.{name} refers to {part.model.__name__}, which is not the model of one "
                    "collection in this app, so it is not known where its objects are. Pass one declaration of it to "
                    "Hearth, or refer to the model that it is a type of."
                )


def _every_field(declaration: Declaration) -> Iterator[tuple[type[BaseModel], str, FieldInfo, list[Any]]]:
    """Of the model and of those within it: model, name, field, and all that its annotation consists of."""
    seen: set[type[BaseModel]] = set()
    left: list[type[BaseModel]] = [declaration.stored_model]
    while left:
        model = left.pop()
        seen.add(model)
        for name, field in model.model_fields.items():
            parts = list(_parts(field.annotation))
            yield model, name, field, parts
            left += [
                part for part in parts if isinstance(part, type) and issubclass(part, BaseModel) and part not in seen
            ]


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for each in get_args(annotation):
        yield from _parts(each)


@cache
def kinds(declaration: Declaration) -> Mapping[str, FieldKind]:
    """Of each field in the order of declaration. Raises DeclarationError."""
    model = declaration.stored_model
    schema = model.model_json_schema(by_alias=False, mode="serialization", schema_generator=TypedSchema)
    return {
        name: _kind(part, schema.get("$defs", {}), f"{declaration.model.__name__}.{name}")
        for name, part in _top(schema).get("properties", {}).items()
        if name in model.model_fields  # What a model computes is not stored.
    }


def _top(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a model that is within itself, its own schema is one of the definitions."""
    found: Mapping[str, Any] = schema["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


def _kind(part: Mapping[str, Any], definitions: Mapping[str, Any], where: str) -> FieldKind:
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        if name not in definitions:  # A model within itself, being looked at already.
            return FieldKind(Kind.JSON, null=False)
        return _kind(definitions[name], {key: each for key, each in definitions.items() if key != name}, where)
    if alternatives := part.get("anyOf") or part.get("oneOf"):
        real = [each for each in alternatives if each.get("type") != "null"]
        found = {_kind(each, definitions, where)._replace(null=len(real) < len(alternatives)) for each in real}
        if len(found) == 1:
            return found.pop()
        is_text = _NO_TEXTS.isdisjoint(each.kind for each in found)
        return FieldKind(Kind.TEXT if is_text else Kind.JSON, null=len(real) < len(alternatives))
    return FieldKind(_plain_kind(part, definitions, where), null=False, digits=part.get("x-digits"))


def _plain_kind(part: Mapping[str, Any], definitions: Mapping[str, Any], where: str) -> Kind:
    match part.get("type"):
        case "integer":
            _check_bounds(part, where)
            return Kind.INTEGER
        case "array":
            _check_items(part, definitions, where)
        case "object":
            _check_properties(part, definitions, where)
        case "string" | "number" | "boolean" as kind:
            return Kind(part.get(TYPE, kind))
        case _ if not part.get("enum"):
            raise DeclarationError(f"{where} has no single JSON type, so no store can keep it. Declare one type.")
    return Kind.JSON


def _check_properties(part: Mapping[str, Any], definitions: Mapping[str, Any], where: str) -> None:
    if part.get("additionalProperties"):
        raise DeclarationError(
            f"{where} accepts keys that clients choose, but Firestore reserves some names and indexes every key. "
            "Declare a model with fields, or a list of pairs."
        )
    for name, inner in part.get("properties", {}).items():
        _kind(inner, definitions, f"{where}.{name}")


def _check_bounds(part: Mapping[str, Any], where: str) -> None:
    if "enum" in part or "const" in part:
        return
    low = part.get("minimum", part.get("exclusiveMinimum"))
    high = part.get("maximum", part.get("exclusiveMaximum"))
    if low is None or high is None or low < _LOWEST or high > _HIGHEST:
        raise DeclarationError(
            f"{where} is an integer without bounds that fit into 64 bits, and larger ones can't be stored. Give it ge "
            "and le."
        )


def _check_items(part: Mapping[str, Any], definitions: Mapping[str, Any], where: str) -> None:
    inner = [part["items"]] if part.get("items") else part.get("prefixItems", [])
    if not inner:
        raise DeclarationError(
            f"{where} is a list of anything, so no store can keep it. Declare the type of its items."
        )
    for each in inner:
        if definitions.get(each.get("$ref", "").rpartition("/")[2], each).get("type") == "array":
            raise DeclarationError(f"{where} is a list of lists, which Firestore can't hold. Put each list in a model.")
        _kind(each, definitions, f"{where}[]")
