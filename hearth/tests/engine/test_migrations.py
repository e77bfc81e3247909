"""The service's data over deployments: kept, migrated before a revision serves, and never behind it."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import requests

from hearth.first_collection import first
from hearth.tests.engine.deployment import APP, CHECKOUT, SECONDS, Deployment, eventually

EXECUTION = "hearth:run:JobExecution"
SERVICE = "gcp:cloudrunv2/service:Service"
FOLDER = "service/migrations/versions"
KEPT = first(CHECKOUT)
"""What the tests make objects of, whatever the service keeps."""

ADD_COLUMN = f'''"""Add a column."""

import sqlalchemy as sa
from alembic import op

revision = "{{next}}"
down_revision = "{{head}}"


def upgrade() -> None:
    op.add_column("{KEPT.name}", sa.Column("only_in_{{next}}", sa.Text(), nullable=True))
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


@dataclass(frozen=True)
class Next:
    """The migration after those that a deployment has."""

    deployment: Deployment
    head: str
    number: str

    @property
    def file(self) -> Path:
        return self.deployment.root / FOLDER / f"{self.number}_add_column.py"

    def write(self, text: str, **more: str) -> None:
        self.file.write_text(text.format(head=self.head, next=self.number, **more), encoding="utf-8")

    def was_applied(self) -> bool:
        log = self.deployment.checkout.cloud / "logs" / "jobs" / f"{APP}-migrate.log"
        return f"Migrated from {self.head} to {self.number}" in log.read_text(encoding="utf-8")


@pytest.fixture
def following(edited: Deployment) -> Next:
    head = max(file.name.partition("_")[0] for file in (edited.root / FOLDER).glob("[0-9]*.py"))
    return Next(edited, head, f"{int(head) + 1:04d}")


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


def test_a_new_migration_is_applied_before_its_revision_serves(edited: Deployment, following: Next) -> None:
    before, pen = kept(edited), add(edited)
    following.write(ADD_COLUMN)

    changes = edited.changes()
    output = edited.up()

    assert changes[EXECUTION]["op"] == "update"
    assert output.index(" succeeded\n") < output.index(f"~ {SERVICE}: (update)")
    assert following.was_applied()
    assert kept(edited) == [*before, pen]
    assert edited.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0


def test_a_failed_migration_fails_every_up_with_its_log_while_the_old_revision_serves(
    edited: Deployment, following: Next
) -> None:
    before, pen = kept(edited), add(edited)
    serving, ran = revision(edited), executions(edited)
    following.write(BROKEN)

    first = edited.make("up")
    during = kept(edited)
    second = edited.make("up")
    tries = executions(edited) - ran
    still = revision(edited)
    ink = add(edited)
    following.write(ADD_COLUMN)
    repaired = edited.up()

    assert first.returncode != 0
    assert "no such table: nowhere" in first.stdout
    assert f"The job '{APP}-migrate' failed" in first.stdout
    assert "Traceback (most recent call last)" not in first.stdout.partition(f"The job '{APP}-migrate' failed")[0]
    assert during == [*before, pen]
    assert second.returncode != 0, second.stdout
    assert "no such table: nowhere" in second.stdout
    assert (tries, still) == (2, serving)
    assert kept(edited) == [*before, pen, ink], repaired
    assert revision(edited) != serving
    assert edited.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0


def test_a_migration_that_an_engine_was_killed_over_is_taken_up_and_not_run_beside_itself(
    edited: Deployment, following: Next, tmp_path: Path
) -> None:
    go_on, ran = tmp_path / "go on", executions(edited)
    following.write(HANGING, file=str(go_on))
    running = edited.start("up")
    eventually(lambda: executions(edited) == ran + 1)
    engine = next(child for child in psutil.Process(running.pid).children() if child.name() == "pulumi")
    os.kill(engine.pid, signal.SIGKILL)
    running.communicate(timeout=SECONDS)

    again = edited.start("up")
    assert again.stdout
    said = next((line for line in again.stdout if "is already running" in line), "")
    go_on.touch()
    output, _ = again.communicate(timeout=SECONDS)

    assert again.returncode == 0, output
    assert said
    assert executions(edited) == ran + 1
    assert following.was_applied()
    assert edited.get(KEPT.path).status_code == 200


def test_an_earlier_image_is_deployed_again_over_a_schema_that_is_ahead(edited: Deployment, following: Next) -> None:
    """A rollback: what the newer migrations made stays, and the old revision serves on it."""
    following.write(ADD_COLUMN)
    edited.up()
    before, pen = kept(edited), add(edited)
    following.file.unlink()

    edited.up()

    assert kept(edited) == [*before, pen]
