"""So many per window for each key, in this process.

By the generic cell rate algorithm: a key's whole state is one time, places come back one by one, and no two windows
add up to twice the quota at their border. Memory is bounded: of too many keys, those unused for longest are forgotten.

Not a library: `limits`, on which Flask-Limiter builds, counts in memory without a bound and cleans up in a thread,
which has no CPU between requests on Cloud Run; the rest of it is for Redis and the like.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

SECOND: Final = 10**9
"""In nanoseconds, in which times are whole numbers."""


@dataclass(frozen=True, kw_only=True)
class QuotaResult:
    """What came of asking for one place."""

    allowed: bool
    left: int
    """Places that could be taken right now."""
    free_in: int
    """Seconds until there is a place; 0 where there is one."""
    reset_in: int
    """Seconds until all places are free again, if nobody takes one."""


class Quota:
    """Thread-safe."""

    def __init__(
        self,
        limit: int,
        window: int,
        *,
        most_keys: int = 10_000,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """`limit` places per `window` seconds; `clock` counts nanoseconds. A key takes about 200 bytes."""
        self.limit = limit
        self.window = window
        self._step = window * SECOND // limit
        self._most_keys = most_keys
        self._clock = clock
        self._lock = threading.Lock()
        # By key, when all its places will be free again; the one used last stands last.
        self._free: OrderedDict[Hashable, int] = OrderedDict()

    def __len__(self) -> int:
        """Keys that are remembered."""
        return len(self._free)

    def take(self, key: Hashable) -> QuotaResult:
        """Take one place if there is one; a refusal takes none."""
        whole = self._step * self.limit
        with self._lock:
            now = self._clock()
            free = max(self._free.get(key, now), now)
            late = free + self._step - now - whole
            if late <= 0:
                free += self._step
                self._free[key] = free
            if key in self._free:
                self._free.move_to_end(key)
            while len(self._free) > self._most_keys:
                self._free.popitem(last=False)
        return QuotaResult(
            allowed=late <= 0,
            left=(whole - (free - now)) // self._step,
            free_in=_seconds(max(late, free + self._step - now - whole, 0)),
            reset_in=_seconds(free - now),
        )

    def give_back(self, key: Hashable) -> None:
        """Undo one `take` of a place. Does nothing for a key that is forgotten, whose places are all free."""
        with self._lock:
            if key in self._free:
                self._free[key] -= self._step


def _seconds(nanoseconds: int) -> int:
    """Rounded up: who waits that long is not refused."""
    return -(-nanoseconds // SECOND)
