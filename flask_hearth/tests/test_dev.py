"""The development server, as `flask serve` starts it."""

from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from flask_hearth.testing import sample
from flask_hearth.testing.postgres_server import PostgresServer
from flask_hearth.testing.processes import PATIENCE, Process
from flask_hearth.tests.api.samples import ITEM
from flask_hearth.tests.databases import MIGRATIONS

ROOT = Path(__file__).parents[2]
STATIC = Path(sample.__file__).parent / "static"
SERVE = ("-m", "flask", "--app", "flask_hearth.testing.sample", "serve")

SHOP = f"""
from flask import Flask
from flask_hearth import Hearth
from flask_hearth.model.declaration import Declaration, Model

class Item(Model):
    ...

app = Flask(__name__, static_folder=None)
app.config["HEARTH_DATABASE_URL"] = "sqlite:///{{}}/x.sqlite3".format(app.root_path)
app.config["HEARTH_MIGRATIONS"] = {str(MIGRATIONS)!r}
Hearth(app, declarations=[Declaration(name="items", singular="item", model=Item)])
"""

Serve = Callable[..., Process]


@pytest.fixture
def serve(start: Callable[..., Process], port: int, tmp_path: Path) -> Serve:
    """Start it with these variables, in development unless they say otherwise."""

    def run(**environ: str) -> Process:
        given = {"PORT": str(port), "PYTHONPATH": str(ROOT), "APP_ENV": "development"}
        return start(*SERVE, folder=tmp_path, environ={**given, **environ})

    return run


def test_pages_and_files_are_served_and_nothing_is_cached(serve: Serve, port: int, tmp_path: Path) -> None:
    """An edit has to be seen at the next reload."""
    server = serve(DATABASE_URL=f"sqlite://{tmp_path}/x.sqlite3")
    server.wait_for("Debugger is active")
    page = requests.get(f"http://127.0.0.1:{port}/", timeout=PATIENCE)
    sheet = requests.get(f"http://127.0.0.1:{port}/style.css", timeout=PATIENCE)

    assert "<h1>Sample</h1>" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert sheet.content == (STATIC / "style.css").read_bytes()
    assert "max-age=0" in sheet.headers["Cache-Control"]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_data_is_kept_from_one_start_to_the_next_without_a_thought_of_migrations(
    serve: Serve, port: int, tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    objects = f"http://127.0.0.1:{port}{ITEM.path}"
    url = f"sqlite://{tmp_path}/x.sqlite3"
    if kind == "postgres":
        url = request.getfixturevalue("postgres_server").make_database("served")
    for has in (0, 1):
        server = serve(DATABASE_URL=url, SERVED_DATABASE_URL=url)
        server.wait_for("Debugger is active")
        assert requests.get(objects, timeout=PATIENCE).json()["total"] == has
        assert requests.post(objects, json=ITEM.least, timeout=PATIENCE).status_code == 201
        server.end()


def test_a_postgres_that_is_not_run_for_it_is_not_migrated(
    serve: Serve, port: int, postgres_server: PostgresServer
) -> None:
    """It may be everybody's, whatever `.env` says for `make serve`."""
    foreign, own = postgres_server.make_database("foreign"), postgres_server.make_database("own")
    server = serve(DATABASE_URL=foreign, SERVE_DATABASE="postgres", SERVED_DATABASE_URL=own)
    server.wait_for("Debugger is active")

    assert requests.get(f"http://127.0.0.1:{port}{ITEM.path}", timeout=PATIENCE).status_code == 503


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("size: int = 0", "Item.size is an integer without bounds"),
        ("id: str = ''", "Item declares id, which the service sets"),
        ("colour: str = ''", "A migration is missing"),
    ],
)
def test_a_declaration_that_does_not_work_ends_it_with_the_reason_alone(
    start: Callable[..., Process], port: int, tmp_path: Path, *, field: str, reason: str
) -> None:
    (tmp_path / "shop.py").write_text(SHOP.replace("...", field), encoding="utf-8")
    environ = {"PORT": str(port), "PYTHONPATH": str(ROOT)}
    server = start("-m", "flask", "--app", "shop", "serve", folder=tmp_path, environ=environ)

    assert server.ended() == 1
    assert reason in server.output
    assert "Traceback" not in server.output


def test_wrong_settings_end_it_with_the_message_alone(serve: Serve) -> None:
    server = serve(LOG_LEVEL="loud")

    assert server.ended() == 1
    assert "LOG_LEVEL is 'loud'" in server.output
    assert "Traceback" not in server.output
