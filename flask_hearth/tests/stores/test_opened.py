"""DATABASE_URL: what it may say, and that only what it says is imported."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flask_hearth.stores import open_store, urls
from flask_hearth.stores.urls import Firestore, Postgres, Sqlite
from flask_hearth.tests.stores.samples import DECLARATIONS, SAMPLES

ROOT = Path(__file__).parents[3]
DRIVERS = {"sqlalchemy", "psycopg", "sqlite3", "google.cloud.firestore", "grpc", "google.auth", "alembic"}
DIALECTS = {"sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite"}


@pytest.mark.parametrize(
    ("url", "imported"),
    [
        ("sqlite:///{folder}/x.sqlite3", {"sqlalchemy", "sqlite3", "sqlalchemy.dialects.sqlite"}),
        ("postgresql://user:password@127.0.0.1:1/db", {"sqlalchemy", "psycopg", "sqlalchemy.dialects.postgresql"}),
        ("firestore://demo-hearth", {"google.cloud.firestore", "grpc", "google.auth"}),
    ],
)
def test_what_a_deployment_does_not_use_it_does_not_import(url: str, imported: set[str], tmp_path: Path) -> None:
    """Half a second of each cold start. Alembic belongs to migrations alone."""
    program = (
        "import json, os, sys; from flask_hearth.testing.sample import create_app; create_app();"
        f"print(json.dumps([name for name in {sorted(DRIVERS | DIALECTS)} if name in sys.modules]))"
    )
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "SECRET_KEY": "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g",
        "DATABASE_URL": url.format(folder=tmp_path),
        "FIRESTORE_EMULATOR_HOST": "127.0.0.1:1",
    }
    found = subprocess.run(
        [sys.executable, "-c", program], env=environ, cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert set(json.loads(found.stdout)) == imported


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("sqlite:///data/x.sqlite3", Sqlite(path=Path("/data/x.sqlite3"))),
        ("sqlite:////data/x.sqlite3", Sqlite(path=Path("/data/x.sqlite3"))),
        ("sqlite:///a%20b/x", Sqlite(path=Path("/a b/x"))),
        ("sqlite://", Sqlite(path=Path("/given/service.sqlite3"))),
        ("postgresql://u:p@h/db", Postgres(conninfo="postgresql://u:p@h/db")),
        ("postgresql://u@/db?host=/cloudsql/p:r:i", Postgres(conninfo="postgresql://u@/db?host=/cloudsql/p:r:i")),
        ("firestore://", Firestore(project="own-project", database="(default)")),
        ("firestore:///", Firestore(project="own-project", database="(default)")),
        ("firestore://other", Firestore(project="other", database="(default)")),
        ("firestore://other/(default)", Firestore(project="other", database="(default)")),
        ("firestore://other/web-data", Firestore(project="other", database="web-data")),
        ("firestore:///web-data", Firestore(project="own-project", database="web-data")),
    ],
)
def test_a_url_says_which_store_and_where(url: str, meant: object) -> None:
    assert urls.parse(url, project="own-project", data_dir="/given") == meant


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "is not a URL"),
        ("/data/x.sqlite3", "is not a URL"),
        ("mysql://u:secret@h/db", "begins with 'mysql://': there is no such store"),
        ("postgres://u:secret@h/db", "begins with 'postgres://'.*postgresql://"),
        ("postgresql+psycopg://u:secret@h/db", "begins with"),
        ("postgresql://u:secret@h", "names no database"),
        ("postgresql://u:secret@h:x/db", "can't be parsed"),
        ("postgresql://u:sec/ret@h/db", "can't be parsed.*%XX"),
        ("postgresql://u:sec[ret@h/db", "can't be parsed.*%XX"),
        ("sqlite://", "without HEARTH_DATA_DIR"),
        ("sqlite://data/x.sqlite3", "names a host, 'data'.*sqlite:///data/x.sqlite3"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite://:memory:", "in memory"),
        ("firestore://", "names no project, and GOOGLE_CLOUD_PROJECT is not set"),
        ("firestore://p/Data", "names the database 'Data'"),
        ("firestore://p/a/b", "names the database 'a/b'"),
    ],
)
def test_a_url_that_names_no_store_is_told_without_its_password(url: str, words: str) -> None:
    with pytest.raises(urls.DatabaseUrlError, match=words) as caught:
        urls.parse(url, project=None, data_dir=None)

    assert "DATABASE_URL" in str(caught.value)
    assert "sec" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_opening_connects_to_nothing() -> None:
    """A store that is down must not keep the service from starting."""
    store = open_store("postgresql://user@127.0.0.1:1/db", declarations=DECLARATIONS)

    store.close()


def test_two_collections_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="both be named 'samples'"):
        open_store("postgresql://user@127.0.0.1:1/db", declarations=(SAMPLES, SAMPLES))
