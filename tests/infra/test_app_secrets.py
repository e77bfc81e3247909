"""The session key: nobody reads it who need not."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.recorder import STACKS, Stack, run_stack

VERSION = "gcp:secretmanager/secretVersion:SecretVersion"


def key_of(stack: Stack) -> str:
    return str(stack.one("hearth:secret:RandomKey").outputs["value"])


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    else:
        yield str(value)


@pytest.mark.parametrize("name", STACKS)
def test_the_key_goes_into_secret_manager_encrypted_and_nowhere_else(name: str) -> None:
    stack = run_stack(name)
    key = key_of(stack)

    holders = [
        (each.type, prop)
        for each in stack.resources
        for prop, value in each.inputs.items()
        if any(key in text for text in texts(value))
    ]
    assert holders == [(VERSION, "secretData")]
    assert stack.one(VERSION).secret_inputs == {"secretData"}
    assert stack.one("hearth:secret:RandomKey").secret_outputs == {"value"}
    assert not any(key in text for text in texts(stack.outputs))


def test_the_service_names_its_version_by_number() -> None:
    """`latest` would leave old instances with the old key and new ones with the new, and no difference to deploy."""
    stack = run_stack("dev", {"app:name": "shop"})

    (env,) = [
        each
        for each in stack.one("gcp:cloudrunv2/service:Service").inputs["template"]["containers"][0]["envs"]
        if each["name"] == "SECRET_KEY"
    ]
    assert env["valueSource"]["secretKeyRef"] == {"secret": "shop-secret-key", "version": "1"}
    assert "value" not in env


def test_only_the_service_may_read_it() -> None:
    accessor = run_stack("prod", {"app:name": "shop"}).one("gcp:secretmanager/secretIamMember:SecretIamMember").inputs

    assert accessor["member"] == "serviceAccount:shop-run@example-prod.iam.gserviceaccount.com"
    assert accessor["role"] == "roles/secretmanager.secretAccessor"
    assert accessor["secretId"] == "shop-secret-key"


def test_another_rotation_makes_another_key() -> None:
    assert key_of(run_stack("dev", {"app:secretKeyRotation": "2"})) != key_of(run_stack("dev"))


def test_the_secret_can_be_protected_from_deletion() -> None:
    for name, protected in (("dev", False), ("prod", True)):
        assert run_stack(name).one("gcp:secretmanager/secret:Secret").inputs["deletionProtection"] is protected
