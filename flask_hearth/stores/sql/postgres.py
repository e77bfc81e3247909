"""Connections to Postgres: as many as were agreed on, each call with a deadline that also holds when no answer comes.

The server's own `statement_timeout` doesn't help where the server is what's stuck, nor TCP's keep-alive, which the
machine of a stuck server still answers; so the driver itself waits no longer than the deadline.
"""

from typing import Any, TypeVar

import psycopg
from psycopg import conninfo, errors
from psycopg.abc import PQGen
from sqlalchemy import Engine, create_engine

from flask_hearth.stores.sql.ordered_pool import OrderedPool
from flask_hearth.stores.urls import DatabaseUrlError, Postgres

CONNECT_SECONDS = 3
"""For each address of the host. libpq takes whole seconds."""

RV = TypeVar("RV")


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that is dropped when the server takes longer than `call_seconds` to answer."""

    call_seconds: float | None = None

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """All that the driver does with a server goes through here."""
        try:
            return super().wait(gen, interval, timeout if self.call_seconds is None else self.call_seconds)
        except errors._WaitTimeout:  # noqa: SLF001 - named in the documentation of `wait`, and not exported
            # What would come on it later is the answer to this call, so nobody may use it any more.
            self.pgconn.finish()
            raise errors.QueryCanceled(f"no answer within {self.call_seconds} s") from None


def engine(url: Postgres, *, pool_size: int, pool_wait_seconds: float, call_seconds: float) -> Engine:
    """An engine with at most `pool_size` connections; none is made yet. Raises DatabaseUrlError for a bad URL.

    Each statement is a transaction of its own: one round trip instead of three, and nothing is left open by a
    process that was frozen in between.
    """
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: _connect(url, call_seconds),
        isolation_level="AUTOCOMMIT",
        poolclass=OrderedPool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_wait_seconds,
        # An instance without CPU between requests doesn't notice that its connections were closed; without asking
        # first, the next request would fail for it.
        pool_pre_ping=True,
    )


def migration_engine(url: Postgres, *, lock_seconds: float) -> Engine:
    """One connection without deadline, as changing a large table takes its time; but it waits for locks briefly.

    All requests to a table queue behind who waits to change it, so that a migration that waits stops the service.
    """
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: _connect(url, None, options=f"-c lock_timeout={int(lock_seconds * 1000)}"),
        pool_size=1,
        max_overflow=0,
    )


def _connect(url: Postgres, call_seconds: float | None, *, options: str = "") -> BoundedConnection:
    given = _read(url)
    if call_seconds is not None:
        # So that the server gives up too, a little earlier: its answer says what happened, and keeps the connection.
        options = f"-c statement_timeout={int(call_seconds * 900)}"
    connection = BoundedConnection.connect(
        **{
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "hearth",
            # A machine that is gone is noticed in seconds instead of hours.
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            **given,
            "options": f"{given.get('options', '')} {options} -c timezone=UTC".strip(),
        }
    )
    connection.call_seconds = call_seconds
    return connection


def _read(url: Postgres) -> dict[str, Any]:
    try:
        return conninfo.conninfo_to_dict(url.conninfo)
    except psycopg.ProgrammingError as error:
        # The driver's words repeat parts of the URL, and a password with a special character is a likely reason.
        raise DatabaseUrlError(
            "DATABASE_URL can't be read as a libpq URI: the driver refuses it. Write special characters of the "
            "password as %XX, and check the parameters after the question mark."
        ) from error
