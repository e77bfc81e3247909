"""Connections to an SQLite file that several processes write: instances, and two revisions during a rollout."""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event

from flask_hearth.stores.sql import READ_ONLY
from flask_hearth.stores.sql.ordered_pool import OrderedPool
from flask_hearth.stores.urls import DatabaseUrlError, Sqlite


def engine(
    url: Sqlite, *, pool_size: int, pool_wait_seconds: float, call_seconds: float, create: bool = False
) -> Engine:
    """An engine that waits up to `call_seconds` for another writer, and opens nothing yet.

    Without `create`, a file that isn't there stays so: making the database is the migrations' business. Raises
    DatabaseUrlError if there can be no such file.
    """
    _check_folder(url.path)
    made = create_engine(
        "sqlite+pysqlite://",
        creator=lambda: _connect(url.path, call_seconds, create=create),
        poolclass=OrderedPool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_wait_seconds,
    )
    event.listen(made, "begin", _begin)
    return made


def _connect(path: Path, wait_seconds: float, *, create: bool) -> sqlite3.Connection:
    mode = "rwc" if create else "rw"
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=wait_seconds,
        # The driver would begin transactions when it sees fit, and not around changes of the schema; we say when.
        isolation_level=None,
        # The pool gives a connection to one thread at a time, but not always to the same.
        check_same_thread=False,
    )
    try:
        # Readers and one writer at a time, without blocking each other. A property of the file, set anew at no cost.
        connection.execute("PRAGMA journal_mode = WAL")
        # With WAL it can't corrupt, and a killed process loses nothing; a power cut may lose the last moments.
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _begin(connection: Connection) -> None:
    # Immediate: a transaction that reads first and takes the write lock later is refused at once, without waiting,
    # if another process wrote in between (SQLite documentation, "Transactions", 2.2).
    read_only: Any = connection.get_execution_options().get(READ_ONLY)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _check_folder(path: Path) -> None:
    folder = path.parent
    if not folder.is_dir():
        raise DatabaseUrlError(
            f"DATABASE_URL names the file {path}, but there is no folder {folder}, and SQLite creates no folders. "
            "Create it, or correct the path; what follows sqlite:// is absolute."
        )
    if path.is_dir():
        raise DatabaseUrlError(f"DATABASE_URL names {path}, which is a folder, but SQLite needs a file. Name a file.")
