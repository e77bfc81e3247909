"""The session key: nobody reads it who need not."""

from collections.abc import Iterator
from typing import Any

import pytest

from hearth.testing.recorder import Stack
from tests.infra.example import STACKS, run_stack

VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
VERSIONS = {"value": "secrets-session-key", "previous": "secrets-previous-session-key"}
"""Which output of the key goes into which version."""


def key_of(stack: Stack, which: str = "value") -> str:
    return str(stack.one("hearth:secret:RandomKey").outputs[which])


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
    for which, version in VERSIONS.items():
        key = key_of(stack, which)
        holders = [
            (each.type, each.name, prop)
            for each in stack.resources
            for prop, value in each.inputs.items()
            if any(key in text for text in texts(value))
        ]
        assert holders == [(VERSION, version, "secretData")]
        assert stack.one(VERSION, version).secret_inputs == {"secretData"}
        assert not any(key in text for text in texts(stack.outputs))
    assert stack.one("hearth:secret:RandomKey").secret_outputs == set(VERSIONS)


def test_the_service_names_its_version_by_number() -> None:
    """`latest` would leave old instances with the old key and new ones with the new, and no difference to deploy."""
    stack = run_stack("dev", {"app:name": "shop"})

    referred = {
        each["name"]: each["valueSource"]["secretKeyRef"]
        for each in stack.one("gcp:cloudrunv2/service:Service").inputs["template"]["containers"][0]["envs"]
        if "value" not in each
    }
    assert referred["SECRET_KEY"] == {"secret": "shop-secret-key", "version": "1"}
    assert referred["SECRET_KEY_FALLBACKS"] == {"secret": "shop-secret-key-previous", "version": "1"}


def test_only_the_service_may_read_it() -> None:
    stack = run_stack("prod", {"app:name": "shop"})
    for version, secret in zip(VERSIONS.values(), ("shop-secret-key", "shop-secret-key-previous"), strict=True):
        accessor = stack.one("gcp:secretmanager/secretIamMember:SecretIamMember", f"{version}-reader").inputs

        assert accessor["member"] == "serviceAccount:shop-run@example-prod.iam.gserviceaccount.com"
        assert accessor["role"] == "roles/secretmanager.secretAccessor"
        assert accessor["secretId"] == secret


def test_another_rotation_makes_another_key() -> None:
    assert key_of(run_stack("dev", {"app:secretKeyRotation": "2"})) != key_of(run_stack("dev"))


def test_the_secret_can_be_protected_from_deletion() -> None:
    for name, protected in (("dev", False), ("prod", True)):
        for secret in VERSIONS.values():
            found = run_stack(name).one("gcp:secretmanager/secret:Secret", secret)
            assert found.inputs["deletionProtection"] is protected


@pytest.mark.parametrize(
    ("setting", "replication"),
    [
        ("automatic", {"auto": {}}),
        ("region", {"userManaged": {"replicas": [{"location": "europe-west1"}]}}),
    ],
)
def test_every_secret_lies_where_the_organization_lets_it(setting: str, replication: dict[str, Any]) -> None:
    """Automatic replication needs the location `global` to be allowed."""
    more = {"app:secretReplication": setting, "gcp:region": "europe-west1", "app:database": "postgres"}
    secrets = run_stack("prod", more).of_type("gcp:secretmanager/secret:Secret")

    assert len(secrets) == 3
    assert [each.inputs["replication"] for each in secrets] == [replication] * 3
