"""Which fields of a kind of resource the local cloud plays, and what of a request may set them.

A field that is not played is refused: it would pass unnoticed until the deploy to Google. What Google computes is
dropped from requests instead, as Google does, because clients send back what they read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hearth.localcloud.errors import ApiError

Shape = Any
"""A type, a list of one shape, or shapes by name (`*` for any name)."""

_SNAKE = re.compile(r"_([a-z])")


@dataclass(frozen=True, kw_only=True)
class Fields:
    """The fields of one kind of resource."""

    kind: str
    """As messages call it: `service`."""
    shape: Mapping[str, Shape]
    computed: frozenset[str]
    """Output only."""

    def settable(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """What of a request's body a client may set.

        Raises ApiError (400) for anything that is not played, or of another form.
        """
        kept: dict[str, Any] = _normal({name: value for name, value in body.items() if name not in self.computed})
        _check(self.kind, self.shape, kept)
        return kept

    def merge(self, current: Mapping[str, Any], body: Mapping[str, Any], mask: str) -> dict[str, Any]:
        """The fields of `current` that a client may set, with those that an updateMask names taken from `body`."""
        merged: dict[str, Any] = {name: current[name] for name in self.shape if name in current and name != "etag"}
        if "etag" in body:
            merged["etag"] = body["etag"]
        for path in filter(None, (part.strip() for part in mask.split(","))):
            names = [_SNAKE.sub(lambda found: found[1].upper(), name) for name in path.split(".")]
            if names[0] not in self.shape:
                raise ApiError(400, f"updateMask: {path!r} is not a field of a {self.kind} that can be set")
            _put(merged, body, names)
        return merged


def check_etag(current: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Raise ApiError (409) when a change is based on another state than the current one."""
    if given.get("etag", current["etag"]) != current["etag"]:
        raise ApiError(
            409,
            f"Conflict for resource '{current['name'].rpartition('/')[2]}': version '{given['etag']}' was specified "
            f"but current version is '{current['etag']}'.",
            "ABORTED",
        )


def _put(merged: dict[str, Any], body: Mapping[str, Any], names: list[str]) -> None:
    source: Any = body
    for name in names:
        source = source.get(name) if isinstance(source, Mapping) else None
    target = merged
    for name in names[:-1]:
        # Copied on the way, as the current state must stay what it is.
        target[name] = dict(target.get(name) or {})
        target = target[name]
    if source is None:
        target.pop(names[-1], None)
    else:
        target[names[-1]] = source


def _check(path: str, shape: Shape, value: Any) -> None:
    if isinstance(shape, type):
        # A number is no boolean, though Python says so the other way round.
        if not isinstance(value, shape) or (shape is int and isinstance(value, bool)):
            raise ApiError(400, f"Invalid value at '{path}': expected {shape.__name__}, got {value!r}")
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise ApiError(400, f"Invalid value at '{path}': expected a list")
        for at, item in enumerate(value):
            _check(f"{path}[{at}]", shape[0], item)
    elif not isinstance(value, dict):
        raise ApiError(400, f"Invalid value at '{path}': expected an object")
    else:
        for name, item in value.items():
            if name not in shape and "*" not in shape:
                raise ApiError(
                    400,
                    f"Unknown name \"{name}\" at '{path}': the local cloud does not play this field; "
                    f"it knows {', '.join(sorted(shape))}.",
                )
            _check(f"{path}.{name}", shape.get(name, shape.get("*")), item)


def _normal(value: Any) -> Any:
    """Without nulls, which mean "not set", and with whole numbers as such (JSON mapping of protocol buffers)."""
    if isinstance(value, dict):
        return {name: _normal(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_normal(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
