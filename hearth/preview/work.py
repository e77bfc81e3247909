"""The folder of one preview, gone with it; and the folders that killed ones left."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hearth.localcloud import locking


@contextmanager
def folder(parent: Path) -> Iterator[Path]:
    """A new folder below `parent`, with the real path of it, deleted at the end."""
    parent.mkdir(parents=True, exist_ok=True)
    _remove_left(parent)
    path = Path(tempfile.mkdtemp(prefix="work-", dir=parent)).resolve()
    try:
        with locking.lock_folder(path):
            yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _remove_left(parent: Path) -> None:
    # One without a lock is another preview's that is just beginning.
    for lock in parent.glob(f"work-*/{locking.FILE}"):
        with suppress(locking.AlreadyRunningError, FileNotFoundError), locking.lock_folder(lock.parent):
            shutil.rmtree(lock.parent, ignore_errors=True)
