"""Property values in the engine's events: found by path, and written so that no secret shows.

An event names a changed property by a path (`files["/a.css"]`, `template.containers[0].image`) and carries whole
inputs. In them, a value that is not known before the deployment and one that is secret have forms of their own.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from hearth.plugin import signatures

SECRET, UNKNOWN, MISSING = "[secret]", "[known after the deployment]", "(none)"
_LONGEST = 160
_STEP = re.compile(r'\.?(?P<name>[^.\[\]"]+)|\[(?P<index>\d+)\]|\["(?P<quoted>(?:[^"\\]|\\.)*)"\]')
_ABSENT = object()


def steps(path: str) -> list[str | int]:
    """The parts of a property path."""
    found: list[str | int] = []
    for match in _STEP.finditer(path):
        if match["index"] is not None:
            found.append(int(match["index"]))
        elif match["quoted"] is not None:
            found.append(re.sub(r"\\(.)", r"\1", match["quoted"]))
        else:
            found.append(match["name"])
    return found


def at(inputs: Any, path: str, default: Any = None) -> Any:
    """The value at a path. What lies in a secret or in something unknown is secret or unknown itself."""
    found = inputs
    for step in steps(path):
        if is_secret(found) or is_unknown(found):
            return found
        try:
            found = found[step]
        except (KeyError, IndexError, TypeError):
            return default
    return found


def written(inputs: Any, path: str) -> str:
    """The value at a path as a reviewer reads it: on one line, masked if it is or holds a secret."""
    value = at(inputs, path, _ABSENT)
    if value is _ABSENT or value is None:
        return MISSING
    text = _shown(value)
    if not isinstance(text, str):
        text = json.dumps(text, ensure_ascii=False)
    text = text.replace("\r", "\\r").replace("\n", "\\n")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def is_secret(value: Any) -> bool:
    return value == SECRET or (isinstance(value, Mapping) and value.get(signatures.SIGNATURE) == signatures.SECRET)


def is_unknown(value: Any) -> bool:
    return isinstance(value, str) and value in signatures.UNKNOWNS


def leaves(value: Any, path: str = "") -> Iterator[str]:
    """Paths of all values below `value` that hold no further ones."""
    if isinstance(value, Mapping) and not is_secret(value):
        for key, inner in value.items():
            plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key)
            step = (f".{key}" if path else key) if plain else f"[{json.dumps(key, ensure_ascii=False)}]"
            yield from leaves(inner, path + step)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{index}]")
    else:
        yield path


def _shown(value: Any) -> Any:
    if is_secret(value):
        return SECRET
    if is_unknown(value):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: _shown(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shown(inner) for inner in value]
    # Pulumi has one kind of number; 1.0 is what the program wrote as 1.
    return int(value) if isinstance(value, float) and value.is_integer() else value
