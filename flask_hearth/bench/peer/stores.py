"""Where the peer keeps items: Firestore as in the tutorial, and SQL in the same manner for the other two."""

import sqlite3
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

FIELDS = ("id", "name", "description", "created_at", "updated_at")
Item = dict[str, Any]


class Items(Protocol):
    """What the API asks of either."""

    def add(self, given: Mapping[str, Any]) -> Item: ...

    def fill(self, items: Iterable[Item]) -> None:
        """Write many at once, to have something to measure on."""

    def one(self, item_id: str) -> Item | None: ...

    def every(self) -> Iterable[Item]: ...

    def some(self, *, offset: int, limit: int) -> Iterable[Item]: ...


def new(name: str, description: str = "") -> Item:
    """An item as the tutorial makes it: a random id, and times as text."""
    now = datetime.now(UTC).isoformat()
    return dict(zip(FIELDS, (str(uuid.uuid4()), name, description, now, now), strict=True))


def store(url: str) -> Items:
    """By the same URLs as the service's."""
    if url.startswith("firestore://"):
        return FirestoreItems(url.removeprefix("firestore://"))
    return SqlItems(url)


class FirestoreItems:
    """One document an item, whose id is a field, too."""

    def __init__(self, project: str) -> None:
        from google.cloud import firestore  # noqa: PLC0415 - only where it is used

        self._client = firestore.Client(project=project)
        self._items = self._client.collection("items")

    def add(self, given: Mapping[str, Any]) -> Item:
        item = new(given["name"], given.get("description", ""))
        self._items.document(item["id"]).set(item)
        return item

    def fill(self, items: Iterable[Item]) -> None:
        batch = self._client.batch()
        for item in items:
            batch.set(self._items.document(item["id"]), item)
        batch.commit()

    def one(self, item_id: str) -> Item | None:
        found: Item | None = self._items.document(item_id).get().to_dict()
        return found

    def every(self) -> Iterator[Item]:
        return (document.to_dict() or {} for document in self._items.stream())

    def some(self, *, offset: int, limit: int) -> Iterator[Item]:
        query = self._items.order_by("created_at").limit(limit).offset(offset)
        return (document.to_dict() or {} for document in query.stream())


class SqlItems:
    """One row an item, a connection for each thread."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._local = threading.local()
        self._sign = "?" if url.startswith("sqlite:") else "%s"
        self._run(
            f"CREATE TABLE IF NOT EXISTS items ({', '.join(f'{field} TEXT' for field in FIELDS)}, PRIMARY KEY (id))"
        )
        self._run("CREATE INDEX IF NOT EXISTS items_by_time ON items (created_at)")

    def add(self, given: Mapping[str, Any]) -> Item:
        item = new(given["name"], given.get("description", ""))
        self.fill([item])
        return item

    def fill(self, items: Iterable[Item]) -> None:
        signs = ", ".join(self._sign for _ in FIELDS)
        cursor = self._connection.cursor()
        cursor.executemany(f"INSERT INTO items VALUES ({signs})", [tuple(item.values()) for item in items])
        self._connection.commit()

    def one(self, item_id: str) -> Item | None:
        return next(iter(self._run(f"SELECT * FROM items WHERE id = {self._sign}", item_id)), None)

    def every(self) -> Iterable[Item]:
        return self._run("SELECT * FROM items")

    def some(self, *, offset: int, limit: int) -> Iterable[Item]:
        return self._run(
            f"SELECT * FROM items ORDER BY created_at LIMIT {self._sign} OFFSET {self._sign}", limit, offset
        )

    @property
    def _connection(self) -> Any:
        if not hasattr(self._local, "connection"):
            self._local.connection = self._connect()
        return self._local.connection

    def _connect(self) -> Any:
        if self._sign == "?":
            return sqlite3.connect(self._url.removeprefix("sqlite://"), timeout=5)
        import psycopg  # noqa: PLC0415 - only where it is used

        return psycopg.connect(self._url)

    def _run(self, statement: str, *values: Any) -> list[Item]:
        cursor = self._connection.cursor()
        cursor.execute(statement, values)
        rows = [dict(zip(FIELDS, row, strict=True)) for row in cursor.fetchall()] if cursor.description else []
        self._connection.commit()
        return rows
