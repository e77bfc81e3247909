"""The least that a resource of any type can be declared with."""

from collections.abc import Mapping
from typing import Any

from hearth.catalog import rules
from hearth.catalog.shapes import ANY_KEY, Shape
from hearth.catalog.types import ResourceType

PLACES = {"project": "demo-x", "region": "us-central1", "zone": "us-central1-a"}
_SCALARS: Mapping[Any, Any] = {"boolean": False, "integer": 7, "number": 7}


def least(type: ResourceType) -> dict[str, Any]:
    """What it requires by its shape, and by its rules."""
    found = {name: _value(type, type.inputs[name], name) for name in type.required}
    known = rules.of(type.token)
    for group in (*known.one, *known.some):
        if any(_at(found, path.split(".")) is not None for path in group):
            continue
        *above, name = group[0].split(".")
        parent = _at(found, above)
        if isinstance(parent, dict) and name != "*":
            parent[name] = _value(type, _shape(type.shape, group[0].split(".")), group[0])
    return found


def _value(type: ResourceType, shape: Shape, path: str) -> Any:
    """Something of a shape."""
    if isinstance(shape, list):
        return [_value(type, shape[0], path)]
    if isinstance(shape, Mapping):
        if ANY_KEY in shape:
            return {"k": _value(type, shape[ANY_KEY], path)}
        return {name[:-1]: _value(type, each, f"{path}.{name[:-1]}") for name, each in shape.items() if name[-1] == "!"}
    examples = {at: example for at, (_, example) in rules.of(type.token).forms.items()} | PLACES
    if path in examples:
        return examples[path]
    allowed = [each for each in type.values.get(path, ()) if each]
    if allowed:
        return int(allowed[0]) if shape == "integer" else allowed[0]
    return _SCALARS.get(shape, path.lower())


def _at(values: Any, steps: list[str]) -> Any:
    for step in steps:
        values = values.get(step) if isinstance(values, Mapping) else None
    return values


def _shape(shape: Shape, steps: list[str]) -> Shape:
    for step in steps:
        shape = shape.get(step, shape.get(f"{step}!"))
    return shape
