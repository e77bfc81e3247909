"""A new database of each kind for each side, on the servers that there are on this machine, and items in them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask_hearth.bench.peer import stores as peer_stores
from flask_hearth.model.declaration import Declaration
from flask_hearth.stores import open_store
from flask_hearth.stores.interface import Store
from flask_hearth.stores.sql.engines import migration_engine
from flask_hearth.stores.sql.migrating import Migrations
from flask_hearth.stores.sql.tables import metadata
from flask_hearth.stores.urls import Firestore, Postgres, Sqlite, parse
from flask_hearth.testing import sample
from flask_hearth.testing.firestore_emulator import FirestoreEmulator
from flask_hearth.testing.postgres_server import PostgresServer
from flask_hearth.testing.sample import DECLARATIONS, ITEMS, Item

KINDS = ("SQLite", "Postgres", "Firestore")

_MIGRATIONS = Path(sample.__file__).parent / "migrations"
_ITEM = Item(name="item")
BATCH = 500
"""What Firestore takes in one write."""
_FILLING_SECONDS = 60.0
"""For a batch, which takes the emulator seconds."""


@dataclass(frozen=True)
class Place:
    """A kind of store with an empty database for each side."""

    kind: str
    hearth: str
    """DATABASE_URL."""
    peer: str
    environ: Mapping[str, str]
    """What leads both sides to a server on this machine."""


@contextmanager
def place(kind: str, folder: Path) -> Iterator[Place | str]:
    """A place for both sides while the context lasts; where there can be none, the reason."""
    with ExitStack() as stack:
        if kind == "SQLite":
            yield _migrated(
                Place(kind, f"sqlite://{folder / 'hearth.sqlite3'}", f"sqlite://{folder / 'peer.sqlite3'}", {})
            )
        elif kind == "Postgres":
            binaries = PostgresServer.installed()
            if binaries is None:
                yield "no Postgres server is installed (Debian: postgresql)"
                return
            postgres = PostgresServer(binaries)
            stack.callback(postgres.end)
            yield _migrated(Place(kind, postgres.make_database("hearth"), postgres.make_database("peer"), {}))
        else:
            jar = FirestoreEmulator.installed()
            if jar is None:
                yield "the Firestore emulator is not installed, or no Java"
                return
            emulator = FirestoreEmulator(jar, folder / "firestore.log")
            stack.callback(emulator.end)
            environ = {"FIRESTORE_EMULATOR_HOST": emulator.host}
            # The clients that fill the databases are in this process, and ask for it when they are made.
            os.environ.update(environ)
            stack.callback(os.environ.pop, "FIRESTORE_EMULATOR_HOST")
            yield Place(kind, "firestore://demo-hearth-bench", "firestore://demo-peer-bench", environ)


@contextmanager
def opened(url: str, declarations: Sequence[Declaration]) -> Iterator[Store]:
    """A store with other collections than the items, in the same database."""
    named = parse(url, project=None, data_dir=None)
    if not isinstance(named, Firestore):
        engine = migration_engine(named, lock_seconds=5, create=False)
        tables = metadata(declarations)
        tables.create_all(engine, [tables.tables[each.name] for each in declarations])
        engine.dispose()
    store = open_store(url, declarations=declarations, migrations=_MIGRATIONS, call_seconds=_FILLING_SECONDS)
    try:
        yield store
    finally:
        store.close()


def fill(at: Place, count: int, *, already: int) -> None:
    """Have `count` items on each side, where there are `already` some."""
    peers = peer_stores.store(at.peer)
    for begin in range(already, count, BATCH):
        numbers = range(begin, min(begin + BATCH, count))
        peers.fill([peer_stores.new(f"item {number}") for number in numbers])
        _copies(at.hearth, numbers)


def _migrated(at: Place) -> Place:
    url = parse(at.hearth, project=None, data_dir=None)
    if not isinstance(url, Firestore):
        Migrations(DECLARATIONS, _MIGRATIONS).upgrade(url)
    return at


def _copies(url: str, numbers: range) -> None:
    """One item that the service's own store makes, and copies of it that differ in id and time: one write for all."""
    store = open_store(url, declarations=DECLARATIONS, migrations=_MIGRATIONS)
    first = f"item-{numbers[0]:06}"
    made = store.create(ITEMS, first, _ITEM.model_dump(mode="json"))
    store.close()
    apart = {f"item-{at:06}": made.created_at + timedelta(microseconds=at - numbers[0]) for at in numbers[1:]}
    named = parse(url, project=None, data_dir=None)
    if isinstance(named, Firestore):
        _copy_documents(named, first, apart)
    else:
        _copy_rows(named, first, apart)


def _copy_documents(named: Firestore, first: str, apart: Mapping[str, Any]) -> None:
    from google.cloud import firestore  # noqa: PLC0415 - slow to import, and not needed everywhere

    client = firestore.Client(project=named.project)
    items = client.collection(ITEMS.name)
    original = items.document(first).get().to_dict() or {}
    batch = client.batch()
    for each, created_at in apart.items():
        batch.set(items.document(each), {**original, "created_at": created_at})
    batch.commit()
    client.close()


def _copy_rows(named: Sqlite | Postgres, first: str, apart: Mapping[str, Any]) -> None:
    table = metadata(DECLARATIONS).tables[ITEMS.name]
    engine = migration_engine(named, lock_seconds=5, create=False)
    with engine.begin() as connection:
        original = connection.execute(table.select().where(table.c.id == first)).mappings().one()
        copies = [{**original, "id": each, "created_at": created_at} for each, created_at in apart.items()]
        if copies:
            connection.execute(table.insert(), copies)
    engine.dispose()
