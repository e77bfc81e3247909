"""What production has to protect, by which locks, and what it need not."""

from typing import Any

import pytest

from hearth.catalog.losses import PROTECTED, UNPROTECTED
from hearth.guards.declared import UNKNOWN
from hearth.guards.protection import SHORT_LIVED
from hearth.tests.guards.asking import OTHER, SERVICE, said, unclear

BUCKET = "gcp:storage/bucket:Bucket"
SECRET = "gcp:secretmanager/secret:Secret"
SERVER = "gcp:sql/databaseInstance:DatabaseInstance"


def deletes(**condition: Any) -> dict[str, Any]:
    return {"lifecycleRules": [{"action": {"type": "Delete"}, "condition": condition}]}


@pytest.mark.parametrize(
    ("type", "inputs"),
    [
        (SECRET, {"deletionProtection": False}),
        (SECRET, {}),
        (SERVICE, {"deletionProtection": False}),
        (SERVER, {}),
        ("gcp:firestore/database:Database", {"deleteProtectionState": "DELETE_PROTECTION_DISABLED"}),
        ("gcp:spanner/database:Database", {"enableDropProtection": False}),
        ("gcp:bigtable/table:Table", {"deletionProtection": "UNPROTECTED"}),
        # A type that nobody wrote down: that it can be protected says that it holds something.
        (OTHER, {"deletionProtectionEnabled": False}),
    ],
)
def test_in_production_both_locks_are_asked_for(type: str, inputs: dict[str, Any]) -> None:
    found = said("protection", type, inputs)

    assert "protect is off" in found
    assert "rotection" in found.replace("protect is off", "")


@pytest.mark.parametrize("type", [BUCKET, "gcp:firebase/hostingSite:HostingSite", "gcp:pubsub/topic:Topic"])
def test_what_has_no_deletion_protection_needs_protect_alone(type: str) -> None:
    assert said("protection", type, {}) == "protect is off"
    assert not said("protection", type, {}, protect=True)


@pytest.mark.parametrize("type", PROTECTED)
def test_each_type_that_is_written_down_needs_protect(type: str) -> None:
    assert "protect is off" in said("protection", type, {})


@pytest.mark.parametrize(
    ("type", "inputs"),
    [
        (SECRET, {"deletionProtection": True}),
        (SERVER, {"deletionProtection": True, "settings": {"deletionProtectionEnabled": True}}),
        ("gcp:firestore/database:Database", {"deleteProtectionState": "DELETE_PROTECTION_ENABLED"}),
        ("gcp:bigtable/table:Table", {"deletionProtection": "PROTECTED"}),
        (OTHER, {"enableDeletionProtection": True}),
    ],
)
def test_what_has_both_passes(type: str, inputs: dict[str, Any]) -> None:
    assert not said("protection", type, inputs, protect=True)
    assert not unclear("protection", type, inputs, protect=True)


def test_of_a_lock_that_is_not_known_yet_it_cannot_tell() -> None:
    assert unclear("protection", SECRET, {"deletionProtection": UNKNOWN}, protect=True) == {"deletionProtection"}
    assert unclear("protection", SERVER, {"deletionProtection": True, "settings": UNKNOWN}, protect=True) == {
        "settings.deletionProtectionEnabled"
    }


def test_a_server_is_protected_in_the_console_too() -> None:
    """Deleted there, it would take its backups along."""
    halfway = {"deletionProtection": True, "settings": {"tier": "db-f1-micro"}}

    assert "settings.deletionProtectionEnabled = None" in said("protection", SERVER, halfway, protect=True)


def test_elsewhere_nothing_is_asked_for() -> None:
    assert not said("protection", SECRET, {}, production=False)


@pytest.mark.parametrize("days", [0, 1, 1.0, SHORT_LIVED])
def test_a_bucket_that_soon_empties_itself_holds_nothing_to_protect(days: float) -> None:
    assert not said("protection", BUCKET, deletes(age=days))


@pytest.mark.parametrize(
    "inputs",
    [
        deletes(age=SHORT_LIVED + 1),
        deletes(age=36500),
        deletes(age=UNKNOWN),
        deletes(age=1, matchesPrefixes=["tmp/"]),
        deletes(numNewerVersions=1),
        {"lifecycleRules": [{"action": {"type": "SetStorageClass"}, "condition": {"age": 1}}]},
        {"lifecycleRules": UNKNOWN},
    ],
)
def test_a_bucket_that_keeps_something_for_longer_is_protected(inputs: dict[str, Any]) -> None:
    assert said("protection", BUCKET, inputs) == "protect is off"


@pytest.mark.parametrize("type", ["gcp:projects/iAMMember:IAMMember", *UNPROTECTED])
def test_what_an_ordinary_deployment_may_replace_is_not_asked_for_anything(type: str) -> None:
    assert not said("protection", type, {"deletionProtection": False})
