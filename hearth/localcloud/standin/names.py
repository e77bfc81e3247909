"""Translate between Pulumi's property names and shapes and those of Google's REST APIs.

Most properties are called and shaped the same on both sides; a type's row lists those that are not, by path, without
list places: `template.containers.envs` is `env` in the API.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


class Way(Enum):
    """How a value's shape differs on the two sides."""

    SAME = auto()
    ONE_OF_LIST = auto()
    """An object here, a list of that one object there."""
    LIST_OF_ONE = auto()
    """A list of one object here, the object there."""
    KEYED = auto()
    """A list here, a map by the items' `id` there."""
    LAST = auto()
    """The last segment of a resource name here, the whole name there; never sent."""


@dataclass(frozen=True)
class Field:
    """What a property is in the API: a path relative to the object it stands in, and how its shape differs."""

    rest: str
    way: Way = Way.SAME


Names = Mapping[str, Field]
Shape = Mapping[str, Any]

_ANY_KEY = "*"


def to_rest(names: Names, values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """An API's body from properties."""
    body: dict[str, Any] = {}
    for name, value in values.items():
        path = f"{prefix}{name}"
        way, place = _place(names, path, name)
        if way is not Way.LAST:
            _put(body, place, _there(way, _inner_to_rest(names, value, path)))
    return body


def from_rest(names: Names, shape: Shape, body: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Properties of a `shape`, as the catalog writes it, from an API's body; what it does not name is left out."""
    values: dict[str, Any] = {}
    for marked, inner in shape.items():
        name = marked.removesuffix("!")
        path = f"{prefix}{name}"
        way, place = _place(names, path, name)
        there = _get(body, place)
        if there is not None:
            values[name] = _inner_from_rest(names, inner, _here(way, there), path)
    return values


def rest_roots(names: Names, properties: Iterable[str]) -> list[str]:
    """The body's top-level fields that these properties live in, as an update mask lists them."""
    return sorted({_place(names, name, name)[1][0] for name in properties})


def _place(names: Names, path: str, name: str) -> tuple[Way, list[str]]:
    field = names.get(path)
    # A name that is not in the table may be a label's, with dots of its own.
    return (Way.SAME, [name]) if field is None else (field.way, field.rest.split("."))


def _inner_to_rest(names: Names, value: Any, path: str) -> Any:
    if isinstance(value, Mapping):
        return to_rest(names, value, f"{path}.")
    if isinstance(value, list):
        return [_inner_to_rest(names, item, path) for item in value]
    return value


def _inner_from_rest(names: Names, shape: Any, value: Any, path: str) -> Any:
    if isinstance(shape, list) and isinstance(value, list):
        return [_inner_from_rest(names, shape[0], item, path) for item in value]
    if isinstance(shape, Mapping) and isinstance(value, Mapping):
        return dict(value) if _ANY_KEY in shape else from_rest(names, shape, value, f"{path}.")
    if shape == "integer" and isinstance(value, str):
        # JSON of Google's APIs carries 64-bit integers as text.
        return int(value)
    if shape == "string" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _there(way: Way, value: Any) -> Any:
    if way is Way.ONE_OF_LIST:
        return [value]
    if way is Way.LIST_OF_ONE:
        return value[0] if value else {}
    if way is Way.KEYED:
        return {item["id"]: item for item in value}
    return value


def _here(way: Way, value: Any) -> Any:
    if way is Way.ONE_OF_LIST:
        return value[0] if value else None
    if way is Way.LIST_OF_ONE:
        return [value]
    if way is Way.KEYED:
        return list(value.values())
    if way is Way.LAST:
        return str(value).rpartition("/")[2]
    return value


def _put(body: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        body = body.setdefault(step, {})
    body[path[-1]] = value


def _get(body: Mapping[str, Any], path: list[str]) -> Any:
    here: Any = body
    for step in path:
        if not isinstance(here, Mapping):
            return None
        here = here.get(step)
    return here
