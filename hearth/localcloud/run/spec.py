"""Fill in a service's defaults as Cloud Run does, and refuse what it refuses before anything is created.

Rules are Cloud Run's (Admin API v2 reference, "Services", and the pages on env variables, probes, concurrency and
CPU); messages are Google's own where they are known.
"""

import re
from collections.abc import Mapping
from typing import Any

from hearth.facts.cloud_run import SET_IN_SERVICES
from hearth.localcloud.errors import ApiError
from hearth.localcloud.run import containers
from hearth.localcloud.run.access import default_account
from hearth.localcloud.run.containers import cpus, violation

LATEST = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
DEFAULT_PORT = 8080
DEFAULT_STARTUP: Mapping[str, Any] = {
    "timeoutSeconds": 240,
    "periodSeconds": 240,
    "failureThreshold": 1,
    "tcpSocket": {},
}
"""Without a probe of its own a container has 240 s to listen ("Container health checks")."""

_NAME = re.compile(r"[a-z](?:[a-z0-9-]{0,47}[a-z0-9])?")
_INGRESS = frozenset({"INGRESS_TRAFFIC_ALL", "INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"})
_DEFAULT_CONCURRENCY = 80
_MOST_CONCURRENCY = 1000
_LONGEST_TIMEOUT = 3600
_LONGEST_STARTUP = 240
_DEFAULT_MOST_INSTANCES = 100


def check_name(name: str, field: str = "CreateServiceRequest.service_id") -> None:
    """The rule for names of services and jobs. Raises ApiError (400)."""
    if not _NAME.fullmatch(name):
        raise ApiError(
            400,
            f"Violation in {field}: {name!r} must use only lowercase letters, digits and "
            "hyphens, begin with a letter, not end with a hyphen, and be shorter than 50 characters.",
        )


def complete(service: Mapping[str, Any], project: str) -> dict[str, Any]:
    """The service with every default filled in. Raises ApiError (400)."""
    full: dict[str, Any] = {
        "ingress": "INGRESS_TRAFFIC_ALL",
        "launchStage": "GA",
        "traffic": [{"type": LATEST, "percent": 100}],
        **service,
    }
    full["traffic"] = full["traffic"] or [{"type": LATEST, "percent": 100}]
    if full["ingress"] not in _INGRESS:
        raise _violation("ingress", f"{full['ingress']!r} must be one of {', '.join(sorted(_INGRESS))}")
    if [target.get("percent") for target in full["traffic"]] != [100] or full["traffic"][0].get("type") != LATEST:
        raise _violation("traffic", "the local cloud sends all traffic to the latest ready revision; leave it out")
    if "tag" in full["traffic"][0]:
        raise _violation("traffic[0].tag", "the local cloud does not play tags")
    _check_scaling("scaling", full.get("scaling", {}))
    full["template"] = _template(full.get("template", {}), full.get("scaling", {}), project)
    return full


def _template(template: Mapping[str, Any], service_scaling: Mapping[str, Any], project: str) -> dict[str, Any]:
    full: dict[str, Any] = {"timeout": "300s", "serviceAccount": default_account(project), **template}
    full = containers.complete("service.template", full, SET_IN_SERVICES)
    container = _container(full["containers"][0])
    full["containers"] = [container]
    if "maxInstanceCount" not in service_scaling:
        full["scaling"] = {"maxInstanceCount": _DEFAULT_MOST_INSTANCES} | dict(template.get("scaling", {}))
    _check_scaling("template.scaling", full.get("scaling", {}))
    full["timeout"] = containers.seconds("service.template.timeout", full["timeout"], _LONGEST_TIMEOUT)
    _concurrency(full, cpus(container["resources"]["limits"]["cpu"]))
    return full


def _concurrency(template: dict[str, Any], cpus: float) -> None:
    most = template.setdefault("maxInstanceRequestConcurrency", _DEFAULT_CONCURRENCY if cpus >= 1 else 1)
    # Zero is how clients say "the default".
    most = template["maxInstanceRequestConcurrency"] = most or (_DEFAULT_CONCURRENCY if cpus >= 1 else 1)
    where = "template.max_instance_request_concurrency"
    if not 1 <= most <= _MOST_CONCURRENCY:
        raise _violation(where, f"{most} must be within 1 and {_MOST_CONCURRENCY}")
    if cpus < 1 and most > 1:
        raise _violation(where, "Total cpu < 1 is not supported with concurrency > 1")


