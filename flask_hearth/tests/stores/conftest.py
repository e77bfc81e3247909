"""Each store in turn, on a database of its own for each file of tests."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from flask_hearth.stores.interface import Store
from flask_hearth.tests.databases import KINDS, Databases
from flask_hearth.tests.stores.samples import DECLARATIONS, SAMPLES, Clock


@pytest.fixture(scope="module")
def running_clock() -> Clock:
    return Clock()


@pytest.fixture
def clock(running_clock: Clock) -> Iterator[Clock]:
    """The stores' clock, which goes again after each test."""
    yield running_clock
    running_clock.go()


@pytest.fixture(scope="module", params=KINDS)
def store(request: pytest.FixtureRequest, databases: Databases, running_clock: Clock) -> Store:
    return databases.open(request.param, DECLARATIONS, clock=running_clock, pool_size=8)


@pytest.fixture
def empty(store: Store) -> Store:
    """The store without samples."""
    with ThreadPoolExecutor(8) as pool:
        while records := store.page(SAMPLES, limit=100).records:
            list(pool.map(lambda record: store.delete(SAMPLES, record.id, expected=None), records))
    return store
