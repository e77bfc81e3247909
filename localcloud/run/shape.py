"""Which fields of a v2 Service the local cloud plays, and of which form each is.

A field that is not here is refused: played by nobody, it would pass unnoticed until the deploy to Google. What Google
computes is dropped from requests instead, as Google does, because clients send back what they read.
"""

import re
from collections.abc import Mapping
from typing import Any

from localcloud.errors import ApiError

Shape = Any

_TEXT, _NUMBER, _YES_NO = str, int, bool
_TEXTS: Shape = {"*": _TEXT}

_PROBE: Shape = {
    "initialDelaySeconds": _NUMBER,
    "timeoutSeconds": _NUMBER,
    "periodSeconds": _NUMBER,
    "failureThreshold": _NUMBER,
    "httpGet": {"path": _TEXT, "port": _NUMBER, "httpHeaders": [{"name": _TEXT, "value": _TEXT}]},
    "tcpSocket": {"port": _NUMBER},
}
_CONTAINER: Shape = {
    "name": _TEXT,
    "image": _TEXT,
    "command": [_TEXT],
    "args": [_TEXT],
    "workingDir": _TEXT,
    "env": [
        {
            "name": _TEXT,
            "value": _TEXT,
            "valueSource": {"secretKeyRef": {"secret": _TEXT, "version": _TEXT}},
        }
    ],
    "resources": {"limits": _TEXTS, "cpuIdle": _YES_NO, "startupCpuBoost": _YES_NO},
    "ports": [{"name": _TEXT, "containerPort": _NUMBER}],
    "startupProbe": _PROBE,
    "livenessProbe": _PROBE,
}
_SERVICE: Shape = {
    "name": _TEXT,
    "description": _TEXT,
    "labels": _TEXTS,
    "annotations": _TEXTS,
    "client": _TEXT,
    "clientVersion": _TEXT,
    "ingress": _TEXT,
    "launchStage": _TEXT,
    "etag": _TEXT,
    "invokerIamDisabled": _YES_NO,
    "defaultUriDisabled": _YES_NO,
    "scaling": {
        "minInstanceCount": _NUMBER,
        "maxInstanceCount": _NUMBER,
        "scalingMode": _TEXT,
        "manualInstanceCount": _NUMBER,
    },
    "traffic": [{"type": _TEXT, "percent": _NUMBER, "revision": _TEXT, "tag": _TEXT}],
    "template": {
        "labels": _TEXTS,
        "annotations": _TEXTS,
        "scaling": {"minInstanceCount": _NUMBER, "maxInstanceCount": _NUMBER},
        "timeout": _TEXT,
        "serviceAccount": _TEXT,
        "containers": [_CONTAINER],
        "executionEnvironment": _TEXT,
        "maxInstanceRequestConcurrency": _NUMBER,
        "sessionAffinity": _YES_NO,
    },
}
# Output only (Cloud Run Admin API v2, Service).
_COMPUTED = frozenset(
    {"uid", "generation", "createTime", "updateTime", "deleteTime", "expireTime", "creator", "lastModifier"}
    | {"observedGeneration", "terminalCondition", "conditions", "latestReadyRevision", "latestCreatedRevision"}
    | {"trafficStatuses", "uri", "urls", "reconciling", "satisfiesPzs"}
)
_SNAKE = re.compile(r"_([a-z])")


def settable(body: Mapping[str, Any]) -> dict[str, Any]:
    """What of a request's body a client may set. Raises ApiError (400) for anything not played, or of another form."""
    kept: dict[str, Any] = _normal({name: value for name, value in body.items() if name not in _COMPUTED})
    _check("service", _SERVICE, kept)
    return kept


def merge(current: Mapping[str, Any], body: Mapping[str, Any], mask: str) -> dict[str, Any]:
    """The fields of `current` that a client may set, with those that an updateMask names taken from `body`."""
    merged: dict[str, Any] = {name: current[name] for name in _SERVICE if name in current and name != "etag"}
    if "etag" in body:
        merged["etag"] = body["etag"]
    for path in filter(None, (part.strip() for part in mask.split(","))):
        names = [_SNAKE.sub(lambda found: found[1].upper(), name) for name in path.split(".")]
        _put(merged, body, names, path)
    return merged


def _put(merged: dict[str, Any], body: Mapping[str, Any], names: list[str], path: str) -> None:
    if names[0] not in _SERVICE:
        raise ApiError(400, f"updateMask: {path!r} is no field of a service that can be set")
    source: Any = body
    for name in names:
        source = source.get(name) if isinstance(source, Mapping) else None
    target = merged
    for name in names[:-1]:
        # Copied on the way, as `current` must stay what it is.
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
