"""Firestore's databases: records, their rules, and that their documents are nobody's here."""

from collections.abc import Mapping

import pytest

from hearth.catalog.apis import FIRESTORE
from hearth.tests.localcloud.running import LocalCloud

DATABASES = "projects/demo-test/databases"
DEFAULT = f"{DATABASES}/(default)"
NATIVE = {"locationId": "us-central1", "type": "FIRESTORE_NATIVE"}
RECOVERY = {"pointInTimeRecoveryEnablement": "POINT_IN_TIME_RECOVERY_ENABLED"}
PROTECTED = {"deleteProtectionState": "DELETE_PROTECTION_ENABLED"}


def create(
    local: LocalCloud, fields: Mapping[str, object] | None = None, *, id: str = "(default)", status: int = 200
) -> dict[str, object]:
    return local.call("POST", FIRESTORE, f"{DATABASES}?databaseId={id}", {**NATIVE, **(fields or {})}, status=status)


def test_a_database_is_made_by_an_operation_below_itself(local: LocalCloud) -> None:
    operation = create(local)
    made = local.call("GET", FIRESTORE, DEFAULT)

    assert operation["done"]
    assert str(operation["name"]).startswith(f"{DEFAULT}/operations/")
    assert operation["response"] == {"@type": "type.googleapis.com/google.firestore.admin.v1.Database"} | made
    assert local.call("GET", FIRESTORE, str(operation["name"])) == operation
    assert local.call("GET", FIRESTORE, DATABASES) == {"databases": [made]}


def test_what_is_left_out_gets_firestores_defaults(local: LocalCloud) -> None:
    create(local)
    made = local.call("GET", FIRESTORE, DEFAULT)

    assert {name: made[name] for name in made if name not in {"uid", "createTime", "updateTime", "etag"}} == {
        **NATIVE,
        "name": DEFAULT,
        "concurrencyMode": "PESSIMISTIC",
        "databaseEdition": "STANDARD",
        "appEngineIntegrationMode": "DISABLED",
        "deleteProtectionState": "DELETE_PROTECTION_DISABLED",
        "pointInTimeRecoveryEnablement": "POINT_IN_TIME_RECOVERY_DISABLED",
        "versionRetentionPeriod": "3600s",
        "earliestVersionTime": made["createTime"],
    }


def test_a_patch_is_an_operation_too_and_keeps_what_its_mask_leaves_out(local: LocalCloud) -> None:
    create(local, PROTECTED)
    before = local.call("GET", FIRESTORE, DEFAULT)
    mask = "updateMask=pointInTimeRecoveryEnablement"
    operation = local.call("PATCH", FIRESTORE, f"{DEFAULT}?{mask}", RECOVERY)
    after = local.call("GET", FIRESTORE, DEFAULT)

    assert operation["metadata"]["@type"].endswith(".UpdateDatabaseMetadata")
    assert (after["versionRetentionPeriod"], after["deleteProtectionState"]) == ("604800s", *PROTECTED.values())
    assert after["etag"] != before["etag"]


def test_what_a_client_read_it_may_send_back(local: LocalCloud) -> None:
    create(local)
    read = local.call("GET", FIRESTORE, DEFAULT)

    local.call("PATCH", FIRESTORE, f"{DEFAULT}?updateMask=concurrencyMode", read | {"concurrencyMode": "OPTIMISTIC"})
    assert local.call("GET", FIRESTORE, DEFAULT)["concurrencyMode"] == "OPTIMISTIC"


def test_a_protected_database_is_not_deleted(local: LocalCloud) -> None:
    create(local, PROTECTED)
    refused = local.call("DELETE", FIRESTORE, DEFAULT, status=400)
    open_again = {"deleteProtectionState": "DELETE_PROTECTION_DISABLED"}
    local.call("PATCH", FIRESTORE, f"{DEFAULT}?updateMask=deleteProtectionState", open_again)
    deleted = local.call("DELETE", FIRESTORE, DEFAULT)

    assert refused["error"]["status"] == "FAILED_PRECONDITION"
    assert deleted["done"]
    local.call("GET", FIRESTORE, DEFAULT, status=404)


def test_a_delete_based_on_an_old_state_is_refused(local: LocalCloud) -> None:
    create(local)
    local.call("DELETE", FIRESTORE, f"{DEFAULT}?etag=old", status=409)
    local.call("GET", FIRESTORE, DEFAULT)


@pytest.mark.parametrize("id", ["shop", "a" * 63, "a-1b"])
def test_a_database_may_have_a_name(local: LocalCloud, id: str) -> None:
    create(local, id=id)
    local.call("GET", FIRESTORE, f"{DATABASES}/{id}")


@pytest.mark.parametrize(
    "id", ["", "abc", "a" * 64, "1abc", "Shop", "shop-", "default)", "a0b1c2d3-0000-4000-8000-00000000000f"]
)
def test_the_name_follows_googles_rule(local: LocalCloud, id: str) -> None:
    create(local, id=id, status=400)


@pytest.mark.parametrize(
    "fields",
    [
        {"locationId": "us"},
        {"locationId": None},
        {"type": "MONGO"},
        {"type": None},
        {"deleteProtectionState": "on"},
        {"cmekConfig": {"kmsKeyName": "k"}},
    ],
)
def test_a_bad_database_is_refused(local: LocalCloud, fields: dict[str, object]) -> None:
    create(local, fields, status=400)
    local.call("GET", FIRESTORE, DEFAULT, status=404)


def test_it_is_made_once_and_its_place_never_changes(local: LocalCloud) -> None:
    create(local)
    create(local, status=409)
    local.call("PATCH", FIRESTORE, f"{DEFAULT}?updateMask=locationId", {"locationId": "nam5"}, status=400)


def test_documents_are_nobodys_here(local: LocalCloud) -> None:
    create(local)
    error = local.call("GET", FIRESTORE, f"{DEFAULT}/documents/items/1", status=404)["error"]

    assert "does not know the method GET" in error["message"]


FIELD = f"{DEFAULT}/collectionGroups/keys/fields/expires_at"


def test_a_field_has_settings_of_its_own_until_they_are_set_back(local: LocalCloud) -> None:
    local.call("PATCH", FIRESTORE, FIELD, {"ttlConfig": {}}, status=404)
    create(local)

    operation = local.call("PATCH", FIRESTORE, f"{FIELD}?updateMask=ttlConfig", {"ttlConfig": {}, "indexConfig": {}})

    assert operation["done"]
    assert local.call("GET", FIRESTORE, FIELD) == {
        "name": FIELD,
        "ttlConfig": {"state": "ACTIVE"},
        "indexConfig": {},
    }
    local.call("PATCH", FIRESTORE, FIELD, {})
    assert local.call("GET", FIRESTORE, FIELD) == {"name": FIELD}
    local.call("PATCH", FIRESTORE, FIELD, {"ttl": {}}, status=400)
