"""Who serves on which schema: revisions overlap, so a newer one is fine, and an older one is not."""

import pytest
from sqlalchemy import text

from flask_hearth.stores.interface import Store, UnavailableError
from flask_hearth.stores.sql import schema
from flask_hearth.stores.sql.engines import migration_engine
from flask_hearth.stores.urls import Postgres, Sqlite, parse
from flask_hearth.tests.databases import MIGRATIONS, Databases
from flask_hearth.tests.stores.samples import DECLARATIONS, SAMPLES

Opened = tuple[Store, Sqlite | Postgres]


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, databases: Databases) -> Opened:
    url = databases.url(request.param, DECLARATIONS)
    named = parse(url, project=None, data_dir=None)
    assert isinstance(named, Sqlite | Postgres)
    return databases.open_url(url, DECLARATIONS), named


def run(url: Sqlite | Postgres, *statements: str) -> None:
    engine = migration_engine(url, lock_seconds=5, create=False)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_the_schema_of_this_code_and_a_newer_one_are_served(opened: Opened) -> None:
    store, url = opened
    store.check()

    run(url, "UPDATE alembic_version SET version_num = '9999'", "ALTER TABLE samples ADD COLUMN added TEXT")

    store.check()
    assert store.count(SAMPLES) == 0


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE alembic_version SET version_num = '0000'", "is 0000 and this code needs .* `flask db upgrade`"),
        ("DELETE FROM alembic_version", "is not there and this code needs .* `flask db upgrade`"),
        ("DROP TABLE alembic_version", "is not there and this code needs .* `flask db upgrade`"),
        ("UPDATE alembic_version SET version_num = 'a1b2c3'", "a1b2c3, which is not a migration of this service"),
    ],
)
def test_an_older_schema_or_a_strange_one_is_refused_by_every_method_until_it_is_right(
    opened: Opened, statement: str, words: str
) -> None:
    store, url = opened
    run(url, statement)

    for attempt in (store.check, lambda: store.count(SAMPLES), lambda: store.reserve("k", "f", seconds=1)):
        with pytest.raises(UnavailableError, match=words):
            attempt()

    run(
        url,
        "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32))",
        "DELETE FROM alembic_version",
        f"INSERT INTO alembic_version VALUES ('{schema.head(MIGRATIONS)}')",  # noqa: S608 - a number of four digits
    )
    assert store.count(SAMPLES) == 0


def test_a_missing_table_or_column_is_no_fault_of_the_request(opened: Opened) -> None:
    """As while somebody repairs the database by hand: 503, not 500."""
    store, url = opened
    store.check()
    run(url, "ALTER TABLE samples RENAME COLUMN title TO name")
    with pytest.raises(UnavailableError):
        store.get(SAMPLES, "x")
    run(url, "DROP TABLE samples")
    with pytest.raises(UnavailableError):
        store.get(SAMPLES, "x")
