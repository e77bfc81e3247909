"""A pool whose connections go to whoever has waited longest.

SQLAlchemy's own wakes the first who waits, but who comes at that moment may be faster: with many threads and few
connections some wait beyond the deadline, and their clients get 503, while the database has nothing to do.
"""

import threading
from collections import deque
from typing import Any

from sqlalchemy import exc
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool


class Turns:
    """So many places, given to those who wait in the order in which they came. Thread-safe."""

    def __init__(self, places: int) -> None:
        self._free = places
        """Above zero only where nobody waits."""
        self._waiting: deque[threading.Lock] = deque()
        self._lock = threading.Lock()

    def take(self, seconds: float) -> bool:
        """Whether there was a place within the time."""
        turn = threading.Lock()
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=seconds):
            return True
        with self._lock:
            # Given at the last moment, it is taken all the same.
            if turn not in self._waiting:
                return True
            self._waiting.remove(turn)
            return False

    def give(self) -> None:
        """A place that was taken goes to the first who waits, and can't be taken by who comes now."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1

    @property
    def waiting(self) -> int:
        return len(self._waiting)


class OrderedPool(QueuePool):
    """For a fixed size, without overflow: `max_overflow` has to be 0."""

    # By it SQLAlchemy names the logger of each check-out, whose lines are not for those who debug their app.
    __module__ = QueuePool.__module__

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.turns = Turns(self.size())

    def _do_get(self) -> ConnectionPoolEntry:
        if not self.turns.take(self._timeout):
            raise exc.TimeoutError(f"no connection was free within {self._timeout} s")
        try:
            return super()._do_get()
        except BaseException:
            self.turns.give()
            raise

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        try:
            super()._do_return_conn(record)
        finally:
            self.turns.give()
