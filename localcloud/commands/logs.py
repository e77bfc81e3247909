"""`make logs`: what services and edge wrote, each line with who wrote it; FOLLOW=1 keeps going."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from localcloud.commands.checkout import Checkout
from localcloud.commands.errors import CommandError

_LINES = 50
_POLL_SECONDS = 0.25


def run(checkout: Checkout, *, follow: bool) -> int:
    folder = checkout.cloud / "logs"
    tails = dict(_new(folder, {}, _LINES))
    if not tails and not follow:
        raise CommandError("there are no logs yet: `make up` starts what writes them.")
    _print(tails)
    while follow:
        time.sleep(_POLL_SECONDS)
        # A service that is deployed meanwhile brings a file of its own.
        tails.update(_new(folder, tails, None))
        _print(tails)
    return 0


class Tail:
    """One log file, read as it grows; begun anew when it was replaced by rotation."""

    def __init__(self, path: Path, lines: int | None) -> None:
        """`lines` is how many of the lines already there count; None for all."""
        self.name = path.stem
        self._path = path
        self._file: TextIO = path.open(encoding="utf-8", errors="replace")
        self._partial = ""
        if lines is not None:
            kept = self._file.read().splitlines(keepends=True)[-lines:]
            self._partial = "".join(kept)

    def lines(self) -> Iterator[str]:
        """Whole lines that are new."""
        text = self._partial + self._file.read()
        *whole, self._partial = text.split("\n")
        yield from whole
        try:
            replaced = self._path.stat().st_ino != _inode(self._file)
        except FileNotFoundError:
            replaced = False
        if replaced:
            self._file.close()
            self._file = self._path.open(encoding="utf-8", errors="replace")


def _inode(file: TextIO) -> int:
    return os.fstat(file.fileno()).st_ino


def _new(folder: Path, known: dict[Path, Tail], lines: int | None) -> Iterator[tuple[Path, Tail]]:
    for path in (folder / "edge.log", *sorted((folder / "services").glob("*.log"))):
        if path not in known and path.exists():
            yield path, Tail(path, lines)


def _print(tails: dict[Path, Tail]) -> None:
    width = max((len(tail.name) for tail in tails.values()), default=0)
    for tail in tails.values():
        for line in tail.lines():
            sys.stdout.write(f"{tail.name:{width}} | {line}\n")
    sys.stdout.flush()
