"""The session key: nobody reads it who need not."""

from typing import Any

import pytest

from tests.infra.example import STACKS, run_stack

KEY = "hearth:secret:KeyVersion"
KEYS = ("secrets-session-key", "secrets-previous-session-key")


@pytest.mark.parametrize("name", STACKS)
def test_the_keys_are_drawn_into_secret_manager_and_are_in_no_state(name: str) -> None:
    """What the state has of a resource are its inputs and outputs."""
    stack = run_stack(name)

    for key, secret in zip(KEYS, ("web-secret-key", "web-secret-key-previous"), strict=True):
        found = stack.one(KEY, key)
        assert found.inputs["secret"] == secret
        assert set(found.outputs) - set(found.inputs) == {"version"}
        assert found.inputs["bytes"] == 32
    assert not stack.of_type("hearth:secret:RandomKey")


def test_the_previous_key_is_the_one_that_the_key_had_before() -> None:
    stack = run_stack("dev", {"app:name": "shop", "app:secretKeyRotation": "2"})
    key, previous = (stack.one(KEY, name) for name in KEYS)

    assert key.inputs["rotation"] == "2"
    assert previous.inputs["follows"] == "projects/example-dev/secrets/shop-secret-key/versions/1"
    assert previous.inputs["rotation"] == ""


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
    for version, secret in zip(KEYS, ("shop-secret-key", "shop-secret-key-previous"), strict=True):
        accessor = stack.one("gcp:secretmanager/secretIamMember:SecretIamMember", f"{version}-reader").inputs

        assert accessor["member"] == "serviceAccount:shop-run@example-prod.iam.gserviceaccount.com"
        assert accessor["role"] == "roles/secretmanager.secretAccessor"
        assert accessor["secretId"] == secret


def test_the_secret_can_be_protected_from_deletion() -> None:
    for name, protected in (("dev", False), ("prod", True)):
        for secret in KEYS:
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
