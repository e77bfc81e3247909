"""What Check does for every type: faults against the catalog, and names that Google's provider makes up."""

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hearth.catalog.types import ResourceType
from hearth.plugin.kinds import UNKNOWN, Failure, Values

AUTONAMED = "__defaults"
"""The input in which Google's provider (its Terraform bridge) keeps the names of the properties that it made up."""

_SUFFIX_BYTES = 4
_SCALARS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "a text"),
    "boolean": ((bool,), "true or false"),
    "integer": ((int,), "a whole number"),
    "number": ((int, float), "a number"),
}


@dataclass(frozen=True)
class Autoname:
    """A name made from the resource's own and a random end, where a program leaves it out."""

    property: str
    most: int


def faults(type: ResourceType, inputs: Values) -> list[Failure]:
    """Missing and unknown properties, and values of the wrong kind, each by its path."""
    declared = {name: value for name, value in inputs.items() if name != AUTONAMED}
    found = [*type.faults(declared), *_scalar_faults("", type.inputs, declared)]
    return [Failure(path, reason) for path, _, reason in (fault.partition(": ") for fault in sorted(set(found)))]


def named(rule: Autoname | None, urn: str, olds: Values | None, news: Values) -> dict[str, Any]:
    """`news` with the name filled in: the one that was made up before, or a new one."""
    inputs = {name: value for name, value in news.items() if value is not None and name != AUTONAMED}
    if rule is None or rule.property in inputs:
        return inputs
    made_up = olds is not None and rule.property in olds.get(AUTONAMED, [])
    name = olds[rule.property] if olds is not None and made_up else _name(urn, rule.most)
    return inputs | {rule.property: name, AUTONAMED: [rule.property]}


def made_up(inputs: Values, property: str) -> bool:
    """Whether the program left this name to the provider."""
    return property in inputs.get(AUTONAMED, [])


def _name(urn: str, most: int) -> str:
    suffix = secrets.token_hex(_SUFFIX_BYTES)[1:]
    stem = re.sub(r"[^a-z0-9-]", "-", urn.rpartition("::")[2].lower())
    return f"{stem[: most - len(suffix) - 1]}-{suffix}"


def _scalar_faults(path: str, shape: Any, value: Any) -> Iterator[str]:
    if value is None or value is UNKNOWN:
        return
    if isinstance(shape, list):
        for at, item in enumerate(value if isinstance(value, list) else []):
            yield from _scalar_faults(f"{path}[{at}]", shape[0], item)
    elif isinstance(shape, Mapping):
        shapes = {name.removesuffix("!"): inner for name, inner in shape.items()}
        for name, item in value.items() if isinstance(value, Mapping) else ():
            inner = shapes.get(name, shapes.get("*"))
            yield from _scalar_faults(f"{path}.{name}" if path else name, inner, item)
    elif shape in _SCALARS:
        types, meant = _SCALARS[shape]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            # Not the value itself: it may be a secret.
            yield f"{path}: {meant} was expected, not {type(value).__name__}"
