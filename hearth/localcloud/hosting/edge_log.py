"""The edge's log, `edge.log`: one line a request. Query strings and cookies stay out of it: they hold secrets."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from hearth.localcloud.hosting.reply import Reply
from hearth.localcloud.times import now

_MOST_BYTES = 10_000_000
_LONGEST_PATH = 500


class EdgeLog:
    """Keeps one older file."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._handler = RotatingFileHandler(
            folder / "edge.log", maxBytes=_MOST_BYTES, backupCount=1, encoding="utf-8", errors="backslashreplace"
        )

    def write(self, reply: Reply, *, method: str, host: str, raw_path: str, sent: int, milliseconds: float) -> None:
        cached = "HIT" if reply.hits else "MISS"
        # The path is as the client encoded it, so it has no spaces and no line ends.
        line = (
            f"{now()} {method} {host} {raw_path[:_LONGEST_PATH]} {reply.status} {reply.source} {cached} "
            f"{sent}B {milliseconds:.1f}ms"
        )
        self._handler.emit(logging.LogRecord("edge", logging.INFO, "", 0, line, None, None))

    def close(self) -> None:
        self._handler.close()
