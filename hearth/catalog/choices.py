"""Properties that exclude each other or need each other, by the rules of their type (`hearth.catalog.rules`)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hearth.catalog import rules
from hearth.catalog.rules import Rules

_ALL = "*"

Inputs = Mapping[str, Any]


def alternatives(type: str) -> Sequence[str]:
    """Inputs of which one at least has to be there; none where each is known by itself."""
    known = rules.of(type)
    return next((group for group in (*known.one, *known.some) if not any("." in path for path in group)), ())


def faults(type: str, inputs: Inputs, defaults: Inputs) -> Iterator[str]:
    """What is missing or too much, as paths with the reason.

    `defaults` by path, as the provider fills them in before it counts.
    """
    known = rules.of(type)
    for group in (*known.one, *known.some):
        yield from _missing(group, inputs, defaults)
    for group in (*known.one, *known.alone):
        there = [path for path in group if _is_told(inputs, path)]
        if len(there) > 1:
            yield f"{there[-1]}: it excludes {_relative(there[0], there)}, which is there, too"
    for path, needed in _needs(known):
        if _is_told(inputs, path) and not _may_be(inputs, needed):
            yield f"{needed}: required where {_relative(path, (path, needed))} is there"


def _missing(group: Sequence[str], inputs: Inputs, defaults: Inputs) -> Iterator[str]:
    parents = {path.rpartition(".")[0] for path in group}
    found = [_at(inputs, parent) if parent else inputs for parent in parents]
    if not any(isinstance(each, Mapping) for each in found):
        return
    if group[0].endswith(_ALL):
        (parent,) = parents
        if not any(value is not None for value in found[0].values()) and not _filled(parent, defaults):
            yield f"{parent}: it must not be empty"
    elif not any(_may_be(inputs, path) for path in group):
        names = ", ".join(_relative(path, group) for path in group)
        yield f"{_common(group) or group[0]}: one of {names} is required"


def _needs(known: Rules) -> Iterator[tuple[str, str]]:
    for path, *needed in known.needs:
        yield from ((path, each) for each in needed)
    for group in known.together:
        yield from ((path, each) for path in group for each in group if each != path)


def _filled(parent: str, defaults: Inputs) -> bool:
    return any(path.rpartition(".")[0] == parent for path in defaults)


def _is_told(inputs: Inputs, path: str) -> bool:
    above = path.rpartition(".")[0]
    return _may_be(inputs, path) and (not above or isinstance(_at(inputs, above), Mapping))


def _may_be(inputs: Inputs, path: str) -> bool:
    """Whether there is a value, or may be one as soon as what is above it is known."""
    return _at(inputs, path) is not None


def _at(value: Any, path: str) -> Any:
    """The value at a path; where something above it is not known yet, that."""
    for step in path.split("."):
        if value is None or not isinstance(value, Mapping):
            return value
        value = value.get(step)
    return value


def _common(paths: Sequence[str]) -> str:
    """The object that all of them are in; "" for the resource itself."""
    parents = {path.rpartition(".")[0] for path in paths}
    return parents.pop() if len(parents) == 1 else ""


def _relative(path: str, paths: Sequence[str]) -> str:
    return path.removeprefix(f"{_common(paths)}.")
