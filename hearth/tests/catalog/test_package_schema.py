"""The package schema, as far as one is made: complete, and with every reference declared."""

import json
from collections.abc import Iterator
from typing import Any

from hearth.catalog import types
from hearth.catalog.package_schema import package


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (each for each in [value.get("$ref")] if isinstance(each, str))
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_a_type_is_declared_with_its_objects() -> None:
    subscription = types.get("gcp:pubsub/subscription:Subscription")
    assert subscription

    schema = package([subscription])

    (declared,) = schema["resources"].values()
    name = "gcp:pubsub/SubscriptionPushConfig:SubscriptionPushConfig"
    assert declared["inputProperties"]["pushConfig"] == {"$ref": f"#/types/{name}"}
    assert schema["types"][name]["required"] == ["pushEndpoint"]
    assert "topic" in declared["requiredInputs"]
    assert "name" in declared["required"]


def test_every_type_can_be_declared_and_refers_to_nothing_that_is_not() -> None:
    """All of them, which nobody asks for at once."""
    schema = package(found for token in types.tokens() if (found := types.get(token)))

    named = {each.removeprefix("#/types/") for each in references(schema) if each.startswith("#/types/")}
    assert named == schema["types"].keys()
    assert len(json.dumps(schema)) > 1_000_000
