"""How a store behaves while its database is away."""

from collections.abc import Callable, Iterable

import pytest

from flask_hearth.stores.interface import Answer, Reservation, Store, UnavailableError
from flask_hearth.testing.processes import wait_until
from flask_hearth.tests.stores.samples import SAMPLES, fields

RESERVED = Reservation(key="k", owner="o")
CALLS: dict[str, Callable[[Store], object]] = {
    "create": lambda store: store.create(SAMPLES, "never", fields()),
    "get": lambda store: store.get(SAMPLES, "kept"),
    "replace": lambda store: store.replace(SAMPLES, "kept", fields(), expected=None),
    "delete": lambda store: store.delete(SAMPLES, "kept", expected=None),
    "page": lambda store: store.page(SAMPLES, limit=5),
    "count": lambda store: store.count(SAMPLES),
    "reserve": lambda store: store.reserve("k", "f", seconds=60),
    "finish": lambda store: store.finish(RESERVED, Answer(status=200, headers={}, body=""), seconds=60),
    "forget": lambda store: store.forget(RESERVED),
    "check": lambda store: store.check(),
}
WRITES = ("create", "replace", "delete", "reserve", "finish", "forget")


def assert_unavailable(store: Store, names: Iterable[str]) -> None:
    """Each of the calls says so, while what it needs is still not to be had: who only waited would wait forever."""
    for name in names:
        with pytest.raises(UnavailableError):
            CALLS[name](store)


def assert_recovers(store: Store) -> None:
    """Without anybody doing anything to it."""

    def answers() -> bool:
        try:
            store.check()
        except UnavailableError:
            return False
        return True

    wait_until(answers, lambda: "still unavailable")
