"""Connections go to who has waited longest, and a request waits for one once."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, exc
from sqlalchemy.pool import Pool

from flask_hearth.stores.sql.ordered_pool import OrderedPool, Turns
from flask_hearth.testing.processes import PATIENCE, wait_until
from flask_hearth.tests.api.conftest import app_over
from flask_hearth.tests.api.samples import ITEM, WARE
from flask_hearth.tests.databases import Databases


def test_who_has_waited_longest_is_next() -> None:
    turns = Turns(1)
    turns.take(0)
    came: list[int] = []
    asked: list[Future[None]] = []

    def wait(number: int) -> None:
        assert turns.take(PATIENCE)
        came.append(number)
        turns.give()

    with ThreadPoolExecutor(8) as pool:
        for number in range(8):
            asked.append(pool.submit(wait, number))
            wait_until(lambda: turns.waiting == len(asked), lambda: "nobody waits")
        turns.give()

    assert came == list(range(8))


def test_who_comes_when_a_place_is_given_does_not_overtake_who_waits() -> None:
    turns = Turns(1)
    turns.take(0)
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(turns.take, PATIENCE)
        wait_until(lambda: turns.waiting == 1, lambda: "nobody waits")
        turns.give()

        assert not turns.take(0)
        assert waits.result()
    turns.give()
    assert turns.take(0)


def test_who_gives_up_waiting_takes_no_place() -> None:
    turns = Turns(2)
    taken = [turns.take(0) for _ in range(4)]
    turns.give()

    assert taken == [True, True, False, False]
    assert [turns.take(0), turns.take(0)] == [True, False]


def test_a_connection_that_can_not_be_made_leaves_its_place() -> None:
    def refuse() -> None:
        raise OSError("away")

    pool = OrderedPool(refuse, pool_size=1, max_overflow=0, timeout=0)
    for _ in range(3):
        with pytest.raises(OSError, match="away"):
            pool.connect()


def test_a_connection_that_broke_leaves_its_place() -> None:
    class Connection:
        def rollback(self) -> None:
            pass

        close = rollback

    pool = OrderedPool(Connection, pool_size=1, max_overflow=0, timeout=0)
    for _ in range(3):
        connection = pool.connect()
        with pytest.raises(exc.TimeoutError):
            pool.connect()
        connection.invalidate()
    pool.connect().close()
    pool.connect().detach()
    pool.connect().close()


@contextmanager
def checkouts() -> Iterator[list[object]]:
    """Every one of any pool, meanwhile."""
    found: list[object] = []

    def note(connection: object, *_: object) -> None:
        found.append(connection)

    event.listen(Pool, "checkout", note)
    try:
        yield found
    finally:
        event.remove(Pool, "checkout", note)


REQUESTS: dict[str, Callable[[FlaskClient, str], int]] = {
    "list": lambda client, _: client.get(ITEM.path).status_code,
    "page of the list": lambda client, _: client.get("/items").status_code,
    "get": lambda client, path: client.get(path).status_code,
    "patch": lambda client, path: client.patch(path, json=ITEM.patch).status_code,
    "put": lambda client, path: client.put(path, json=ITEM.other, headers={"If-None-Match": '"x"'}).status_code,
    "post": lambda client, _: client.post(ITEM.path, json=ITEM.least).status_code,
    "post once": lambda client, _: (
        client.post(ITEM.path, json=ITEM.least, headers={"Idempotency-Key": "k"}).status_code
    ),
    "missing": lambda client, path: client.get(f"{path}x").status_code,
}


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_request_takes_one_connection_and_gives_it_back(databases: Databases, kind: str, name: str) -> None:
    store = databases.open(kind, [ITEM.declaration, WARE.declaration], pool_size=1, pool_wait_seconds=0.1)
    client = app_over(store).test_client()
    path = client.post(ITEM.path, json=ITEM.least).headers["Location"]
    with checkouts() as found:
        status = REQUESTS[name](client, path)

    assert status < 500
    assert len(found) == 1
    assert store.count(ITEM.declaration) >= 1, "the only connection is free again"
