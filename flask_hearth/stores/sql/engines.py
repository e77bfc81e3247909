"""What differs between the two databases, imported for the one in use alone: SQLite needs no Postgres driver."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Union

from sqlalchemy import Connection, Engine, Table

from flask_hearth.stores.urls import Postgres, Sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert


def engine(url: Sqlite | Postgres, *, pool_size: int, pool_wait_seconds: float, call_seconds: float) -> Engine:
    """What the service works with. Raises DatabaseUrlError."""
    if isinstance(url, Sqlite):
        from flask_hearth.stores.sql import sqlite

        return sqlite.engine(url, pool_size=pool_size, pool_wait_seconds=pool_wait_seconds, call_seconds=call_seconds)
    from flask_hearth.stores.sql import postgres

    return postgres.engine(url, pool_size=pool_size, pool_wait_seconds=pool_wait_seconds, call_seconds=call_seconds)


def migration_engine(url: Sqlite | Postgres, *, lock_seconds: float, create: bool) -> Engine:
    """What migrations work with: no deadline but for locks. `create` makes an SQLite file. Raises DatabaseUrlError."""
    if isinstance(url, Sqlite):
        from flask_hearth.stores.sql import sqlite

        return sqlite.engine(url, pool_size=1, pool_wait_seconds=0, call_seconds=lock_seconds, create=create)
    from flask_hearth.stores.sql import postgres

    return postgres.migration_engine(url, lock_seconds=lock_seconds)


def insert(connection: Connection, table: Table) -> Union["PostgresInsert", "SqliteInsert"]:
    """An INSERT that knows ON CONFLICT, which each database has in a dialect of its own."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import Insert as PostgresInsert

        return PostgresInsert(table)
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

    return SqliteInsert(table)


@contextmanager
def atomic(connection: Connection) -> Iterator[None]:
    """For transactions of several statements: Postgres's connections else make each one a transaction of its own."""
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.execution_options(isolation_level="READ COMMITTED")
    try:
        yield
    finally:
        # A broken one is given up by the pool, and can't be told anything any more.
        if not connection.invalidated:
            connection.execution_options(isolation_level="AUTOCOMMIT")
