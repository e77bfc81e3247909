"""New, empty databases on each kind of store that there is."""

import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores import open_store, urls
from flask_hearth.stores.interface import Store
from flask_hearth.stores.sql import schema
from flask_hearth.stores.sql.engines import migration_engine
from flask_hearth.stores.sql.tables import metadata
from flask_hearth.testing import sample
from flask_hearth.testing.processes import PATIENCE

if TYPE_CHECKING:
    from flask_hearth.testing.firestore_emulator import FirestoreEmulator
    from flask_hearth.testing.postgres_server import PostgresServer

MIGRATIONS = Path(sample.__file__).parent / "migrations"
"""Whose numbers the databases here have; the tables are those of whatever a test declares."""

KINDS = ("sqlite", "postgres", "firestore")


class Databases:
    """Makes them; servers are started when the first database of their kind is asked for."""

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        self._request = request
        self._folder = folder
        self._opened: list[Store] = []

    def url(self, kind: str, declarations: Sequence[Declaration]) -> str:
        """A database's DATABASE_URL, with tables for these declarations. Skips the test where there is no server."""
        name = f"d{uuid.uuid4().hex[:12]}"
        if kind == "firestore":
            self._request.getfixturevalue("firestore_emulator")
            return f"firestore://demo-{name}"
        if kind == "postgres":
            server: PostgresServer = self._request.getfixturevalue("postgres_server")
            url = server.make_database(name)
        else:
            url = f"sqlite://{self._folder / name}.sqlite3"
        make_tables(url, declarations)
        return url

    def open(self, kind: str, declarations: Sequence[Declaration], **options: Any) -> Store:
        """A store on a new database, closed when the tests have ended."""
        return self.open_url(self.url(kind, declarations), declarations, **options)

    def open_url(self, url: str, declarations: Sequence[Declaration], **options: Any) -> Store:
        """Another store on a database that is there, with all the time that a busy machine may take."""
        options = {"pool_wait_seconds": PATIENCE, "call_seconds": PATIENCE, **options}
        with pytest.MonkeyPatch.context() as patch:
            if url.startswith("firestore:"):
                # The client asks for it when it is made.
                emulator: FirestoreEmulator = self._request.getfixturevalue("firestore_emulator")
                patch.setitem(os.environ, "FIRESTORE_EMULATOR_HOST", emulator.host)
            store = open_store(url, declarations=declarations, migrations=MIGRATIONS, **options)
        self._opened.append(store)
        return store

    def close(self) -> None:
        for store in self._opened:
            store.close()


def make_tables(url: str, declarations: Sequence[Declaration], number: str | None = None) -> None:
    """The tables of the declarations, said to be of migration `number`, or the last one."""
    named = urls.parse(url, project=None, data_dir=None)
    assert isinstance(named, urls.Sqlite | urls.Postgres)
    engine = migration_engine(named, lock_seconds=5, create=True)
    with engine.begin() as connection:
        metadata(declarations).create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(
            text("INSERT INTO alembic_version VALUES (:number)"), {"number": number or schema.head(MIGRATIONS)}
        )
    engine.dispose()
