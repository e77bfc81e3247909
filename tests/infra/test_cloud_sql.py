"""Postgres in a stack: declared whole, reached by a socket alone, its password nowhere to be read."""

import pytest
from psycopg.conninfo import conninfo_to_dict

from hearth.faults import SettingsError
from hearth.testing.recorder import Stack
from infra import configuration
from tests.infra.example import run_stack, shipped

SERVER = "gcp:sql/databaseInstance:DatabaseInstance"
DATABASE = "gcp:sql/database:Database"
USER = "gcp:sql/user:User"
SERVICE = "gcp:cloudrunv2/service:Service"
JOB = "gcp:cloudrunv2/job:Job"
VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
POSTGRES = {"app:name": "web", "app:database": "postgres"}


def postgres(name: str = "prod", **changes: str) -> Stack:
    return run_stack(name, POSTGRES | {f"app:{key}": value for key, value in changes.items()})


def url(stack: Stack) -> str:
    return str(stack.one(VERSION, "database-url").inputs["secretData"])


def test_the_server_is_declared_with_every_value_that_google_would_choose_otherwise() -> None:
    server = postgres().one(SERVER)

    assert server.inputs == {
        "project": "example-prod",
        "region": "us-central1",
        "name": "web",
        "databaseVersion": "POSTGRES_17",
        "deletionProtection": True,
        "settings": {
            "tier": "db-custom-1-3840",
            "edition": "ENTERPRISE",
            "availabilityType": "REGIONAL",
            "deletionProtectionEnabled": True,
            "diskAutoresize": True,
            "diskAutoresizeLimit": 100,
            "connectorEnforcement": "REQUIRED",
            "ipConfiguration": {"ipv4Enabled": True, "sslMode": "ENCRYPTED_ONLY"},
            "backupConfiguration": {
                "enabled": True,
                "pointInTimeRecoveryEnabled": True,
                "transactionLogRetentionDays": 7,
                "backupRetentionSettings": {"retainedBackups": 7, "retentionUnit": "COUNT"},
            },
            "retainBackupsOnDelete": True,
            "finalBackupConfig": {"enabled": True, "retentionDays": 7},
            "maintenanceWindow": {"day": 7, "hour": 3, "updateTrack": "stable"},
            "insightsConfig": {"queryInsightsEnabled": True},
            "databaseFlags": [{"name": "max_connections", "value": "100"}],
        },
    }
    assert server.protect
    assert server.parent == "database"


@pytest.mark.parametrize(
    ("key", "value", "path", "declared"),
    [
        ("postgresVersion", "18", "databaseVersion", "POSTGRES_18"),
        ("postgresTier", "db-perf-optimized-N-2", "settings.edition", "ENTERPRISE_PLUS"),
        ("postgresTier", "db-perf-optimized-N-2", "settings.databaseFlags[0].value", "500"),
        ("postgresHighAvailability", "false", "settings.availabilityType", "ZONAL"),
        ("postgresDiskLimitGigabytes", "500", "settings.diskAutoresizeLimit", 500),
        ("postgresQueryInsights", "false", "settings.insightsConfig.queryInsightsEnabled", False),
        ("postgresMaintenanceDay", "2", "settings.maintenanceWindow.day", 2),
        ("postgresMaintenanceHour", "0", "settings.maintenanceWindow.hour", 0),
    ],
)
def test_a_setting_reaches_the_server(key: str, value: str, path: str, declared: object) -> None:
    assert postgres(**{key: value}).one(SERVER).at(path) == declared


def test_without_point_in_time_recovery_there_are_backups_still() -> None:
    stack = postgres("dev")

    assert stack.one(SERVER).at("settings.backupConfiguration.pointInTimeRecoveryEnabled") is False
    assert stack.one(SERVER).at("settings.backupConfiguration.enabled") is True


@pytest.mark.parametrize(("days", "log"), [("3", 3), ("30", 7)])
def test_backups_are_kept_for_their_days_also_without_the_server(days: str, log: int) -> None:
    settings = postgres(backupDays=days).one(SERVER).inputs["settings"]

    assert settings["backupConfiguration"]["backupRetentionSettings"]["retainedBackups"] == int(days)
    assert settings["backupConfiguration"]["transactionLogRetentionDays"] == log
    assert settings["finalBackupConfig"] == {"enabled": True, "retentionDays": int(days)}
    assert settings["retainBackupsOnDelete"] is True


def test_without_backups_nothing_is_left_of_a_deleted_server() -> None:
    settings = postgres("dev", backupDays="0").one(SERVER).inputs["settings"]

    assert settings["backupConfiguration"] == {"enabled": False, "pointInTimeRecoveryEnabled": False}
    assert settings["finalBackupConfig"] == {"enabled": False}
    assert settings["retainBackupsOnDelete"] is False


