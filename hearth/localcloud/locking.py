"""One process per folder: two servers on one database and one set of ports would tear each other's state."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE = "lock"
"""In the folder; it holds the holder's process id."""

# Who asks whether the folder is held takes the lock for an instant, too.
_TRIES = 5
_PAUSE_SECONDS = 0.05


class AlreadyRunningError(Exception):
    """Another process holds the folder."""


@contextmanager
def lock_folder(root: Path) -> Iterator[None]:
    """Hold `root` alone. Raises AlreadyRunningError, naming the holder.

    The lock is the kernel's (flock), so it goes with its process, however that ends; no stale lock is ever left.
    """
    descriptor = os.open(root / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            _lock(descriptor)
        except BlockingIOError as error:
            holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            raise AlreadyRunningError(
                f"A local cloud (process {holder}) already works in {root}. "
                "Stop it with `make stop`, or give this one another folder."
            ) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    for tries in range(_TRIES, 0, -1):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if tries == 1:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return
