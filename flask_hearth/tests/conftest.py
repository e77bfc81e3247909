"""An app with settings of our own, and a way to start the real thing."""

import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_hearth.settings import Settings
from flask_hearth.stores.sql.migrating import Migrations
from flask_hearth.stores.urls import Sqlite
from flask_hearth.testing import ports
from flask_hearth.testing.firestore_emulator import FirestoreEmulator
from flask_hearth.testing.postgres_server import PostgresServer
from flask_hearth.testing.processes import Process
from flask_hearth.testing.sample import DECLARATIONS, create_app
from flask_hearth.tests.databases import MIGRATIONS, Databases

GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"


@pytest.fixture(autouse=True)
def _logging_is_left_as_it_was() -> Iterator[None]:
    """The service takes the root logger for itself, which is right in a process of its own."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An SQLite database with the sample app's schema, one for all tests."""
    path = tmp_path_factory.mktemp("database") / "service.sqlite3"
    Migrations(DECLARATIONS, MIGRATIONS).upgrade(Sqlite(path=path))
    return f"sqlite://{path}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for all tests; who stops it starts it again."""
    binaries = PostgresServer.installed()
    if binaries is None:
        pytest.skip("no Postgres server is installed (Debian: postgresql), or as root no user postgres or no setpriv")
    server = PostgresServer(binaries)
    yield server
    server.end()


@pytest.fixture(scope="session")
def firestore_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirestoreEmulator]:
    """One emulator for all tests; who stops it starts it again."""
    jar = FirestoreEmulator.installed()
    if jar is None:
        pytest.skip(
            "the Firestore emulator is not installed (gcloud components install cloud-firestore-emulator), or no Java"
        )
    emulator = FirestoreEmulator(jar, tmp_path_factory.mktemp("firestore") / "log")
    yield emulator
    emulator.end()


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """New databases of every kind."""
    made = Databases(request, tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture
def app(database_url: str) -> Flask:
    environ = {"SECRET_KEY": GOOD_KEY, "GOOGLE_CLOUD_PROJECT": "demo-hearth", "DATABASE_URL": database_url}
    return create_app(Settings.from_env(environ))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Start `python ARGUMENTS…` in a folder with exactly this environment."""
    started: list[Process] = []

    def begin(*arguments: str, folder: Path, environ: Mapping[str, str]) -> Process:
        log = tmp_path / f"{len(started)}.log"
        started.append(Process([sys.executable, *arguments], folder, environ, log))
        return started[-1]

    yield begin
    for process in started:
        process.end()


@pytest.fixture
def port() -> Iterator[int]:
    """A TCP port that is free for a server of this test."""
    with ports.held() as port:
        yield port