def test_a_stack_that_may_go_can_go() -> None:
    server = postgres("dev").one(SERVER)

    assert not server.protect
    assert server.inputs["deletionProtection"] is False
    assert server.at("settings.deletionProtectionEnabled") is False


def test_database_and_user_go_with_their_server_and_not_before() -> None:
    """Postgres refuses to drop a role that owns tables, and a database that somebody is connected to."""
    stack = postgres()

    assert {stack.one(each).inputs["deletionPolicy"] for each in (DATABASE, USER)} == {"ABANDON"}
    assert stack.one(DATABASE).protect


def test_the_driver_reads_in_the_address_what_was_declared() -> None:
    stack = postgres()
    user = stack.one(USER).inputs

    assert conninfo_to_dict(url(stack)) == {
        "user": user["name"],
        "password": user["password"],
        "dbname": stack.one(DATABASE).inputs["name"],
        "host": "/cloudsql/example-prod:us-central1:web",
    }
    assert user["password"] == stack.one("hearth:secret:RandomKey", "database-password").outputs["value"]


def test_the_password_is_only_where_it_is_encrypted() -> None:
    stack = postgres(databasePasswordRotation="of its own")
    password = stack.one(USER).inputs["password"]

    holders = {
        (each.short, key) for each in stack.resources for key, value in each.inputs.items() if password in str(value)
    }
    assert holders == {("User database", "password"), ("SecretVersion database-url", "secretData")}
    assert stack.one(USER).secret_inputs == {"password"}
    assert stack.one(VERSION, "database-url").secret_inputs == {"secretData"}
    assert password not in str(stack.outputs)


@pytest.mark.parametrize(("type", "task"), [(SERVICE, "template"), (JOB, "template.template")])
def test_service_and_migrations_get_the_socket_and_the_address(type: str, task: str) -> None:
    declared = postgres().one(type)

    (volume,) = declared.at(f"{task}.volumes")
    (mount,) = declared.at(f"{task}.containers[0].volumeMounts")
    envs = {each["name"]: each for each in declared.at(f"{task}.containers[0].envs")}
    assert volume["cloudSqlInstance"] == {"instances": ["example-prod:us-central1:web"]}
    assert mount == {"name": volume["name"], "mountPath": "/cloudsql"}
    assert envs["DATABASE_URL"] == {
        "name": "DATABASE_URL",
        "valueSource": {"secretKeyRef": {"secret": "web-database-url", "version": "1"}},
    }
    assert (envs["DATABASE_POOL_SIZE"]["value"], envs["DATABASE_POOL_WAIT_SECONDS"]["value"]) == ("4", "2")


@pytest.mark.parametrize("name", ["dev", "local"])
def test_a_stack_without_it_has_neither_socket_nor_api(name: str) -> None:
    stack = run_stack(name)

    assert "volumes" not in stack.one(SERVICE).inputs["template"]
    assert "sqladmin.googleapis.com" not in {
        each.inputs["service"] for each in stack.of_type("gcp:projects/service:Service")
    }


def test_migrations_wait_for_the_database_and_the_service_for_them() -> None:
    stack = postgres()

    there = {"DatabaseInstance database", "Database database", "User database", "Settled runtime-grants-settled"}
    assert there <= stack.dependencies(stack.one(JOB))
    assert "JobExecution migration-executed" in stack.dependencies(stack.one(SERVICE))


def test_the_service_may_connect_and_read_its_address_and_no_more() -> None:
    stack = postgres()

    granted = {each.inputs["role"] for each in stack.resources if each.parent == "database" and "role" in each.inputs}
    assert granted == {"roles/cloudsql.client", "roles/secretmanager.secretAccessor"}
    assert stack.one("gcp:projects/iAMMember:IAMMember", "database-client").inputs["condition"]["expression"] == (
        "resource.name == 'projects/example-prod/instances/web' && resource.service == 'sqladmin.googleapis.com'"
    )
    assert stack.one("hearth:project:Settled", "runtime-grants-settled").depends_on >= {
        "IAMMember database-client",
        "SecretIamMember database-url-reader",
    }


def test_another_rotation_makes_another_password() -> None:
    assert url(postgres()) != url(postgres(databasePasswordRotation="2"))


def test_a_pool_that_does_not_fit_stops_the_program_before_anything_is_declared() -> None:
    config = shipped("prod") | {"gcp:project": "example-prod", "gcp:billingProject": "example-prod"}

    with pytest.raises(SettingsError) as refused:
        configuration.load(config | POSTGRES | {"app:databasePoolSize": "5"}, {}, rewritten=True)

    assert [fault.key for fault in refused.value.faults] == ["app:databasePoolSize"]
