"""An engine for either database, so that SQLite needs no Postgres driver."""

from sqlalchemy import Engine

from app.stores.urls import Postgres, Sqlite

READ_ONLY = "hearth_read_only"
"""Execution option of connections that only read, so that they don't wait for writers where those are alone."""


def engine(url: Sqlite | Postgres, *, pool_size: int, pool_wait_seconds: float, call_seconds: float) -> Engine:
    """What the service works with. Raises DatabaseUrlError."""
    if isinstance(url, Sqlite):
        from app.stores.sql import sqlite

        return sqlite.engine(url, pool_size=pool_size, pool_wait_seconds=pool_wait_seconds, call_seconds=call_seconds)
    from app.stores.sql import postgres

    return postgres.engine(url, pool_size=pool_size, pool_wait_seconds=pool_wait_seconds, call_seconds=call_seconds)


def migration_engine(url: Sqlite | Postgres, *, lock_seconds: float, create: bool) -> Engine:
    """What migrations work with: no deadline but for locks. `create` makes an SQLite file. Raises DatabaseUrlError."""
    if isinstance(url, Sqlite):
        from app.stores.sql import sqlite

        return sqlite.engine(url, pool_size=1, pool_wait_seconds=0, call_seconds=lock_seconds, create=create)
    from app.stores.sql import postgres

    return postgres.migration_engine(url, lock_seconds=lock_seconds)
