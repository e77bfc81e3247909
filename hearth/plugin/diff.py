"""Differences between two sets of values, as the property paths that the engine prints.

A path is written so that the engine can parse it again: names joined by dots, list places in brackets, and a key
that is no plain name, such as that of a file, as `files["/a.css"]`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hearth.plugin.kinds import UNKNOWN, Values

Path = tuple[str | int, ...]

_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*", re.ASCII)
_STEP = re.compile(r'\.?([^.\[]+)|\[(\d+)\]|\.?\["((?:\\"|[^"])*)"\]')


def changed_paths(old: Values, new: Values) -> frozenset[str]:
    """Paths at which the two differ, as deep as both have something there.

    A None is as good as absent, as it is to the engine. An UNKNOWN differs from every known value.
    """
    return frozenset(format_path(path) for path in _changed((), old, new))


def format_path(path: Path) -> str:
    """`("files", "/a.css")` as `files["/a.css"]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _NAME.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += '["{}"]'.format(step.replace('"', '\\"'))
    return text


def parse_path(text: str) -> Path:
    """The reverse of `format_path`. Raises ValueError for what the engine could not parse either."""
    path: list[str | int] = []
    at = 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            raise ValueError(f"{text!r} is no property path: cannot read on at {text[at:]!r}")
        name, index, key = step.groups()
        path.append(name if name is not None else int(index) if index is not None else key.replace('\\"', '"'))
        at = step.end()
    return tuple(path)


def root(path: str) -> str:
    """The input that a path leads into: `template` of `template.containers[0].image`."""
    return str(parse_path(path)[0])


def holds(values: Values, path: Path) -> bool:
    """Whether there is something at the path; below an UNKNOWN there may be anything."""
    here: Any = values
    for step in path:
        if here is UNKNOWN:
            return True
        if isinstance(here, Mapping) and isinstance(step, str):
            here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            return False
    return here is not None


def _changed(path: Path, old: Any, new: Any) -> Iterator[Path]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in {**old, **new}:
            yield from _changed((*path, key), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        for at in range(max(len(old), len(new))):
            yield from _changed((*path, at), *(side[at] if at < len(side) else None for side in (old, new)))
    # True equals 1 in Python, but not to an API.
    elif old != new or isinstance(old, bool) != isinstance(new, bool):
        yield path
