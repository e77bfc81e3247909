"""The local cloud's own log, `cloud.log`: requests, starts and ends, and the tracebacks that answers never carry.

Bodies and query strings stay out of it: they hold secrets.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

# aiohttp's and asyncio's errors belong to the same story.
_LOGGERS = ("hearth.localcloud", "aiohttp", "asyncio")
_MOST_BYTES = 5_000_000


@contextmanager
def log_to(folder: Path) -> Iterator[None]:
    """Write the log into `folder` for as long as the context is open; it keeps one older file."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder / "cloud.log", maxBytes=_MOST_BYTES, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
    loggers[0].setLevel(logging.INFO)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)
        handler.close()
