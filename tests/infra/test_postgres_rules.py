"""Cloud SQL's machines for Postgres, and whether one bears what a stack asks of it."""

import json

import pytest

from hearth.facts import cloud_sql
from hearth.facts.cloud_sql import Tier
from hearth.faults import Fault, SettingsError
from infra import configuration, names

SMALLEST = "db-custom-1-3840"


def faults(
    tier: str = SMALLEST,
    *,
    database: str = "postgres",
    available: bool = False,
    recovery: bool = True,
    backups: int = 7,
    instances: int = 1,
    pool: int = 1,
) -> list[Fault]:
    config = {
        "gcp:project": "shop-dev",
        "app:database": database,
        "app:postgresTier": tier,
        "app:postgresHighAvailability": json.dumps(available),
        "app:pointInTimeRecovery": json.dumps(recovery),
        "app:backupDays": str(backups),
        "app:maxInstances": str(instances),
        "app:databasePoolSize": str(pool),
    }
    try:
        configuration.load(config, {}, rewritten=True)
    except SettingsError as error:
        return [*error.faults]
    return []


@pytest.mark.parametrize(
    ("name", "edition", "connections"),
    [
        ("db-f1-micro", "ENTERPRISE", 25),
        ("db-g1-small", "ENTERPRISE", 50),
        ("db-custom-1-3840", "ENTERPRISE", 100),
        ("db-custom-1-6144", "ENTERPRISE", 200),
        ("db-custom-2-7680", "ENTERPRISE", 400),
        ("db-custom-4-15360", "ENTERPRISE", 500),
        ("db-custom-8-30720", "ENTERPRISE", 600),
        ("db-custom-16-61440", "ENTERPRISE", 800),
        ("db-custom-96-638976", "ENTERPRISE", 1000),
        ("db-perf-optimized-N-2", "ENTERPRISE_PLUS", 500),
        ("db-perf-optimized-N-16", "ENTERPRISE_PLUS", 1000),
    ],
)
def test_a_machine_tells_its_edition_and_its_connections(name: str, edition: str, connections: int) -> None:
    tier = cloud_sql.tier(name)

    assert isinstance(tier, Tier)
    assert (tier.edition, tier.max_connections) == (edition, connections)
    assert not faults(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "db-n1-standard-1",
        "db-custom-1-2048",
        "db-custom-3-11520",
        "db-custom-2-7681",
        "db-custom-2-20480",
        "db-custom-98-200704",
        "db-custom-8-3840",
        "db-custom-0-3840",
        "db-perf-optimized-N-3",
        "db-f1-micro ",
    ],
)
def test_what_is_no_machine_is_refused_whatever_the_database(name: str) -> None:
    for database in ("postgres", "firestore"):
        (fault,) = faults(name, database=database)

        assert (fault.key, fault.value) == ("app:postgresTier", name)


@pytest.mark.parametrize(
    ("tier", "instances", "pool"), [("db-f1-micro", 1, 9), ("db-f1-micro", 2, 4), (SMALLEST, 10, 4), (SMALLEST, 47, 1)]
)
def test_connections_that_fit_two_revisions_pass_and_one_more_is_refused(tier: str, instances: int, pool: int) -> None:
    assert not faults(tier, instances=instances, pool=pool)

    (fault,) = faults(tier, instances=instances, pool=pool + 1)

    assert (fault.key, fault.value) == ("app:databasePoolSize", pool + 1)
    assert "2 revisions during a rollout" in fault.why
    assert f"app:databasePoolSize to {pool} or less" in fault.fix


def test_where_no_pool_fits_there_have_to_be_fewer_instances() -> None:
    (fault,) = faults("db-f1-micro", instances=10)

    assert fault.fix.startswith("lower app:maxInstances, or choose")


def test_a_standby_needs_the_log_that_it_is_fed_from() -> None:
    (fault,) = faults(available=True, recovery=False)

    assert fault.key == "app:postgresHighAvailability"
    assert not faults(available=True, recovery=True)


def test_a_moment_is_recovered_from_a_backup() -> None:
    (fault,) = faults(recovery=True, backups=0)

    assert fault.key == "app:backupDays"
    assert "no backup" in fault.why
    assert not faults(recovery=False, backups=0)
    assert not faults(database="firestore", recovery=True, backups=0)


def test_a_stack_on_another_database_is_not_held_to_any_of_it() -> None:
    assert not faults("db-f1-micro", database="firestore", available=True, recovery=False, instances=100, pool=100)


def test_the_socket_of_the_longest_names_fits_into_what_linux_takes() -> None:
    """`sun_path` has 108 bytes, the last of which is zero (unix(7)); libpq refuses a longer path."""
    project, region, name = "p" * 30, "northamerica-northeast1", "n" * 24
    instance = names.derive(name=name, project=project, site_id="").database_instance

    configuration.load({"gcp:project": "shop-dev", "app:name": name}, {}, rewritten=True)
    assert len(f"/cloudsql/{project}:{region}:{instance}/.s.PGSQL.5432") <= 107
