"""Services and revisions as documents of the store, in the shape of Cloud Run's Admin API v2.

Private keys: `_port`, the TCP port of the service's URL; `_revisions`, how many it has had; `_digest` of a revision,
the image it was made from.
"""

import random
import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from hearth.localcloud import times
from hearth.localcloud.run.spec import LATEST
from hearth.localcloud.store import Document

API = "run"
SERVICE_TYPE = "type.googleapis.com/google.cloud.run.v2.Service"
REVISION_TYPE = "type.googleapis.com/google.cloud.run.v2.Revision"
CREATOR = "developer@localhost"
"""Nobody signs in to a local cloud."""

# What Kubernetes makes name suffixes from: no vowels and nothing that looks like another character.
SUFFIX = "bcdfghjklmnpqrstvwxz2456789"


def address(port: int) -> Document:
    """Where a service with this port is found."""
    url = f"http://localhost:{port}"
    return {"uri": url, "urls": [url], "_port": port}


def new_service(name: str, port: int) -> Document:
    """What Cloud Run itself adds to a service, at its creation."""
    return {
        "name": name,
        "uid": str(uuid.uuid4()),
        "generation": "0",
        "createTime": times.now(),
        "creator": CREATOR,
        "conditions": [],
        **address(port),
        "_revisions": 0,
    }


def changed(service: Mapping[str, Any], settable: Mapping[str, Any]) -> Document:
    """The service with another specification: what a client may set comes from `settable`, the rest stays."""
    kept = {name: service[name] for name in (*new_service("", 0), *_STATUS) if name in service}
    return {
        **kept,
        **settable,
        "generation": str(int(service["generation"]) + 1),
        "updateTime": times.now(),
        "lastModifier": CREATOR,
        "etag": f'"{secrets.token_urlsafe(12)}"',
    }


_STATUS = ("observedGeneration", "terminalCondition", "latestReadyRevision", "latestCreatedRevision", "trafficStatuses")


def new_revision(service: Mapping[str, Any], number: int) -> Document:
    """A revision of the service's template, not ready yet."""
    template = service["template"]
    short = service["name"].rpartition("/")[2]
    suffix = "".join(random.choices(SUFFIX, k=3))  # noqa: S311 - a name, not a secret
    name = f"{service['name']}/revisions/{short}-{number:05}-{suffix}"
    return {
        **template,
        "name": name,
        "uid": str(uuid.uuid4()),
        "generation": "1",
        "createTime": times.now(),
        "updateTime": times.now(),
        "service": short,
        "launchStage": service["launchStage"],
        "conditions": [condition("Ready", "CONDITION_RECONCILING")],
        "observedGeneration": "1",
        "reconciling": True,
        "etag": f'"{secrets.token_urlsafe(12)}"',
    }


def deploying(service: Document, revision: str) -> Document:
    """The service while `revision` (full name) is being started."""
    return service | {"latestCreatedRevision": revision, "reconciling": True, **_all("CONDITION_RECONCILING")}


def ready(service: Document) -> Document:
    """The service once its latest revision serves."""
    return at_rest(service) | {
        "observedGeneration": service["generation"],
        "latestReadyRevision": service["latestCreatedRevision"],
        "trafficStatuses": [{"type": LATEST, "percent": 100}],
        **_all("CONDITION_SUCCEEDED"),
    }


def failed(service: Document, reason: str, message: str) -> Document:
    """The service when its latest revision did not come up; the one before serves on, if there was one."""
    fault = condition("ConfigurationsReady", "CONDITION_FAILED", message=message, reason=reason)
    return at_rest(service) | {
        "observedGeneration": service["generation"],
        "terminalCondition": fault | {"type": "Ready"},
        "conditions": [
            condition("RoutesReady", "CONDITION_SUCCEEDED")
            if service.get("latestReadyRevision")
            else fault | {"type": "RoutesReady"},
            fault,
        ],
    }


def revision_ready(revision: Document) -> Document:
    return _revision(revision, [condition("Ready", "CONDITION_SUCCEEDED")])


def revision_failed(revision: Document, revision_reason: str, message: str) -> Document:
    fault = condition("Ready", "CONDITION_FAILED", message=message)
    return _revision(revision, [fault | ({"revisionReason": revision_reason} if revision_reason else {})])


def _revision(revision: Document, conditions: list[Document]) -> Document:
    return at_rest(revision) | {"updateTime": times.now(), "conditions": conditions}


def at_rest(document: Document) -> Document:
    """What nothing is being done with any more."""
    return {name: value for name, value in document.items() if name != "reconciling"}


def _all(state: str) -> Document:
    """Every condition of a service in the same state."""
    kinds = ("RoutesReady", "ConfigurationsReady")
    return {"terminalCondition": condition("Ready", state), "conditions": [condition(kind, state) for kind in kinds]}


def condition(kind: str, state: str, **more: str) -> Document:
    """A google.cloud.run.v2.Condition as of now."""
    severity = {"severity": "ERROR"} if state == "CONDITION_FAILED" else {}
    return {"type": kind, "state": state, "lastTransitionTime": times.now(), **severity, **more}
