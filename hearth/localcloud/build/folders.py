"""Folders that are complete once they are there: whatever kills their maker, and however many make the same one."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_UNFINISHED = ".making"


@contextmanager
def complete_folder(place: Path) -> Iterator[Path]:
    """A new, empty folder, which becomes `place` when the context ends well, and goes when it does not.

    Where somebody else has made the same one meanwhile, that one stays.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(suffix=_UNFINISHED, dir=place.parent))
    try:
        yield unfinished
        try:
            unfinished.rename(place)
        except OSError:
            if not place.is_dir():
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def remove_unfinished(parent: Path) -> None:
    """Delete what killed makers left behind in `parent`. Call it while none is at work."""
    for left in parent.glob(f"*{_UNFINISHED}"):
        shutil.rmtree(left, ignore_errors=True)
