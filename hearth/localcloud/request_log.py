"""Logs of requests, one line each: those to the edge, and those straight to a service's own port.

Query strings and cookies stay out of them: they hold secrets. Left out: which of the two a line is from, which its file
says; and a second line for a request that the edge passes on, as its own names the service.
"""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from hearth.localcloud.times import now

EDGE = "edge.log"
DIRECT = "direct.log"
"""Names of the files in a local cloud's folder of logs."""

_MOST_BYTES = 10_000_000
_LONGEST_PATH = 500


class RequestLog:
    """Keeps one older file; there is none before the first line."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._handler = RotatingFileHandler(
            file, maxBytes=_MOST_BYTES, backupCount=1, encoding="utf-8", errors="backslashreplace", delay=True
        )

    def write(
        self,
        *,
        method: str,
        host: str,
        raw_path: str,
        status: int,
        source: str,
        hit: bool = False,
        sent: int,
        milliseconds: float,
    ) -> None:
        """`source` is who made the answer: edge, file, cache, or a service's name; `sent` counts bytes of its body."""
        cached = "HIT" if hit else "MISS"
        # The path is as the client encoded it, so it has no spaces and no line ends.
        path = raw_path.partition("?")[0][:_LONGEST_PATH]
        line = f"{now()} {method} {host} {path} {status} {source} {cached} {sent}B {milliseconds:.1f}ms"
        self._handler.emit(logging.LogRecord("requests", logging.INFO, "", 0, line, None, None))

    def close(self) -> None:
        self._handler.close()
