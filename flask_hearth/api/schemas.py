"""JSON Schemas of the declared models: what clients write, what they patch, what they read.

Pydantic's own schemas are JSON Schema 2020-12, which is the dialect of OpenAPI 3.1, so they are taken as they are.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from flask_hearth.api.pagination import MAX_PER_PAGE
from flask_hearth.model import ids
from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.stores import queries
from flask_hearth.views.changes import Change
from flask_hearth.views.declaration import View

Schema = dict[str, Any]

_REF: Final = "#/components/schemas/"
_ID: Final[Schema] = {"type": "string", "pattern": f"^{ids.PATTERN}$", "readOnly": True}


class _Plain(GenerateJsonSchema):
    """Without titles, which only repeat the names of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def ref(name: str) -> Schema:
    return {"$ref": _REF + name}


def input_name(declaration: Declaration) -> str:
    return f"{declaration.model.__name__}Input"


def patch_name(model: str) -> str:
    return f"{model}Patch"


def body_name(change: Change) -> str:
    return change.body.model.__name__


def page_name(model: type[Model]) -> str:
    return f"{model.__name__}Page"


def field(declaration: Declaration, name: str) -> Schema:
    """One field's values as a parameter has them, whole: its references are followed."""
    if name in queries.TIMES:
        return {"type": "string", "format": "date-time"}
    found = queries.adapter(declaration.stored_model, name).json_schema(schema_generator=_Plain)
    known = found.pop("$defs", {})
    some = [known.get(each.get("$ref", "").rpartition("/")[2], each) for each in found.get("anyOf", [found])]
    # No text stands for null.
    branches = [{"const": ""} if each.get("type") == "null" else _without_default(each) for each in some]
    return branches[0] if len(branches) == 1 else {"anyOf": branches}


def all_schemas(declarations: Sequence[Declaration], views: Sequence[View[Any]]) -> dict[str, Schema]:
    """All schemas by name. Raises ValueError when two of them would have one name."""
    parts = {part: each.told_apart_by for each in declarations for part in each.parts.values()}
    bodies = [change.body.model for view in views for change in view.changes.values() if change.parameter]
    models = [*(each.model for each in parts), *(each.output for each in views), *bodies]
    found, shared = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(models)],
        ref_template=_REF + "{model}",
        schema_generator=_Plain,
    )
    known: dict[str, Schema] = shared.get("$defs", {})
    own: list[tuple[str, Schema]] = []
    patches: dict[str, Schema] = {}
    for part, told_apart_by in parts.items():
        written = known.pop(found[part.model, "validation"]["$ref"].removeprefix(_REF))
        taken = _told(_without(written, part.read_only), told_apart_by)
        own += [
            (part.model.__name__, _representation(_without(written, part.write_only))),
            (input_name(part), taken | {"title": input_name(part)}),
        ]
        _patches(part.model.__name__, taken, known, patches)
    for declaration in declarations:
        own += [*_of_types(declaration), (page_name(declaration.model), _page(declaration.name, declaration.model))]
    for view in views:
        made = known.pop(found[view.output, "validation"]["$ref"].removeprefix(_REF))
        own += [(view.output.__name__, _view(made)), (page_name(view.output), _page(view.name, view.output))]
    schemas: dict[str, Schema] = {}
    for name, schema in [*own, *patches.items(), *known.items()]:
        if name in schemas:
            raise ValueError(f"Two schemas are named {name}: give one of the models another name.")
        schemas[name] = schema
    return schemas


def _told(written: Schema, field: str | None) -> Schema:
    """With the field that tells types apart, which a body has to have."""
    return written if field is None else written | {"required": sorted({*written.get("required", ()), field})}


