"""The service's data over deployments: kept, migrated before a revision serves, and never behind it."""

import os
import signal

import psutil
import requests
from app.stores.sql import schema

from tests.engine.deployment import APP, Deployment, eventually

EXECUTION = "hearth:run:JobExecution"
SERVICE = "gcp:cloudrunv2/service:Service"
FOLDER = "service/migrations/versions"
ITEMS = "/api/v1/items"

HEAD = schema.head()
NEXT = f"{int(HEAD) + 1:04d}"
ADD_COLOUR = f'''"""Add colours."""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{HEAD}"


def upgrade() -> None:
    op.add_column("items", sa.Column("colour", sa.Text(), nullable=True))
'''
BROKEN = ADD_COLOUR.replace('op.add_column("items"', 'op.add_column("itemz"')
"""There is no such table."""
HANGING = ADD_COLOUR.replace("def upgrade() -> None:", "def upgrade() -> None:\n    __import__('time').sleep(20)")


def write(deployment: Deployment, migration: str) -> None:
    (deployment.root / FOLDER / f"{NEXT}_add_colours.py").write_text(migration, encoding="utf-8")


def add(deployment: Deployment, name: str) -> str:
    """A new item's address, through the edge."""
    answer = requests.post(deployment.site + ITEMS, json={"name": name}, timeout=10)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def names(deployment: Deployment) -> list[str]:
    return [item["name"] for item in deployment.get(ITEMS).json()["items"]]


def executions(deployment: Deployment) -> int:
    """How often the migration was run."""
    return deployment.log().count(f"/jobs/{APP}-migrate:run 200")


def revision(deployment: Deployment) -> str:
    """The one that serves."""
    return deployment.make("status").stdout.partition("serving")[0].split()[-1]


def test_items_are_kept_by_the_edge_and_the_services_own_address_alike(deployed: Deployment) -> None:
    where = add(deployed, "Pen")
    ran = executions(deployed)

    deployed.up()

    assert deployed.get(where).json()["name"] == "Pen"
    assert deployed.get(where, deployed.service).json() == deployed.get(where).json()
    assert executions(deployed) == ran


def test_a_new_migration_is_applied_before_its_revision_serves(fresh: Deployment) -> None:
    fresh.up()
    add(fresh, "Pen")
    write(fresh, ADD_COLOUR)

    changes = fresh.changes()
    output = fresh.up()

    assert changes[EXECUTION]["op"] == "update"
    assert output.index(" succeeded\n") < output.index(f"~ {SERVICE}: (update)")
    assert f"Migrated from {HEAD} to {NEXT}" in (fresh.checkout.cloud / f"logs/jobs/{APP}-migrate.log").read_text()
    assert names(fresh) == ["Pen"]
    assert fresh.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0


def test_a_failed_migration_fails_every_up_with_its_log_while_the_old_revision_serves(fresh: Deployment) -> None:
    fresh.up()
    add(fresh, "Pen")
    before = revision(fresh)
    write(fresh, BROKEN)

    first = fresh.make("up")
    during = names(fresh)
    second = fresh.make("up")
    ran = executions(fresh)
    still = revision(fresh)
    add(fresh, "Ink")
    write(fresh, ADD_COLOUR)
    repaired = fresh.up()

    assert first.returncode != 0
    assert "no such table: itemz" in first.stdout
    assert f"The job '{APP}-migrate' failed" in first.stdout
    assert "Traceback (most recent call last)" not in first.stdout.partition(f"The job '{APP}-migrate' failed")[0]
    assert during == ["Pen"]
    assert second.returncode != 0, second.stdout
    assert "no such table: itemz" in second.stdout
    assert (ran, still) == (3, before)
    assert names(fresh) == ["Pen", "Ink"], repaired
    assert revision(fresh) != before
    assert fresh.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0


def test_a_migration_that_an_engine_was_killed_over_is_taken_up_and_not_run_beside_itself(fresh: Deployment) -> None:
    fresh.up()
    write(fresh, HANGING)
    running = fresh.start("up")
    eventually(lambda: executions(fresh) == 2)
    engine = next(child for child in psutil.Process(running.pid).children() if child.name() == "pulumi")
    os.kill(engine.pid, signal.SIGKILL)
    running.communicate(timeout=60)

    output = fresh.up()

    assert "runs already" in output
    assert executions(fresh) == 2
    assert f"Migrated from {HEAD} to {NEXT}" in (fresh.checkout.cloud / f"logs/jobs/{APP}-migrate.log").read_text()
    assert fresh.get(ITEMS).status_code == 200


def test_an_earlier_image_is_deployed_again_over_a_schema_that_is_ahead(fresh: Deployment) -> None:
    """A rollback: what the newer migrations made stays, and the old revision serves on it."""
    fresh.up()
    write(fresh, ADD_COLOUR)
    fresh.up()
    add(fresh, "Pen")
    (fresh.root / FOLDER / f"{NEXT}_add_colours.py").unlink()

    fresh.up()

    assert names(fresh) == ["Pen"]


def test_data_goes_with_the_stack(fresh: Deployment) -> None:
    fresh.up()
    add(fresh, "Pen")

    fresh.make("down")
    fresh.up()

    assert names(fresh) == []
