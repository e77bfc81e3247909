"""Cloud SQL on a real Postgres: what the API is asked for is there, and stays there."""

import re
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from flask_hearth.testing.postgres_server import PostgresServer
from hearth.catalog.apis import SQL_ADMIN
from hearth.localcloud.cloud import Cloud, Part
from hearth.localcloud.databases import postgres_programs
from hearth.localcloud.databases.part import Databases
from hearth.localcloud.databases.server import FOLDER_VARIABLE
from hearth.localcloud.records import Records
from hearth.localcloud.store import FILE, Store
from hearth.tests.localcloud.running import LocalCloud, in_process, in_thread, processes_below, wait_until

pytestmark = pytest.mark.skipif(PostgresServer.installed() is None, reason="no Postgres server can be run here")

INSTANCES = "projects/demo-test/instances"
WEB = f"{INSTANCES}/web"
CONNECTION = "demo-test:us-central1:web"
SERVER = {"name": "web", "databaseVersion": "POSTGRES_17", "settings": {"tier": "db-f1-micro"}}
PASSWORD = "it's"
DATA = "databases/cloudsql/demo-test/web"


def databases(cloud: Cloud) -> Sequence[Part]:
    part = Databases(cloud)
    return [part, Records(cloud, sql_servers=part.cloud_sql)]


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalCloud]:
    with in_thread(tmp_path / "cloud", compose=databases) as cloud:
        cloud.enable()
        yield cloud


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """With a server that every test leaves as it was."""
    with in_thread(tmp_path_factory.mktemp("made") / "cloud", compose=databases) as cloud:
        cloud.enable()
        make(cloud)
        yield cloud


def make(local: LocalCloud) -> None:
    """A server with a database and a user, both called `service`."""
    local.call("POST", SQL_ADMIN, INSTANCES, SERVER)
    local.call("POST", SQL_ADMIN, f"{WEB}/databases", {"name": "service"})
    local.call("POST", SQL_ADMIN, f"{WEB}/users", {"name": "service", "password": PASSWORD})


def socket(root: Path) -> str:
    store = Store(root / FILE)
    record = store.get(f"databases/sockets/{CONNECTION}")
    store.close()
    assert record
    return str(record["folder"])


def connect(local: LocalCloud, password: str = PASSWORD, user: str = "service") -> psycopg.Connection[Any]:
    return psycopg.connect(host=socket(local.root), user=user, password=password, dbname="service", autocommit=True)


def servers(root: Path) -> list[psutil.Process]:
    return processes_below(root, FOLDER_VARIABLE)


def fill(local: LocalCloud) -> None:
    with connect(local) as connection:
        connection.execute("CREATE TABLE items (name text)")
        connection.execute("INSERT INTO items VALUES ('pen')")


def filled(local: LocalCloud) -> list[Any]:
    with connect(local) as connection:
        return connection.execute("SELECT name FROM items").fetchall()


def test_a_user_has_a_database_by_its_password_alone(made: LocalCloud) -> None:
    fill(made)

    assert filled(made) == [("pen",)]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(made, "another")


def test_another_password_holds_at_once(made: LocalCloud) -> None:
    for method, path, password in (("POST", "users", "old"), ("PUT", "users?name=other", "new")):
        made.call(method, SQL_ADMIN, f"{WEB}/{path}", {"name": "other", "password": password})

    connect(made, "new", "other").close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(made, "old", "other")


def test_a_password_is_in_no_log_and_no_record(made: LocalCloud) -> None:
    made.call("POST", SQL_ADMIN, f"{WEB}/users", {"name": "good", "password": "hunter2"})
    # Postgres keeps names that begin like this for itself.
    made.call("POST", SQL_ADMIN, f"{WEB}/users", {"name": "pg_bad", "password": "hunter2"}, status=400)

    files = [file for file in made.root.rglob("*") if file.is_file()]
    assert not [file for file in files if b"hunter2" in file.read_bytes()]


def test_no_port_leads_to_a_server(made: LocalCloud) -> None:
    for process in servers(made.root):
        assert not [each for each in process.net_connections("inet") if each.status == psutil.CONN_LISTEN]


def test_what_can_not_be_carried_out_is_not_recorded_either(made: LocalCloud) -> None:
    with connect(made):
        refused = made.call("DELETE", SQL_ADMIN, f"{WEB}/databases/service", status=400)

    assert "is being accessed by other users" in refused["error"]["message"]
    made.call("GET", SQL_ADMIN, f"{WEB}/databases/service")


