"""Postgres on bad days: gone, stuck, and short of connections."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.pool import QueuePool

from flask_hearth.stores.interface import Store, UnavailableError
from flask_hearth.stores.sql import postgres
from flask_hearth.stores.sql.postgres import BoundedConnection
from flask_hearth.stores.urls import Postgres
from flask_hearth.testing.postgres_server import PostgresServer
from flask_hearth.testing.processes import PATIENCE, wait_until
from flask_hearth.tests.databases import Databases
from flask_hearth.tests.stores.recovery import CALLS, assert_recovers, assert_unavailable
from flask_hearth.tests.stores.samples import DECLARATIONS, SAMPLES, fields

POOL = 2
BRIEF_SECONDS = 0.6


@pytest.fixture(scope="module")
def url(databases: Databases) -> str:
    return databases.url("postgres", DECLARATIONS)


@pytest.fixture(scope="module")
def opened(databases: Databases, url: str) -> Store:
    store = databases.open_url(url, DECLARATIONS, pool_size=POOL)
    store.create(SAMPLES, "kept", fields(title="kept"))
    return store


@pytest.fixture
def running(postgres_server: PostgresServer) -> Iterator[PostgresServer]:
    """As it is again afterwards."""
    yield postgres_server
    postgres_server.thaw()
    if not postgres_server.is_running:
        postgres_server.start()


@pytest.fixture
def store(opened: Store, running: PostgresServer) -> Store:
    """Connected, and in no hurry."""
    opened.check()
    return opened


@pytest.fixture
def hurried(databases: Databases, url: str, store: Store) -> Store:
    """Connected to the same database, and for nothing but what must not be had in time."""
    hurried = databases.open_url(url, DECLARATIONS, pool_size=1, call_seconds=BRIEF_SECONDS)
    assert_recovers(hurried)
    return hurried


def test_a_server_that_is_gone_is_unavailable_at_once_and_its_return_is_noticed(
    store: Store, running: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks is told by the first attempt to connect."""
    attempts = 0
    connect = postgres._connect

    def counted(given: Postgres, call_seconds: float | None, *, options: str = "") -> BoundedConnection:
        nonlocal attempts
        attempts += 1
        return connect(given, call_seconds, options=options)

    monkeypatch.setattr(postgres, "_connect", counted)
    running.stop()
    assert_unavailable(store, CALLS)
    assert attempts == len(CALLS)

    running.start()

    assert store.get(SAMPLES, "kept").fields["title"] == "kept"


def test_a_restart_that_nobody_noticed_costs_no_request(store: Store, running: PostgresServer) -> None:
    """Connections of an instance without work are closed by whatever is in between; the next visitor is innocent."""
    running.stop()
    running.start()

    assert [store.get(SAMPLES, "kept").id for _ in range(POOL + 1)] == ["kept"] * (POOL + 1)


def test_a_server_that_is_stuck_is_unavailable_though_it_never_answers(
    hurried: Store, running: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its machine still takes every packet, so that no setting of the network notices."""
    monkeypatch.setattr(postgres, "CONNECT_SECONDS", 2)
    running.freeze()
    assert_unavailable(hurried, ["create"])

    running.thaw()

    assert_recovers(hurried)


def test_a_connection_that_owes_an_answer_is_given_to_nobody(url: str, running: PostgresServer) -> None:
    """What came on it next would be taken for the answer to another question."""
    with psycopg.connect(url) as other, BoundedConnection.connect(url) as connection:
        other.execute("LOCK TABLE samples")
        connection.call_seconds = BRIEF_SECONDS

        with pytest.raises(errors.QueryCanceled, match=rf"no answer within {BRIEF_SECONDS} s"):
            connection.execute("SELECT count(*) FROM samples")

        assert connection.closed


def test_the_server_is_told_to_give_up_before_the_driver_does(url: str, running: PostgresServer) -> None:
    """Its answer says what happened, and keeps the connection."""
    made = postgres.engine(Postgres(conninfo=url), pool_size=1, pool_wait_seconds=PATIENCE, call_seconds=50)
    with made.connect() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "45s"
        driver: Any = connection.connection.dbapi_connection
        assert driver.call_seconds == 50
    made.dispose()


def test_a_row_that_another_transaction_holds_is_unavailable(hurried: Store, store: Store, url: str) -> None:
    with psycopg.connect(url) as other:
        other.execute("SELECT * FROM samples FOR UPDATE")
        assert_unavailable(hurried, ["replace", "delete"])
        # Nobody waits there on behalf of a client that is gone.
        wait_until(lambda: waiting(url) == 0, lambda: "the server still waits for the row")
        assert store.get(SAMPLES, "kept").fields["title"] == "kept"


def test_without_a_free_connection_a_call_is_unavailable_after_the_wait_agreed_on(
    databases: Databases, url: str, running: PostgresServer
) -> None:
    impatient = databases.open_url(url, DECLARATIONS, pool_size=POOL, pool_wait_seconds=0.2)
    with psycopg.connect(url) as other, ThreadPoolExecutor(POOL) as pool:
        other.execute("LOCK TABLE samples")
        queued = [pool.submit(impatient.get, SAMPLES, "kept") for _ in range(POOL)]
        wait_until(lambda: waiting(url) == POOL, lambda: "not all connections wait for the table")
        with pytest.raises(UnavailableError, match=r"connections .* in use"):
            impatient.get(SAMPLES, "kept")
        assert not any(each.done() for each in queued)
        other.rollback()

        assert [each.result().id for each in queued] == ["kept"] * POOL


def test_the_wait_for_a_connection_is_the_one_agreed_on(url: str) -> None:
    made = postgres.engine(Postgres(conninfo=url), pool_size=1, pool_wait_seconds=0.2, call_seconds=50)

    assert isinstance(made.pool, QueuePool)
    assert made.pool.timeout() == 0.2


def waiting(url: str) -> int:
    """How many of the server's processes wait for a lock."""
    with psycopg.connect(url) as watching:
        (found,) = watching.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() or (0,)
    return int(found)


def test_no_more_connections_are_made_than_agreed_on(databases: Databases, running: PostgresServer) -> None:
    url = databases.url("postgres", DECLARATIONS)
    store = databases.open_url(url, DECLARATIONS, pool_size=POOL)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: store.count(SAMPLES), range(40)))

    with psycopg.connect(url) as other:
        found = other.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hearth' AND datname = current_database()"
        ).fetchone()
    assert found is not None
    assert 1 <= found[0] <= POOL


def test_a_password_that_breaks_the_url_is_told_without_it(databases: Databases) -> None:
    store = databases.open_url("postgresql://user@host/db?no_such_parameter=hunter2", DECLARATIONS)

    with pytest.raises(ValueError, match="libpq URI") as caught:
        store.check()
    assert "hunter2" not in str(caught.value)
