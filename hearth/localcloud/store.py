"""The local cloud's objects: JSON documents by name, in one SQLite file.

Every write is committed before it returns, so that kill -9 loses nothing. Names are paths, led by the API's
prefix: `run/projects/demo-x/locations/us-central1/services/web`. Large content (files, archives) is not kept
here but in `blobs`.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Document = dict[str, Any]

FILE = "state.db"
"""In a local cloud's folder."""

_BELOW = "SELECT name, body FROM documents WHERE name >= ?1 AND name < ?2"


def public(body: Document) -> Document:
    """A document as clients see it: keys with a leading underscore are the local cloud's own."""
    return {key: value for key, value in body.items() if not key.startswith("_")}


class Store:
    """Used from the event loop's thread alone, which also makes a `transaction` atomic to readers."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        # WAL with synchronous=NORMAL survives a killed process; only a power cut may lose the last commits.
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS documents (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT")

    def get(self, name: str) -> Document | None:
        row = self._db.execute("SELECT body FROM documents WHERE name = ?", (name,)).fetchone()
        return None if row is None else _document(row[0])

    def put(self, name: str, body: Document) -> None:
        self._db.execute(
            "INSERT INTO documents VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body",
            (name, json.dumps(body, separators=(",", ":"))),
        )

    def delete(self, name: str) -> bool:
        """Whether there was a document of that name."""
        return self._db.execute("DELETE FROM documents WHERE name = ?", (name,)).rowcount > 0

    def delete_below(self, name: str) -> None:
        """Delete the document and all whose names continue it with a slash."""
        low, high = _range(name)
        self._db.execute("DELETE FROM documents WHERE name = ? OR (name >= ? AND name < ?)", (name, low, high))

    def below(self, name: str) -> list[tuple[str, Document]]:
        """Documents whose names continue `name` with a slash, at any depth, in order of name."""
        return self._select(name)

    def children(self, collection: str) -> list[tuple[str, Document]]:
        """Documents exactly one segment below `collection`, in order of name."""
        return self._select(collection, " AND instr(substr(name, length(?1) + 1), '/') = 0")

    def _select(self, name: str, only: str = "") -> list[tuple[str, Document]]:
        rows = self._db.execute(f"{_BELOW}{only} ORDER BY name", _range(name))
        return [(found, _document(body)) for found, body in rows]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside, or none. Must not be held across an await."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def close(self) -> None:
        self._db.close()


def _range(name: str) -> tuple[str, str]:
    # "0" is the character after "/".
    return f"{name}/", f"{name}0"


def _document(text: str) -> Document:
    body: Document = json.loads(text)
    return body
