"""The shapes in which the catalog writes what properties may hold, and values compared with them.

A shape is `string`, `boolean`, `integer`, `number`, `asset`, or None for anything; a list of one shape; an object of
shapes by name, `name!` where it is required in it; or `{"*": shape}` for free keys.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Shape = Any
ANY_KEY = "*"

_SCALARS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "a text"),
    "boolean": ((bool,), "true or false"),
    "integer": ((int,), "a whole number"),
    "number": ((int, float), "a number"),
}
_ZERO: Mapping[str | None, Any] = {"string": "", "boolean": False, "integer": 0, "number": 0}


def fields(shape: Shape) -> Mapping[str, Shape]:
    """The properties of an object, without marks; none for anything else."""
    if not isinstance(shape, Mapping) or ANY_KEY in shape:
        return {}
    return {name.removesuffix("!"): inner for name, inner in shape.items()}


def paths(shape: Shape, prefix: str = "") -> Iterator[str]:
    """Every path of a shape, outermost first: `template`, `template.containers`, `template.containers.image`."""
    while isinstance(shape, list) or (isinstance(shape, Mapping) and ANY_KEY in shape):
        shape = shape[0] if isinstance(shape, list) else shape[ANY_KEY]
    for name, inner in fields(shape).items():
        yield f"{prefix}{name}"
        yield from paths(inner, f"{prefix}{name}.")


def faults(
    shape: Shape, value: Any, allowed: Mapping[str, Sequence[str]], path: str = "", place: str = ""
) -> Iterator[str]:
    """What is missing, unknown or misshapen in a value, all the way down, as paths with what is wrong.

    `allowed` are the texts that may stand at a place, which is a path without list places. Neither an asset nor a
    value that a preview does not know yet is of the wrong shape. What else a value is, is not told: it may be a secret.
    """
    if shape is None or not isinstance(value, str | int | float | bool | list | Mapping):
        return
    if isinstance(shape, str):
        yield from _scalar_faults(shape, value, allowed.get(place), path)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{path}: a list was expected"
            return
        for at, item in enumerate(value):
            yield from faults(shape[0], item, allowed, f"{path}[{at}]", place)
    elif not isinstance(value, Mapping):
        yield f"{path}: an object was expected"
    else:
        free = ANY_KEY in shape
        known = dict.fromkeys(value, shape[ANY_KEY]) if free else fields(shape)
        prefix, above = f"{path}." if path else "", f"{place}." if place else ""
        yield from () if free else _named(shape, value, prefix)
        for name in sorted(known.keys() & value.keys()):
            yield from faults(known[name], value[name], allowed, f"{prefix}{name}", place if free else f"{above}{name}")


def zero(shape: Shape) -> Any:
    """What stands for a value of a shape that is not there; None for an object that has names of its own."""
    if isinstance(shape, list):
        return []
    if isinstance(shape, Mapping):
        return {} if ANY_KEY in shape else None
    return _ZERO.get(shape)


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that is spelt most like this one; None where none is near."""
    return next(iter(difflib.get_close_matches(name, list(names), n=1)), None)


def _named(shape: Mapping[str, Shape], value: Mapping[str, Any], prefix: str) -> Iterator[str]:
    """What an object's own names are wrong in."""
    known = fields(shape)
    for name in sorted(set(value) - set(known)):
        near = nearest(name, known)
        yield f"{prefix}{name}: no such property" + (f"; did you mean {near}?" if near else "")
    for name in sorted(shape):
        if name.endswith("!") and value.get(name[:-1]) is None:
            yield f"{prefix}{name[:-1]}: required, and missing"


def _scalar_faults(shape: str, value: Any, allowed: Sequence[str] | None, path: str) -> Iterator[str]:
    types, meant = _SCALARS.get(shape, ((object,), ""))
    if not isinstance(value, types) or (isinstance(value, bool) and types[0] in (int, str)):
        yield f"{path}: {meant} was expected, not {type(value).__name__}"
    elif allowed and value and str(value) not in allowed:
        yield f"{path}: one of {', '.join(allowed)} was expected, not {value}"