def _of_types(declaration: Declaration) -> list[tuple[str, Schema]]:
    """What stands for all types of a collection: an answer, a body, and a patch, which need not say the type."""
    name, parts = declaration.model.__name__, declaration.parts
    if not declaration.types:
        return []
    answers = {value: ref(part.model.__name__) for value, part in parts.items()}
    bodies = {value: ref(input_name(part)) for value, part in parts.items()}
    changes = [ref(patch_name(part.model.__name__)) for part in parts.values()]
    return [
        *(
            (title, {"title": title, "oneOf": [*some.values()], "discriminator": _discriminator(declaration, some)})
            for title, some in ((name, answers), (input_name(declaration), bodies))
        ),
        (patch_name(name), {"title": patch_name(name), "anyOf": changes}),
    ]


def _discriminator(declaration: Declaration, some: Mapping[str, Schema]) -> Schema:
    return {
        "propertyName": declaration.told_apart_by,
        "mapping": {value: schema["$ref"] for value, schema in some.items()},
    }


def _without(written: Schema, names: frozenset[str]) -> Schema:
    found = {name: each for name, each in written.get("properties", {}).items() if name not in names}
    required = [name for name in written.get("required", ()) if name not in names]
    return {key: each for key, each in written.items() if key != "required"} | (
        {"properties": found} | ({"required": required} if required else {}) if names else written
    )


def _representation(written: Schema) -> Schema:
    """What the service sets is part of every answer, as is every field."""
    moment = {"type": "string", "format": "date-time", "readOnly": True}
    properties = {
        "id": _ID,
        **{name: _without_default(schema) for name, schema in written.get("properties", {}).items()},
        "created_at": moment | {"description": "Creation time; lists are sorted by it."},
        "updated_at": moment | {"description": "Time of the last change."},
    }
    return written | {"properties": properties, "required": list(properties)}


def _view(made: Schema) -> Schema:
    properties = {"id": _ID, **{name: _without_default(schema) for name, schema in made.get("properties", {}).items()}}
    return made | {"properties": properties, "required": list(properties)}


def _patches(name: str, written: Schema, known: Mapping[str, Schema], found: dict[str, Schema]) -> dict[str, Schema]:
    """RFC 7396: any of the fields; null puts one back to its default, which those without a default don't have.

    Adds the schemas of patches of the objects within, which are merged too.
    """
    properties: dict[str, Schema] = {}
    # Entered before its fields are looked at: a model may be within itself.
    found[patch_name(name)] = {
        "type": "object",
        "title": patch_name(name),
        "description": f"The fields of {name} to change; null resets one to its default.",
        "properties": properties,
        "additionalProperties": False,
    }
    for field, schema in written.get("properties", {}).items():
        bare = _merged(_without_default(schema), known, found)
        required = field in written.get("required", [])
        properties[field] = bare if required else {"anyOf": [bare, {"type": "null"}]}
    return found


def _merged(schema: Schema, known: Mapping[str, Schema], found: dict[str, Schema]) -> Schema:
    """What a patch may have in a field's place."""
    name = schema.get("$ref", "").removeprefix(_REF)
    if name in known and known[name].get("type") == "object":
        if patch_name(name) not in found:
            _patches(name, known[name], known, found)
        return ref(patch_name(name))
    if "anyOf" in schema:
        return schema | {"anyOf": [_merged(branch, known, found) for branch in schema["anyOf"]]}
    return schema


def _without_default(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "default"}


def _page(name: str, model: type[Model]) -> Schema:
    properties: dict[str, Schema] = {
        name: {"type": "array", "items": ref(model.__name__), "maxItems": MAX_PER_PAGE},
        "page": {"type": ["integer", "null"], "minimum": 1, "description": "null if the request has a cursor."},
        "per_page": {"type": "integer", "minimum": 1, "maximum": MAX_PER_PAGE},
        "total": {
            "type": ["integer", "null"],
            "minimum": 0,
            "description": "Number of objects that the query finds; null if it has a cursor.",
        },
        "next": {"type": ["string", "null"], "description": "Cursor of the next page: send it as `cursor`."},
    }
    return {
        "type": "object",
        "title": page_name(model),
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
