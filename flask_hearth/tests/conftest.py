"""An app with settings of our own, and a way to start the real thing."""

from collections.abc import Iterator

import pytest
from flask import Flask

from flask_hearth.settings import HearthSettings
from flask_hearth.stores.sql.migrating import Migrations
from flask_hearth.stores.urls import Sqlite
from flask_hearth.testing.firestore_emulator import FirestoreEmulator
from flask_hearth.testing.fixtures import client, logging_is_left_as_it_was, port, postgres_server, start
from flask_hearth.testing.processes import PATIENCE
from flask_hearth.testing.sample import DECLARATIONS, create_app
from flask_hearth.tests.databases import MIGRATIONS, Databases

# Named, so that pytest finds them here.
__all__ = ["client", "logging_is_left_as_it_was", "port", "postgres_server", "start"]

GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An SQLite database with the sample app's schema, one for all tests."""
    path = tmp_path_factory.mktemp("database") / "service.sqlite3"
    Migrations(DECLARATIONS, MIGRATIONS).upgrade(Sqlite(path=path))
    return f"sqlite://{path}"


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
    """New databases of every kind, with all the time that a busy machine may take to connect, too."""
    made = Databases(request, tmp_path_factory.mktemp("databases"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flask_hearth.stores.sql.postgres.CONNECT_SECONDS", int(PATIENCE))
        yield made
    made.close()


@pytest.fixture
def app(database_url: str) -> Flask:
    environ = {"SECRET_KEY": GOOD_KEY, "GOOGLE_CLOUD_PROJECT": "demo-hearth", "DATABASE_URL": database_url}
    return create_app(HearthSettings.from_env(environ))
