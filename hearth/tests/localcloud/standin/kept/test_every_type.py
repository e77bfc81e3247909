"""Kept types of the whole catalog, declared with no more than they require, through their lives: every fifth of them.

The records are in this process: of a real local cloud's, test_kept.py tells.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

import pytest

from hearth.catalog import types
from hearth.catalog.apis import Api, local_endpoints
from hearth.catalog.shapes import faults
from hearth.catalog.types import ResourceType
from hearth.localcloud.standin import settings
from hearth.localcloud.standin.client import ApiFault, Client
from hearth.localcloud.standin.kept import DeclaredKept, KeptKind
from hearth.localcloud.standin.kind import Cloud
from hearth.localcloud.standin.provider import MAKERS
from hearth.plugin.kinds import UNKNOWN, Context, Secret, Values
from hearth.plugin.values import decode, encode
from hearth.tests.least import PLACES, least

ACTED_UPON = {"gcp:cloudscheduler/job:Job", "gcp:cloudtasks/queue:Queue"}
PLAYED = MAKERS.keys() - ACTED_UPON
EVERY = [found for token in types.tokens() if token not in PLAYED and (found := types.get(token))]
ODD = (
    "gcp:backupdisasterrecovery/serviceConfig:ServiceConfig",
    "gcp:compute/instance:Instance",
    "gcp:container/nodePool:NodePool",
    "gcp:monitoring/dashboard:Dashboard",
    "gcp:monitoring/metricDescriptor:MetricDescriptor",
    "gcp:serviceaccount/key:Key",
    "gcp:storage/notification:Notification",
)
"""With ids of what is no property, a list of labels, and much that Google decides in objects."""
SAMPLE = [each for at, each in enumerate(EVERY) if at % 5 == 0 or each.token in ODD]


class Records:
    """The local cloud's records, as its API answers."""

    def __init__(self) -> None:
        self.rows: dict[str, Any] = {}

    def call(self, method: str, _api: Api, path: str, _query: Values, body: Any = None) -> Any:
        if (method == "POST") is (path in self.rows):
            raise ApiFault(409 if method == "POST" else 404, path)
        if method == "DELETE":
            return json.loads(self.rows.pop(path))
        if body is not None:
            self.rows[path] = json.dumps(body)
        return json.loads(self.rows[path])


@pytest.mark.parametrize("type_", SAMPLE, ids=lambda each: each.token.removeprefix("gcp:"))
def test_it_comes_up_stays_as_it_is_and_goes(type_: ResourceType) -> None:
    cloud = Cloud(cast("Client", Records()), settings.read(PLACES, local_endpoints("http://127.0.0.1:1")))

    live(KeptKind(type_, cloud, DeclaredKept()), minimal(type_))


def live(kind: KeptKind, declared: Values) -> None:
    """One resource's life, with what may not happen in it."""
    type_ = kind.type
    context = Context(urn=f"urn:pulumi:s::p::{type_.token}::it")

    def check(olds: Values | None) -> Values:
        checked = kind.check(context, olds, declared)
        assert checked.failures == []
        return plain(checked.inputs)

    inputs = check(None)
    planned = kind.create(context, inputs, preview=True).outputs
    made = kind.create(context, inputs, preview=False)
    outputs = plain(made.outputs)

    assert tells_the_same(plain(planned), outputs)
    assert {name for name in type_.secret & made.outputs.keys() if not isinstance(made.outputs[name], Secret)} == set()
    shape = {**type_.outputs, **type_.shape}
    unnamed = [each for each in faults(shape, outputs, {}) if "required, and missing" not in each]
    assert unnamed == []
    assert kind.diff(context, made.id, inputs, outputs, check(inputs)).changed == frozenset()
    found = kind.read(context, made.id, inputs, outputs)
    assert found
    assert (found.id, plain(found.inputs), plain(found.outputs)) == (made.id, inputs, outputs)
    imported = kind.read(context, made.id, None, None)
    assert imported
    there = plain(imported.inputs)
    assert kind.diff(context, made.id, there, plain(imported.outputs), check(there)).changed == frozenset()
    kind.delete(context, made.id, inputs, outputs)
    assert kind.read(context, made.id, inputs, outputs) is None


def plain(values: Values) -> Values:
    """As the engine sends them back: over the wire, where a secret loses its mark."""
    return decode(encode(values))


def minimal(type: ResourceType) -> dict[str, Any]:
    """What it requires, and no protection against being deleted."""
    found = least(type)
    for name in type.inputs.keys() & {"deletionProtection", "deletionProtectionEnabled", "deleteProtection"}:
        found[name] = False if type.inputs[name] == "boolean" else "UNPROTECTED"
    return found | ({"deletionPolicy": "DELETE"} if "deletionPolicy" in type.inputs else {})


def tells_the_same(planned: Any, real: Any) -> bool:
    """Whether a preview told nothing that did not come."""
    if isinstance(planned, Mapping) and isinstance(real, Mapping):
        return all(key in real and tells_the_same(each, real[key]) for key, each in planned.items())
    if isinstance(planned, list) and isinstance(real, list):
        return len(planned) == len(real) and all(tells_the_same(*pair) for pair in zip(planned, real, strict=True))
    return planned is UNKNOWN or bool(planned == real)
