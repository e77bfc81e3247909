"""The service's data over deployments: kept, migrated before a revision serves, and never behind it."""

import os
import signal
from pathlib import Path

import psutil
import requests

from hearth.first_collection import first
from hearth.tests.engine.deployment import APP, CHECKOUT, SECONDS, Deployment, eventually

EXECUTION = "hearth:run:JobExecution"
SERVICE = "gcp:cloudrunv2/service:Service"
FOLDER = "service/migrations/versions"
KEPT = first(CHECKOUT)
"""What the tests make objects of, whatever the service keeps."""

HEAD = max(file.name.partition("_")[0] for file in (CHECKOUT / FOLDER).glob("[0-9]*.py"))
NEXT = f"{int(HEAD) + 1:04d}"
ADD_COLUMN = f'''"""Add a column."""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{HEAD}"


def upgrade() -> None:
    op.add_column("{KEPT.name}", sa.Column("only_here", sa.Text(), nullable=True))
'''
BROKEN = ADD_COLUMN.replace(f'op.add_column("{KEPT.name}"', 'op.add_column("nowhere"')
"""There is no such table."""
HANGING = ADD_COLUMN.replace(
    "def upgrade() -> None:",
    """def upgrade() -> None:
    import pathlib, time

    while not pathlib.Path("{file}").exists():
        time.sleep(0.1)""",
)
"""Goes on once a file is there."""


def write(deployment: Deployment, migration: str) -> None:
    (deployment.root / FOLDER / f"{NEXT}_add_column.py").write_text(migration, encoding="utf-8")


def add(deployment: Deployment) -> str:
    """A new object's path, through the edge."""
    answer = requests.post(deployment.site + KEPT.path, json=KEPT.body, timeout=SECONDS)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def kept(deployment: Deployment) -> list[str]:
    """The paths of all objects, in the order in which they were made."""
    return [f"{KEPT.path}/{each['id']}" for each in deployment.get(KEPT.path).json()[KEPT.name]]


def executions(deployment: Deployment) -> int:
    """How often the migration was run."""
    return deployment.log().count(f"/jobs/{APP}-migrate:run 200")


def revision(deployment: Deployment) -> str:
    """The one that serves."""
    return deployment.make("status").stdout.partition("serving")[0].split()[-1]


def test_data_is_kept_by_the_edge_and_the_services_own_address_alike(deployed: Deployment) -> None:
    where = add(deployed)
    ran = executions(deployed)

    deployed.up()

    assert where in kept(deployed)
    assert deployed.get(where, deployed.service).json() == deployed.get(where).json()
    assert executions(deployed) == ran


def test_a_new_migration_is_applied_before_its_revision_serves(fresh: Deployment) -> None:
    fresh.up()
    pen = add(fresh)
    write(fresh, ADD_COLUMN)

    changes = fresh.changes()
    output = fresh.up()

    assert changes[EXECUTION]["op"] == "update"
    assert output.index(" succeeded\n") < output.index(f"~ {SERVICE}: (update)")
    assert f"Migrated from {HEAD} to {NEXT}" in (fresh.checkout.cloud / f"logs/jobs/{APP}-migrate.log").read_text()
    assert kept(fresh) == [pen]
    assert fresh.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0


def test_a_failed_migration_fails_every_up_with_its_log_while_the_old_revision_serves(fresh: Deployment) -> None:
    fresh.up()
    pen = add(fresh)
    before = revision(fresh)
    write(fresh, BROKEN)

    first = fresh.make("up")
    during = kept(fresh)
    second = fresh.make("up")
    ran = executions(fresh)
    still = revision(fresh)
    ink = add(fresh)
    write(fresh, ADD_COLUMN)
    repaired = fresh.up()

    assert first.returncode != 0
    assert "no such table: nowhere" in first.stdout
    assert f"The job '{APP}-migrate' failed" in first.stdout
    assert "Traceback (most recent call last)" not in first.stdout.partition(f"The job '{APP}-migrate' failed")[0]
    assert during == [pen]
    assert second.returncode != 0, second.stdout
    assert "no such table: nowhere" in second.stdout
    assert (ran, still) == (3, before)
    assert kept(fresh) == [pen, ink], repaired
    assert revision(fresh) != before
    assert fresh.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0


def test_a_migration_that_an_engine_was_killed_over_is_taken_up_and_not_run_beside_itself(
    fresh: Deployment, tmp_path: Path
) -> None:
    fresh.up()
    go_on = tmp_path / "go on"
    write(fresh, HANGING.replace("{file}", str(go_on)))
    running = fresh.start("up")
    eventually(lambda: executions(fresh) == 2)
    engine = next(child for child in psutil.Process(running.pid).children() if child.name() == "pulumi")
    os.kill(engine.pid, signal.SIGKILL)
    running.communicate(timeout=SECONDS)

    again = fresh.start("up")
    assert again.stdout
    said = next((line for line in again.stdout if "runs already" in line), "")
    go_on.touch()
    output, _ = again.communicate(timeout=SECONDS)

    assert again.returncode == 0, output
    assert said
    assert executions(fresh) == 2
    assert f"Migrated from {HEAD} to {NEXT}" in (fresh.checkout.cloud / f"logs/jobs/{APP}-migrate.log").read_text()
    assert fresh.get(KEPT.path).status_code == 200


def test_an_earlier_image_is_deployed_again_over_a_schema_that_is_ahead(fresh: Deployment) -> None:
    """A rollback: what the newer migrations made stays, and the old revision serves on it."""
    fresh.up()
    write(fresh, ADD_COLUMN)
    fresh.up()
    pen = add(fresh)
    (fresh.root / FOLDER / f"{NEXT}_add_column.py").unlink()

    fresh.up()

    assert kept(fresh) == [pen]


def test_data_goes_with_the_stack(fresh: Deployment) -> None:
    fresh.up()
    add(fresh)

    fresh.make("down")
    fresh.up()

    assert kept(fresh) == []
