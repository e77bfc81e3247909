"""The folder of one preview, gone with it; and the folders that killed ones left."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_LOCK = "lock"


@contextmanager
def folder(parent: Path) -> Iterator[Path]:
    """A new folder below `parent`, with the real path of it, deleted at the end."""
    parent.mkdir(parents=True, exist_ok=True)
    _remove_left(parent)
    path = Path(tempfile.mkdtemp(prefix="work-", dir=parent)).resolve()
    try:
        with (path / _LOCK).open("w", encoding="utf-8") as lock:
            # Held by the kernel until this process ends, however it does.
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _remove_left(parent: Path) -> None:
    for path in parent.glob("work-*"):
        try:
            with (path / _LOCK).open("r+", encoding="utf-8") as lock:
                if _held(lock):
                    continue
        except FileNotFoundError:
            # Another preview that is just beginning.
            continue
        shutil.rmtree(path, ignore_errors=True)


def _held(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
