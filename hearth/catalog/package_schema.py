"""Resource types as Pulumi's package schema has them: what `pulumi import` writes a declaration by.

(Pulumi, "Pulumi Package Schema".) Only for the types that are asked for: of all, it would be as large as the
provider's own, which takes seconds to read. Left out: descriptions, and the functions.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from hearth.catalog.types import ResourceType

_ANY_KEY = "*"
_ANYTHING = {"$ref": "pulumi.json#/Any"}
_SCALARS: Mapping[Any, Mapping[str, str]] = {
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "asset": {"$ref": "pulumi.json#/Asset"},
}

META = {"moduleFormat": "(.*)(?:/[^/]*)"}
"""Where a token's module ends: `pubsub` of `gcp:pubsub/topic:Topic`."""


def package(found: Iterable[ResourceType]) -> dict[str, Any]:
    """The parts `meta`, `resources` and `types` of a package's schema."""
    types: dict[str, Any] = {}
    resources = {each.token: _resource(each, types) for each in found}
    return {"meta": META, "resources": resources, "types": types}


def _resource(type: ResourceType, types: dict[str, Any]) -> dict[str, Any]:
    inputs, outputs = (
        {name: _spec(type.token, name, shape, types) for name, shape in shapes.items()}
        for shapes in (type.inputs, type.outputs)
    )
    return {
        "inputProperties": inputs,
        "requiredInputs": sorted(type.required),
        "properties": {**inputs, **outputs},
        "required": sorted(type.required | type.computed),
    }


def _spec(token: str, path: str, shape: Any, types: dict[str, Any]) -> Mapping[str, Any]:
    """A property's type; the objects in it are declared in `types`."""
    if isinstance(shape, list):
        return {"type": "array", "items": _spec(token, path, shape[0], types)}
    if not isinstance(shape, Mapping):
        return _SCALARS.get(shape, _ANYTHING)
    if _ANY_KEY in shape:
        return {"type": "object", "additionalProperties": _spec(token, path, shape[_ANY_KEY], types)}
    name = _object(token, path)
    if name not in types:
        types[name] = {}  # Some objects hold one of their own kind.
        inner = {
            key.removesuffix("!"): _spec(token, f"{path}.{key.removesuffix('!')}", each, types)
            for key, each in shape.items()
        }
        required = sorted(key[:-1] for key in shape if key.endswith("!"))
        types[name] = {"type": "object", "properties": inner, "required": required}
    return {"$ref": f"#/types/{name}"}


def _object(token: str, path: str) -> str:
    """`gcp:pubsub/SubscriptionPushConfig:SubscriptionPushConfig`, as the provider calls its own."""
    package_, module, kind = token.split(":")
    name = kind + "".join(step[0].upper() + step[1:] for step in path.split("."))
    return f"{package_}:{module.partition('/')[0]}/{name}:{name}"
