"""A real database under the whole: deployed, written through the edge, kept over a kill, and gone in the end."""

import os
import signal

import psutil
import pytest
import requests

from flask_hearth.testing.firestore_emulator import FirestoreEmulator
from flask_hearth.testing.postgres_server import PostgresServer
from hearth.first_collection import first
from hearth.tests.engine.deployment import CHECKOUT, SECONDS, Deployment

KEPT = first(CHECKOUT)
"""What the tests make objects of, whatever the service keeps."""


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            "postgres",
            marks=pytest.mark.skipif(PostgresServer.installed() is None, reason="no Postgres server can be run here"),
        ),
        pytest.param(
            "firestore",
            marks=pytest.mark.skipif(
                FirestoreEmulator.installed() is None, reason="there is no Java, or no Firestore emulator"
            ),
        ),
    ],
)
def test_what_is_written_through_the_edge_outlives_a_killed_local_cloud(fresh: Deployment, kind: str) -> None:
    fresh.edit("Pulumi.local.yaml", "app:database: sqlite", f"app:database: {kind}")
    fresh.up()
    written = requests.post(fresh.site + KEPT.path, json=KEPT.body, timeout=SECONDS)
    assert written.status_code == 201, written.text
    cloud = fresh.cloud()
    assert cloud

    os.kill(cloud, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(cloud)] if psutil.pid_exists(cloud) else [], SECONDS)
    fresh.up()

    assert fresh.get(written.headers["Location"]).json() == written.json()
    assert fresh.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0
    done = fresh.make("down", "--yes")
    assert done.returncode == 0, done.stdout
    assert not fresh.processes()
    assert not (fresh.checkout.cloud / "databases").exists()
