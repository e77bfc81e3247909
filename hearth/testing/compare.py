"""An inventory against a recorded stack: exact counts, a subset of values, exact options and outputs.

Exact counts, so that a resource too many fails; subsets, so that a new default of a provider does not.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from hearth.testing.recorder import Resource, Stack

OPTIONS = ("protect", "retain", "parent")


def differences(inventory: Mapping[str, Any], stack: Stack) -> Iterator[str]:
    """One line for each difference: where, what was declared, what was expected."""
    for token in sorted({*inventory["counts"], *stack.counts}):
        declared, expected = stack.counts.get(token, 0), inventory["counts"].get(token, 0)
        if declared != expected:
            yield f"counts: {declared} of {token}, expected {expected}"
    for entry in inventory["resources"]:
        try:
            resource = stack.one(entry["type"], entry["name"])
        except LookupError as missing:
            yield str(missing)
            continue
        yield from _resource(entry, resource)
    yield from _values("outputs", inventory["outputs"], stack.outputs)
    yield from (
        f"outputs.{extra}: declared, not expected" for extra in sorted(set(stack.outputs) - set(inventory["outputs"]))
    )


def _resource(entry: Mapping[str, Any], resource: Resource) -> Iterator[str]:
    for option in OPTIONS:
        if option in entry and getattr(resource, option) != entry[option]:
            yield f"{resource.short}: {option} is {getattr(resource, option)!r}, expected {entry[option]!r}"
    if "depends_on" in entry and resource.depends_on != set(entry["depends_on"]):
        missing = sorted(set(entry["depends_on"]) - resource.depends_on)
        extra = sorted(resource.depends_on - set(entry["depends_on"]))
        yield f"{resource.short}: depends_on lacks {missing}, and has {extra} unexpectedly"
    yield from _values(resource.short, entry.get("inputs", {}), resource.inputs)


def _values(at: str, expected: Any, declared: Any) -> Iterator[str]:
    """Mappings as subsets, lists item by item, everything else as it is."""
    if isinstance(expected, Mapping) and isinstance(declared, Mapping):
        for key, value in expected.items():
            if key in declared:
                yield from _values(f"{at}.{key}", value, declared[key])
            else:
                yield f"{at}.{key}: not declared, expected {value!r}"
    elif isinstance(expected, list) and isinstance(declared, list) and len(expected) == len(declared):
        for index, (left, right) in enumerate(zip(expected, declared, strict=True)):
            yield from _values(f"{at}[{index}]", left, right)
    elif expected != declared or isinstance(expected, bool) != isinstance(declared, bool):
        yield f"{at}: {declared!r}, expected {expected!r}"
