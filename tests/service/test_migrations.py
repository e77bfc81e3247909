"""The committed migrations and the declarations agree, on SQLite and on Postgres."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.domain import DECLARATIONS
from flask_hearth.stores import open_store
from flask_hearth.stores.sql import schema
from flask_hearth.stores.sql.migrating import Migrations
from flask_hearth.stores.urls import Postgres, Sqlite

if TYPE_CHECKING:
    from flask_hearth.testing.postgres_server import PostgresServer

MIGRATIONS = Path(__file__).parents[2] / "service" / "migrations"
Database = Sqlite | Postgres


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """One that nothing was ever done to."""
    if request.param == "sqlite":
        return Sqlite(path=tmp_path / "new.sqlite3")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return Postgres(conninfo=server.make_database(f"m{id(request):x}"))


def test_the_committed_migrations_make_what_the_declarations_say(database: Database) -> None:
    """Whoever changes a model and forgets `flask db migrate` meets this."""
    migrations = Migrations(DECLARATIONS, MIGRATIONS)

    assert migrations.upgrade(database) == (None, schema.head(MIGRATIONS))
    assert migrations.differences(database) == []


def test_the_number_in_a_file_name_is_the_one_that_alembic_knows() -> None:
    """The service compares numbers alone, so they have to be without a gap or a branch."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    found = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()][::-1]

    assert found == [f"{number:04d}" for number in range(1, len(found) + 1)]
    assert found[-1] == schema.head(MIGRATIONS)


def test_the_service_opens_what_was_migrated(database: Database) -> None:
    Migrations(DECLARATIONS, MIGRATIONS).upgrade(database)
    url = f"sqlite://{database.path}" if isinstance(database, Sqlite) else database.conninfo
    kept = open_store(url, declarations=DECLARATIONS, migrations=MIGRATIONS)

    kept.check()

    kept.close()
