"""`make logs`: what services, jobs and database servers wrote, and requests, each line with where it is from.

FOLLOW=1 keeps going.
"""

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from hearth.localcloud import request_log
from hearth.localcloud.commands.checkout import Checkout
from hearth.localcloud.commands.errors import CommandError

_LINES = 50
_POLL_SECONDS = 0.25


def run(checkout: Checkout, *, follow: bool) -> int:
    folder = checkout.cloud / "logs"
    tails = dict(_new(folder, {}, _LINES))
    if not tails and not follow:
        raise CommandError("there are no logs yet: `make up` starts the services that write them.")
    _print(tails)
    # Ctrl-C is how following ends, and no failure.
    with contextlib.suppress(KeyboardInterrupt):
        while follow:
            time.sleep(_POLL_SECONDS)
            # A service that is deployed meanwhile brings a file of its own.
            tails.update(_new(folder, tails, None))
            _print(tails)
    return 0


class Tail:
    """One log file, read as it grows; begun anew when rotation put another file in its place."""

    def __init__(self, path: Path, lines: int | None) -> None:
        """`lines` is how many of the lines already there count; None for all."""
        self.name = path.stem
        self._path = path
        self._inode = path.stat().st_ino
        self._at = 0
        self._partial = ""
        if lines is not None:
            self._partial = "".join(self._read().splitlines(keepends=True)[-lines:])

    def lines(self) -> list[str]:
        """Whole lines that are new."""
        with contextlib.suppress(FileNotFoundError):
            if self._path.stat().st_ino != self._inode:
                self._inode, self._at = self._path.stat().st_ino, 0
            self._partial += self._read()
        *whole, self._partial = self._partial.split("\n")
        return whole

    def _read(self) -> str:
        with self._path.open("rb") as file:
            file.seek(self._at)
            new = file.read()
        self._at += len(new)
        return new.decode(errors="replace")


def _new(folder: Path, known: dict[Path, Tail], lines: int | None) -> Iterator[tuple[Path, Tail]]:
    written = [path for kind in ("services", "jobs", "databases") for path in sorted(folder.glob(f"{kind}/*.log"))]
    for path in (folder / request_log.EDGE, folder / request_log.DIRECT, *written):
        if path not in known and path.exists():
            yield path, Tail(path, lines)


def _print(tails: dict[Path, Tail]) -> None:
    width = max((len(tail.name) for tail in tails.values()), default=0)
    for tail in tails.values():
        for line in tail.lines():
            sys.stdout.write(f"{tail.name:{width}} | {line}\n")
    sys.stdout.flush()
