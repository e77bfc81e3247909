"""The development server, as `make serve` starts it."""

from collections.abc import Callable
from pathlib import Path

import requests

from tests.service.processes import Process
from tools.first_collection import first

ROOT = Path(__file__).parents[2]
DEV = str(ROOT / "service" / "dev.py")


def test_pages_and_files_are_served_and_nothing_is_cached(
    start: Callable[..., Process], port: int, tmp_path: Path
) -> None:
    """An edit has to be seen at the next reload."""
    server = start(DEV, folder=tmp_path, environ={"PORT": str(port), "DATABASE_URL": f"sqlite://{tmp_path}/x.sqlite3"})
    server.wait_for("Debugger is active")
    page = requests.get(f"http://127.0.0.1:{port}/", timeout=20)
    sheet = requests.get(f"http://127.0.0.1:{port}/style.css", timeout=20)

    assert "Flask + Firebase" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert sheet.content == (ROOT / "static" / "style.css").read_bytes()
    assert "max-age=0" in sheet.headers["Cache-Control"]


def test_data_is_kept_from_one_start_to_the_next_without_a_thought_of_migrations(
    start: Callable[..., Process], port: int, tmp_path: Path
) -> None:
    collection = first(ROOT)
    objects = f"http://127.0.0.1:{port}{collection.path}"
    for has in (0, 1):
        server = start(
            DEV, folder=tmp_path, environ={"PORT": str(port), "DATABASE_URL": f"sqlite://{tmp_path}/x.sqlite3"}
        )
        server.wait_for("Debugger is active")
        assert requests.get(objects, timeout=20).json()["total"] == has
        assert requests.post(objects, json=collection.body, timeout=20).status_code == 201
        server.end()


def test_wrong_settings_end_it_with_the_message_alone(start: Callable[..., Process], port: int, tmp_path: Path) -> None:
    server = start(DEV, folder=tmp_path, environ={"PORT": str(port), "LOG_LEVEL": "loud"})

    assert server.running.wait(timeout=20) == 1
    assert "LOG_LEVEL is 'loud'" in server.output
    assert "Traceback" not in server.output
