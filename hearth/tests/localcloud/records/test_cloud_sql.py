"""Cloud SQL's servers, databases and users: records, and their rules."""

from collections.abc import Mapping

import pytest

from hearth.catalog.apis import SQL_ADMIN
from hearth.tests.localcloud.running import LocalCloud

INSTANCES = "projects/demo-test/instances"
WEB = f"{INSTANCES}/web"
SERVER = {
    "name": "web",
    "databaseVersion": "POSTGRES_17",
    "region": "europe-west1",
    "settings": {"tier": "db-f1-micro"},
}


def create(local: LocalCloud, fields: Mapping[str, object] | None = None, *, status: int = 200) -> dict[str, object]:
    return local.call("POST", SQL_ADMIN, INSTANCES, {**SERVER, **(fields or {})}, status=status)


def test_a_server_is_made_by_an_operation_that_has_ended(local: LocalCloud) -> None:
    operation = create(local)
    made = local.call("GET", SQL_ADMIN, WEB)

    assert (operation["kind"], operation["status"]) == ("sql#operation", "DONE")
    assert made.items() >= SERVER.items()
    assert (made["connectionName"], made["state"]) == ("demo-test:europe-west1:web", "RUNNABLE")
    assert local.call("GET", SQL_ADMIN, INSTANCES) == {"items": [made]}


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ({}, ["PRIMARY"]),
        ({"ipv4Enabled": True, "privateNetwork": "projects/demo-test/global/networks/n"}, ["PRIMARY", "PRIVATE"]),
        ({"ipv4Enabled": False}, []),
    ],
)
def test_a_server_has_the_addresses_that_its_settings_ask_for(
    local: LocalCloud, asked: dict[str, object], kinds: list[str]
) -> None:
    create(local)
    local.call("PATCH", SQL_ADMIN, WEB, {"settings": {"tier": "db-f1-micro", "ipConfiguration": asked}})

    addresses = local.call("GET", SQL_ADMIN, WEB)["ipAddresses"]

    assert [each["type"] for each in addresses] == kinds
    assert len({each["ipAddress"] for each in addresses}) == len(kinds)


def test_a_server_is_what_it_was_asked_to_be(local: LocalCloud) -> None:
    create(local, {"instanceType": "READ_REPLICA_INSTANCE"})

    assert local.call("GET", SQL_ADMIN, WEB)["instanceType"] == "READ_REPLICA_INSTANCE"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"databaseVersion": "MYSQL_8_0"}, "only knows Postgres"),
        ({"settings": {}}, "settings.tier"),
        ({"tier": "db-f1-micro"}, "Unknown name"),
    ],
    ids=["another-database", "no-tier", "unknown-field"],
)
def test_what_is_no_server_is_refused(local: LocalCloud, fields: dict[str, object], said: str) -> None:
    assert said in str(create(local, fields, status=400))
    local.call("GET", SQL_ADMIN, WEB, status=404)


def test_a_server_that_exists_is_not_made_again(local: LocalCloud) -> None:
    create(local)

    create(local, status=409)


def test_a_protected_server_is_not_deleted(local: LocalCloud) -> None:
    """The lock that holds in the console too: Google refuses whoever asks."""
    create(local, {"settings": {"tier": "db-f1-micro", "deletionProtectionEnabled": True}})

    assert "protected" in str(local.call("DELETE", SQL_ADMIN, WEB, status=400))
    local.call("PATCH", SQL_ADMIN, WEB, {"settings": {"tier": "db-f1-micro"}})
    local.call("DELETE", SQL_ADMIN, WEB)
    local.call("GET", SQL_ADMIN, WEB, status=404)


def test_databases_and_users_belong_to_a_server_and_go_with_it(local: LocalCloud) -> None:
    local.call("POST", SQL_ADMIN, f"{WEB}/databases", {"name": "service"}, status=404)
    create(local)
    local.call("POST", SQL_ADMIN, f"{WEB}/databases", {"name": "service", "charset": "UTF8"})
    local.call("POST", SQL_ADMIN, f"{WEB}/users", {"name": "service", "password": "one"})

    database = local.call("GET", SQL_ADMIN, f"{WEB}/databases/service")
    assert (database["name"], database["instance"], database["charset"]) == ("service", "web", "UTF8")

    local.call("DELETE", SQL_ADMIN, WEB)
    local.call("GET", SQL_ADMIN, f"{WEB}/databases/service", status=404)
    local.call("GET", SQL_ADMIN, f"{WEB}/users/service", status=404)


def test_a_password_is_taken_and_never_shown(local: LocalCloud) -> None:
    create(local)
    local.call("POST", SQL_ADMIN, f"{WEB}/users", {"name": "service", "password": "hunter2"})
    local.call("PUT", SQL_ADMIN, f"{WEB}/users?name=service", {"name": "service", "password": "hunter3"})

    assert "hunter" not in str(local.call("GET", SQL_ADMIN, f"{WEB}/users/service"))


def test_a_user_is_deleted_by_a_name_in_the_query(local: LocalCloud) -> None:
    create(local)
    local.call("POST", SQL_ADMIN, f"{WEB}/users", {"name": "service", "password": "one"})

    local.call("DELETE", SQL_ADMIN, f"{WEB}/users?name=other", status=404)
    local.call("DELETE", SQL_ADMIN, f"{WEB}/users?name=service")

    local.call("GET", SQL_ADMIN, f"{WEB}/users/service", status=404)


def test_a_project_without_servers_has_an_empty_list(local: LocalCloud) -> None:
    assert local.call("GET", SQL_ADMIN, "projects/demo-test/instances") == {}


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_server_and_a_database_are_changed_by_either_method(local: LocalCloud, method: str) -> None:
    """Google's provider sends a PUT, with what it was answered among the rest."""
    create(local)
    local.call("POST", SQL_ADMIN, f"{WEB}/databases", {"name": "service", "charset": "UTF8"})

    change = {"settings": {"tier": "db-custom-1-3840"}, "instanceType": "CLOUD_SQL_INSTANCE"}
    operation = local.call(method, SQL_ADMIN, WEB, change)
    local.call(method, SQL_ADMIN, f"{WEB}/databases/service", {"name": "service", "collation": "C"})

    assert operation["status"] == "DONE"
    changed = local.call("GET", SQL_ADMIN, WEB)
    assert changed["settings"] == change["settings"]
    assert (changed["region"], changed["databaseVersion"]) == (SERVER["region"], SERVER["databaseVersion"])
    database = local.call("GET", SQL_ADMIN, f"{WEB}/databases/service")
    assert (database["charset"], database["collation"]) == ("UTF8", "C")


def test_a_put_makes_nothing(local: LocalCloud) -> None:
    local.call("PUT", SQL_ADMIN, WEB, {"settings": {"tier": "db-f1-micro"}}, status=404)
