"""SQLite, written by several processes, and files that can't be."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, exc, text

from flask_hearth.stores import open_store, urls
from flask_hearth.stores.interface import FullError, Store, UnavailableError
from flask_hearth.stores.sql import sqlite
from flask_hearth.stores.sql.failures import translate_errors
from flask_hearth.stores.sql.store import SqlStore
from flask_hearth.testing.processes import Process
from flask_hearth.tests.databases import MIGRATIONS, Databases, make_tables
from flask_hearth.tests.stores.recovery import WRITES, assert_unavailable
from flask_hearth.tests.stores.samples import DECLARATIONS, SAMPLES, fields

ROOT = Path(__file__).parents[3]
CALL_SECONDS = 0.3


@pytest.fixture
def url(databases: Databases) -> str:
    return databases.url("sqlite", DECLARATIONS)


@pytest.fixture
def store(databases: Databases, url: str) -> Store:
    store = databases.open_url(url, DECLARATIONS, call_seconds=CALL_SECONDS)
    store.create(SAMPLES, "kept", fields())
    return store


def file_of(url: str) -> str:
    return url.removeprefix("sqlite://")


def test_two_processes_write_at_once_and_nothing_is_lost(
    start: Callable[..., Process], databases: Databases, url: str
) -> None:
    """As two instances, or two revisions during a rollout."""
    store = databases.open_url(url, DECLARATIONS)
    store.create(SAMPLES, "counter", fields(count=0))
    environ = {"PYTHONPATH": str(ROOT)}
    command = ("-m", "flask_hearth.tests.stores.sqlite_writer", url, "counter", "100")

    writers = [start(*command, folder=ROOT, environ=environ) for _ in range(2)]

    assert [(each.ended(), each.output) for each in writers] == [(0, "ready\n")] * 2
    assert store.get(SAMPLES, "counter").fields["count"] == 200


def test_a_write_waits_for_another_process_up_to_the_deadline_and_reads_do_not(store: Store, url: str) -> None:
    other = sqlite3.connect(file_of(url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE samples SET title = 'theirs'")

    assert_unavailable(store, WRITES)
    assert store.get(SAMPLES, "kept").fields["title"] == "one"
    assert store.count(SAMPLES) == 1

    other.execute("COMMIT")
    other.close()
    assert store.replace(SAMPLES, "kept", fields(title="ours"), expected=None).fields["title"] == "ours"


def test_the_deadline_is_the_one_agreed_on(store: Store) -> None:
    """SQLite itself waits, so what it was told is how long it takes."""
    assert isinstance(store, SqlStore)
    with store._engine.connect() as connection:
        assert connection.execute(text("PRAGMA busy_timeout")).scalar_one() == CALL_SECONDS * 1000


def test_a_transaction_that_may_write_is_the_only_one_from_its_beginning_on(url: str) -> None:
    """One that reads first and takes the lock later is refused without waiting if somebody wrote in between."""
    ours = sqlite.engine(
        urls.Sqlite(path=Path(file_of(url))), pool_size=1, pool_wait_seconds=1, call_seconds=CALL_SECONDS
    )
    other = sqlite3.connect(file_of(url), isolation_level=None, timeout=0)

    with ours.begin() as connection:
        connection.execute(text("SELECT * FROM samples"))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")

    other.execute("BEGIN IMMEDIATE")
    other.close()
    ours.dispose()


def test_what_is_written_is_there_for_a_process_that_starts_after_a_kill(store: Store, url: str) -> None:
    """The log of changes lies beside the file, and belongs to it."""
    with sqlite3.connect(file_of(url)) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert other.execute("SELECT id FROM samples").fetchall() == [("kept",)]
    other.close()


def test_a_full_disk_is_told_as_such_and_reading_works(store: Store) -> None:
    """As SQLite tells it, by a bound on its pages; it is no passing trouble."""
    assert isinstance(store, SqlStore)

    def bound(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    event.listen(store._engine, "checkout", bound)
    long = fields(title="x" * 100_000)

    with pytest.raises(FullError):
        store.create(SAMPLES, "long", long)
    with pytest.raises(FullError):
        store.replace(SAMPLES, "kept", long, expected=None)
    assert store.get(SAMPLES, "kept").fields["title"] == "one"


def test_a_full_disk_of_postgres_is_told_as_such() -> None:
    with pytest.raises(FullError), translate_errors():
        raise exc.OperationalError("INSERT", {}, psycopg.errors.DiskFull("could not extend file"))


def test_a_service_never_makes_the_file(tmp_path: Path) -> None:
    """An empty one where the data should be would look like all of it is lost."""
    store = open_store(f"sqlite://{tmp_path}/new.sqlite3", declarations=DECLARATIONS, migrations=MIGRATIONS)

    with pytest.raises(UnavailableError, match="unable to open database file"):
        store.check()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_appears_later_is_found(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/later.sqlite3"
    store = open_store(url, declarations=DECLARATIONS, migrations=MIGRATIONS)
    with pytest.raises(UnavailableError):
        store.check()

    make_tables(url, DECLARATIONS)

    store.check()
    store.close()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("no/such/folder/a.sqlite3", "no folder .*/no/such/folder"),
        (".", "is a folder"),
        ("file/a.sqlite3", "no folder"),
    ],
)
def test_a_path_that_can_not_be_a_database_is_told_when_the_service_starts(
    tmp_path: Path, path: str, words: str
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(urls.DatabaseUrlError, match=words):
        open_store(f"sqlite://{tmp_path}/{path}", declarations=DECLARATIONS, migrations=MIGRATIONS)


def test_a_path_with_special_characters_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "a b#c?d%e'ü"
    folder.mkdir()
    escaped = re.sub(r"[ #?%']", lambda found: f"%{ord(found[0]):02X}", str(folder))
    url = f"sqlite://{escaped}/x.sqlite3"
    make_tables(url, DECLARATIONS)

    store = open_store(url, declarations=DECLARATIONS, migrations=MIGRATIONS)
    store.check()
    store.close()

    assert (folder / "x.sqlite3").is_file()
