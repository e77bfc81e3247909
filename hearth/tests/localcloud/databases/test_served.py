"""A database for `make serve`."""

from pathlib import Path

import psycopg
import pytest

from flask_hearth.testing.postgres_server import PostgresServer
from hearth import flask_app, project
from hearth.errors import HearthError
from hearth.localcloud.databases import emulator, served
from hearth.tests.localcloud.databases.test_cloud_sql import servers

with_postgres = pytest.mark.skipif(PostgresServer.installed() is None, reason="no Postgres server can be run here")


@with_postgres
def test_a_postgres_runs_as_long_as_it_is_served_and_keeps_its_data(tmp_path: Path) -> None:
    with served.running(tmp_path, "postgres") as variables, psycopg.connect(variables["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE items (name text)")
        connection.execute("INSERT INTO items VALUES ('pen')")
        connection.commit()
        assert variables["SERVED_DATABASE_URL"] == variables["DATABASE_URL"], "so that the app migrates it by itself"
        with (
            pytest.raises(HearthError, match="Another `make serve` of this checkout has the database"),
            served.running(tmp_path, "postgres"),
        ):
            pass
    assert not servers(tmp_path)

    with served.running(tmp_path, "postgres") as variables, psycopg.connect(variables["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT name FROM items").fetchall() == [("pen",)]


def test_what_can_not_be_run_is_an_error_for_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator, "_places", lambda: iter([]))

    with pytest.raises(HearthError, match="no Google's Firestore emulator"), served.running(tmp_path, "firestore"):
        pass


def test_what_is_no_database_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "root", lambda: tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.hearth]\n", encoding="utf-8")
    (tmp_path / "service").mkdir()
    (tmp_path / ".env").write_text("SERVE_DATABASE=mysql\n", encoding="utf-8")

    with pytest.raises(HearthError, match="SERVE_DATABASE=mysql is no database: set it to postgres"):
        flask_app.main(["serve"])