def _container(container: Mapping[str, Any]) -> dict[str, Any]:
    where = "template.containers[0]"
    ports = container.get("ports") or [{"name": "http1", "containerPort": DEFAULT_PORT}]
    if len(ports) != 1:
        raise _violation(f"{where}.ports", f"must have exactly one port, got {len(ports)}")
    port = {"name": "http1", "containerPort": DEFAULT_PORT} | ports[0]
    if port["name"] != "http1":
        raise _violation(f"{where}.ports[0].name", f"{port['name']!r}: the local cloud speaks only http1 to containers")
    full = {**container, "ports": [port], "resources": {"cpuIdle": True} | container["resources"]}
    startup = container.get("startupProbe") or DEFAULT_STARTUP
    full["startupProbe"] = _probe(f"{where}.startup_probe", startup, port["containerPort"], _LONGEST_STARTUP)
    if container.get("livenessProbe"):
        full["livenessProbe"] = _probe(
            f"{where}.liveness_probe", container["livenessProbe"], port["containerPort"], _LONGEST_TIMEOUT
        )
        if "httpGet" not in full["livenessProbe"]:
            raise _violation(f"{where}.liveness_probe", "must be an httpGet: Cloud Run has no TCP liveness probe")
    return full


def _probe(where: str, probe: Mapping[str, Any], port: int, longest: int) -> dict[str, Any]:
    numbers = {"initialDelaySeconds": 0, "timeoutSeconds": 1, "periodSeconds": 10, "failureThreshold": 3}
    full: dict[str, Any] = {**probe}
    for name, default in numbers.items():
        # Zero is how clients say "the default".
        full[name] = probe.get(name) or default
        if not (0 if name == "initialDelaySeconds" else 1) <= full[name] <= longest:
            raise _violation(f"{where}.{name}", f"{full[name]} must be at most {longest} and not negative")
    if full["timeoutSeconds"] > full["periodSeconds"]:
        raise _violation(
            where,
            f"timeoutSeconds ({full['timeoutSeconds']}) must not be above periodSeconds ({full['periodSeconds']})",
        )
    if longest == _LONGEST_STARTUP and full["failureThreshold"] * full["periodSeconds"] > longest:
        raise _violation(where, f"failureThreshold * periodSeconds must be at most {longest} seconds")
    actions = [name for name in ("httpGet", "tcpSocket") if probe.get(name) is not None]
    if len(actions) > 1:
        raise _violation(where, "must have one of httpGet and tcpSocket, got both")
    if actions == ["httpGet"]:
        full["httpGet"] = {"path": "/", "port": port} | probe["httpGet"]
        if not full["httpGet"]["path"].startswith("/"):
            raise _violation(f"{where}.http_get.path", f"{full['httpGet']['path']!r} must begin with a slash")
    else:
        full["tcpSocket"] = {"port": port} | (probe.get("tcpSocket") or {})
    if full[actions[0] if actions else "tcpSocket"]["port"] != port:
        raise _violation(where, f"its port must be the container's ({port})")
    return full


def _check_scaling(where: str, scaling: Mapping[str, Any]) -> None:
    low, high = scaling.get("minInstanceCount", 0), scaling.get("maxInstanceCount")
    if low < 0 or (high is not None and high < 1):
        raise _violation(where, "minInstanceCount must not be negative, and maxInstanceCount at least 1")
    if high is not None and low > high:
        raise _violation(where, f"minInstanceCount ({low}) must not be above maxInstanceCount ({high})")
    if scaling.get("scalingMode", "AUTOMATIC") != "AUTOMATIC" or scaling.get("manualInstanceCount"):
        raise _violation(f"{where}.scaling_mode", "the local cloud plays only automatic scaling")


def _violation(field: str, why: str) -> ApiError:
    return violation(f"service.{field}", why)
