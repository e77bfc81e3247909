"""Expired idempotency keys don't pile up in SQL databases, which have nobody else to delete them."""

import pytest
from sqlalchemy import text

from flask_hearth.stores.interface import Answer, Reservation
from flask_hearth.stores.sql.engines import migration_engine
from flask_hearth.stores.sql.keys import CLEANED
from flask_hearth.stores.urls import Postgres, Sqlite, parse
from flask_hearth.tests.databases import Databases
from flask_hearth.tests.stores.samples import DECLARATIONS, Clock


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_each_reservation_deletes_some_expired_keys_and_no_others(databases: Databases, kind: str) -> None:
    clock = Clock()
    clock.stop()
    url = databases.url(kind, DECLARATIONS)
    store = databases.open_url(url, DECLARATIONS, clock=clock)
    for number in range(CLEANED + 5):
        store.reserve(f"expired-{number}", "f", seconds=10)
    answered = store.reserve("answered", "f", seconds=10)
    assert isinstance(answered, Reservation)
    store.finish(answered, Answer(status=201, headers={}, body=""), seconds=3600)
    clock.advance(10)

    counts = []
    for number in range(3):
        store.reserve(f"new-{number}", "f", seconds=10)
        counts.append(rows(url))

    assert counts == [1 + 5 + 1, 1 + 2, 1 + 3]


def rows(url: str) -> int:
    named = parse(url, project=None, data_dir=None)
    assert isinstance(named, Sqlite | Postgres)
    engine = migration_engine(named, lock_seconds=5, create=False)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM idempotency_keys")).scalar_one()
    engine.dispose()
    return int(found)
