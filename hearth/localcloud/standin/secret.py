"""What Google's provider marks as secret in the state: whole properties, and what stands in an object.

It marks inputs as well as outputs. Left out: what a program itself marks, which the engine carries over.
"""

from collections.abc import Mapping
from typing import Any

from hearth.catalog.shapes import ANY_KEY, Shape, fields
from hearth.catalog.types import ResourceType
from hearth.plugin.kinds import Secret, Values


def marked(type: ResourceType, values: Values) -> dict[str, Any]:
    """Values of a type's properties with its secrets marked."""
    shapes = {**type.outputs, **type.inputs}
    return {name: _marked(type.secret, shapes.get(name), value, name) for name, value in values.items()}


def _marked(secret: frozenset[str], shape: Shape, value: Any, path: str) -> Any:
    if path in secret:
        return Secret(value)
    if isinstance(shape, list) and isinstance(value, list):
        return [_marked(secret, shape[0], item, path) for item in value]
    if not isinstance(shape, Mapping) or not isinstance(value, Mapping):
        return value
    if ANY_KEY in shape:
        # A key is no part of a path.
        return {key: _marked(secret, shape[ANY_KEY], item, path) for key, item in value.items()}
    known = fields(shape)
    return {key: _marked(secret, known.get(key), item, f"{path}.{key}") for key, item in value.items()}
