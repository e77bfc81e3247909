"""One CPU for a server, as an instance has it, and the others for what asks it and for databases.

Where the system can do that (Linux, two CPUs or more); elsewhere all share all, and the table says so.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_ALL = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []

SERVER_CPUS = set(_ALL[:1]) if len(_ALL) > 1 else None
"""The CPU of servers; None where there is none to keep for them."""


@contextmanager
def off_server_cpus() -> Iterator[None]:
    """Keep this process, and what it starts, off the servers' CPU."""
    with _on(set(_ALL) - SERVER_CPUS if SERVER_CPUS else None):
        yield


@contextmanager
def on_server_cpus() -> Iterator[None]:
    """What is started now runs on the servers' CPU alone, for good: a process keeps what it began with."""
    with _on(SERVER_CPUS):
        yield


@contextmanager
def _on(cpus: set[int] | None) -> Iterator[None]:
    if sys.platform != "linux" or cpus is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
