"""Postgres on bad days: gone, stuck, and short of connections."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from flask_hearth.stores.interface import Store, UnavailableError
from flask_hearth.stores.sql.postgres import CONNECT_SECONDS
from flask_hearth.testing.postgres_server import PostgresServer
from flask_hearth.testing.processes import until
from flask_hearth.tests.databases import Databases
from flask_hearth.tests.stores.recovery import CALLS, assert_recovers, assert_unavailable
from flask_hearth.tests.stores.samples import DECLARATIONS, SAMPLES, fields

POOL = 2
WAIT_SECONDS = 0.2
CALL_SECONDS = 0.6


@pytest.fixture(scope="module")
def url(databases: Databases) -> str:
    return databases.url("postgres", DECLARATIONS)


@pytest.fixture(scope="module")
def opened(databases: Databases, url: str) -> Store:
    store = databases.open_url(
        url, DECLARATIONS, pool_size=POOL, pool_wait_seconds=WAIT_SECONDS, call_seconds=CALL_SECONDS
    )
    store.create(SAMPLES, "kept", fields(title="kept"))
    return store


@pytest.fixture
def store(opened: Store, postgres_server: PostgresServer) -> Iterator[Store]:
    """Connected, and its server running again afterwards."""
    opened.check()
    yield opened
    postgres_server.thaw()
    if not postgres_server.is_running:
        postgres_server.start()


def test_a_server_that_is_gone_is_unavailable_at_once_and_its_return_is_noticed(
    store: Store, postgres_server: PostgresServer
) -> None:
    postgres_server.stop()
    assert_unavailable(store, tuple(CALLS), within=CALL_SECONDS)

    postgres_server.start()

    assert store.get(SAMPLES, "kept").fields["title"] == "kept"


def test_a_restart_that_nobody_noticed_costs_no_request(store: Store, postgres_server: PostgresServer) -> None:
    """Connections of an instance without work are closed by whatever is in between; the next visitor is innocent."""
    postgres_server.stop()
    postgres_server.start()

    assert [store.get(SAMPLES, "kept").id for _ in range(POOL + 1)] == ["kept"] * (POOL + 1)


def test_a_server_that_is_stuck_is_unavailable_within_the_deadline(
    store: Store, postgres_server: PostgresServer
) -> None:
    """Its machine still takes every packet, so that no setting of the network notices."""
    postgres_server.freeze()
    assert_unavailable(store, ("create",), within=CALL_SECONDS + CONNECT_SECONDS + 0.5)

    postgres_server.thaw()

    assert_recovers(store, within=5)
    assert store.get(SAMPLES, "kept").fields["title"] == "kept"


def test_a_row_that_another_transaction_holds_is_unavailable_within_the_deadline(store: Store, url: str) -> None:
    with psycopg.connect(url) as other:
        other.execute("SELECT * FROM samples FOR UPDATE")
        assert_unavailable(store, ("replace", "delete"), within=CALL_SECONDS + 0.5)
        # The server was the first to give up: nobody waits there on behalf of a client that is gone.
        assert waiting(url) == 0
        assert store.get(SAMPLES, "kept").fields["title"] == "kept"


def test_without_a_free_connection_a_call_is_unavailable_after_the_wait_agreed_on(store: Store, url: str) -> None:
    with psycopg.connect(url) as other, ThreadPoolExecutor(POOL) as pool:
        other.execute("LOCK TABLE samples")
        queued = [pool.submit(store.get, SAMPLES, "kept") for _ in range(POOL)]
        until(lambda: waiting(url) == POOL, CALL_SECONDS, lambda: "not all connections wait for the table")
        began = time.monotonic()
        with pytest.raises(UnavailableError, match=r"connections .* in use"):
            store.get(SAMPLES, "kept")
        took = time.monotonic() - began
        other.rollback()

        assert WAIT_SECONDS * 0.9 < took < CALL_SECONDS
        assert [each.result().id for each in queued] == ["kept"] * POOL


def waiting(url: str) -> int:
    """How many of the server's processes wait for a lock."""
    with psycopg.connect(url) as watching:
        (found,) = watching.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() or (0,)
    return int(found)


def test_no_more_connections_are_made_than_agreed_on(store: Store, url: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: store.get(SAMPLES, "kept"), range(40)))

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