@pytest.mark.parametrize("name", ["no\0thing", "x" * 70])
def test_a_name_that_postgres_would_change_is_refused(made: LocalCloud, name: str) -> None:
    made.call("POST", SQL_ADMIN, f"{WEB}/databases", {"name": name}, status=400)


def test_the_declared_number_of_connections_holds_from_its_change_on(local: LocalCloud) -> None:
    make(local)

    for number in ("25", "30"):
        flags = [{"name": "max_connections", "value": number}, {"name": "cloudsql.iam_authentication", "value": "on"}]
        local.call("PATCH", SQL_ADMIN, WEB, {"settings": {"tier": "db-f1-micro", "databaseFlags": flags}})
        with connect(local) as connection:
            assert connection.execute("SHOW max_connections").fetchone() == (number,)


def test_data_stays_when_the_local_cloud_is_stopped(tmp_path: Path) -> None:
    with in_thread(tmp_path, compose=databases) as local:
        local.enable()
        make(local)
        fill(local)
        folder = socket(tmp_path)

    assert not servers(tmp_path)
    assert not Path(folder).exists()
    with in_thread(tmp_path, compose=databases) as local:
        assert filled(local) == [("pen",)]


def test_data_stays_when_the_local_cloud_is_killed_and_no_server_is_left(tmp_path: Path) -> None:
    with in_process(tmp_path) as local:
        local.enable()
        make(local)
        fill(local)
        left = socket(tmp_path)
        local.kill()

    with in_process(tmp_path) as local:
        assert filled(local) == [("pen",)]
        assert not Path(left).exists()
    assert not servers(tmp_path)


def test_a_server_that_dies_is_started_again_and_that_is_said(local: LocalCloud) -> None:
    make(local)
    fill(local)
    first = min(servers(local.root), key=lambda process: process.create_time())

    first.send_signal(signal.SIGKILL)
    log = local.root / "logs" / "databases" / "web.log"
    # Said once it answers, which it may have done for a while.
    wait_until(lambda: "The local cloud: the server runs again." in log.read_text(encoding="utf-8"))

    assert filled(local) == [("pen",)]
    said = log.read_text(encoding="utf-8")
    assert "The local cloud: the server ended with exit code -9; starting it again." in said


def test_a_deleted_server_leaves_nothing(local: LocalCloud) -> None:
    make(local)
    folder = socket(local.root)

    local.call("DELETE", SQL_ADMIN, WEB)

    assert not servers(local.root)
    assert not (local.root / DATA).exists()
    assert not Path(folder).exists()


def test_what_was_recorded_and_not_carried_out_is_forgotten(tmp_path: Path) -> None:
    """So that who asked for it, and got no answer, asks again."""
    with in_thread(tmp_path, compose=databases) as local:
        local.enable()
        make(local)
        for kind in ("databases", "users"):
            key = f"{SQL_ADMIN.prefix}/{WEB}/{kind}/ghost"
            local.in_loop(lambda cloud, key=key: cloud.store.put(key, {"name": key}))  # type: ignore[misc]

    with in_thread(tmp_path, compose=databases) as local:
        for kind in ("databases", "users"):
            local.call("GET", SQL_ADMIN, f"{WEB}/{kind}/ghost", status=404)
            local.call("GET", SQL_ADMIN, f"{WEB}/{kind}/service")


def test_data_of_another_major_version_is_named_with_the_fix(local: LocalCloud) -> None:
    folder = local.root / DATA
    folder.mkdir(parents=True)
    (folder / "PG_VERSION").write_text("9\n", encoding="utf-8")

    refused = local.call("POST", SQL_ADMIN, INSTANCES, SERVER, status=400)

    assert re.search(r"written by Postgres 9, .* Install Postgres 9 .*, or delete", refused["error"]["message"])
    local.call("GET", SQL_ADMIN, WEB, status=404)


def test_a_server_that_can_not_be_run_keeps_no_local_cloud_from_running(tmp_path: Path) -> None:
    with in_thread(tmp_path, compose=databases) as local:
        local.enable()
        make(local)
    version = tmp_path / DATA / postgres_programs.VERSION_FILE
    written = version.read_text(encoding="utf-8")
    version.write_text("9\n", encoding="utf-8")

    with in_thread(tmp_path, compose=databases) as local:
        refused = local.call("POST", SQL_ADMIN, f"{WEB}/databases", {"name": "more"}, status=400)
        assert "does not run" in refused["error"]["message"]
    version.write_text(written, encoding="utf-8")
