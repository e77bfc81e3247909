"""IAM service accounts."""

import pytest

from hearth.catalog.apis import IAM
from hearth.tests.localcloud.running import LocalCloud

ACCOUNTS = "projects/demo-test/serviceAccounts"
EMAIL = "web-runtime@demo-test.iam.gserviceaccount.com"


def create(local: LocalCloud, account: str = "web-runtime", status: int = 200, **fields: object) -> dict[str, object]:
    return local.call("POST", IAM, ACCOUNTS, {"accountId": account, "serviceAccount": fields}, status=status)


def test_an_account_is_known_by_its_address(local: LocalCloud) -> None:
    created = create(local, displayName="Runtime")

    assert created["name"] == f"{ACCOUNTS}/{EMAIL}"
    assert (created["email"], created["projectId"], created["displayName"]) == (EMAIL, "demo-test", "Runtime")
    assert len(str(created["uniqueId"])) == 21
    assert local.call("GET", IAM, f"{ACCOUNTS}/{EMAIL}") == created
    assert local.call("GET", IAM, ACCOUNTS) == {"accounts": [created]}


def test_a_hyphen_stands_for_the_project_in_its_address(local: LocalCloud) -> None:
    created = create(local)

    assert local.call("GET", IAM, f"projects/-/serviceAccounts/{EMAIL}") == created
    local.call("DELETE", IAM, f"projects/-/serviceAccounts/{EMAIL}")
    local.call("GET", IAM, f"{ACCOUNTS}/{EMAIL}", status=404)


def test_an_account_is_made_once(local: LocalCloud) -> None:
    create(local)

    assert "already exists" in str(create(local, status=409)["error"])


@pytest.mark.parametrize("account", ["web", "Web-runtime", "1web-runtime", "web-runtime-", "web_runtime", "w" * 31, ""])
def test_the_id_follows_googles_rule(local: LocalCloud, account: str) -> None:
    assert "6 to 30" in str(create(local, account, status=400)["error"])


@pytest.mark.parametrize("account", ["web-ab", "w" * 30])
def test_ids_at_the_limits_are_taken(local: LocalCloud, account: str) -> None:
    create(local, account)


def test_only_what_the_mask_names_changes(local: LocalCloud) -> None:
    created = create(local, displayName="Runtime", description="old")

    body = {"serviceAccount": {"displayName": "New", "description": "new"}, "updateMask": "description"}
    changed = local.call("PATCH", IAM, f"{ACCOUNTS}/{EMAIL}", body)

    assert changed == created | {"description": "new"}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"serviceAccount": {"email": "x"}, "updateMask": "email"}, "updateMask names email"),
        ({"serviceAccount": {"nickname": "x"}}, 'Unknown name "nickname"'),
        ({"serviceAccount": {"displayName": "x" * 101}}, "longer than 100 bytes"),
        ({"serviceAccount": {"displayName": 7}}, "text was expected"),
        ({"serviceAccount": "x"}, "an object was expected"),
    ],
)
def test_a_bad_change_is_refused(local: LocalCloud, body: object, says: str) -> None:
    created = create(local)

    assert says in local.call("PATCH", IAM, f"{ACCOUNTS}/{EMAIL}", body, status=400)["error"]["message"]
    assert local.call("GET", IAM, f"{ACCOUNTS}/{EMAIL}") == created


def test_an_account_is_switched_off_and_on(local: LocalCloud) -> None:
    create(local)

    local.call("POST", IAM, f"{ACCOUNTS}/{EMAIL}:disable", {})
    assert local.call("GET", IAM, f"{ACCOUNTS}/{EMAIL}")["disabled"] is True

    local.call("POST", IAM, f"{ACCOUNTS}/{EMAIL}:enable", {})
    assert "disabled" not in local.call("GET", IAM, f"{ACCOUNTS}/{EMAIL}")


def test_a_deleted_account_is_gone(local: LocalCloud) -> None:
    create(local)

    assert local.call("DELETE", IAM, f"{ACCOUNTS}/{EMAIL}") == {}

    for method in ("GET", "DELETE", "PATCH"):
        local.call(method, IAM, f"{ACCOUNTS}/{EMAIL}", {"serviceAccount": {}}, status=404)
    create(local)
