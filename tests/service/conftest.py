"""An app with settings of our own, and a way to start the real thing."""

import logging
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from app import create_app
from app.settings import Settings
from flask import Flask
from flask.testing import FlaskClient

from tests.service.processes import Process

GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"


@pytest.fixture(autouse=True)
def _logging_is_left_as_it_was() -> Iterator[None]:
    """The service takes the root logger for itself, which is right in a process of its own."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def app() -> Flask:
    return create_app(Settings.from_env({"SECRET_KEY": GOOD_KEY, "GOOGLE_CLOUD_PROJECT": "demo-hearth"}))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Start `python ARGUMENTS…` in a folder with exactly this environment."""
    started: list[Process] = []

    def begin(*arguments: str, folder: Path, environ: Mapping[str, str]) -> Process:
        log = tmp_path / f"{len(started)}.log"
        started.append(Process([sys.executable, *arguments], folder, environ, log))
        return started[-1]

    yield begin
    for process in started:
        process.end()


@pytest.fixture
def port() -> int:
    """A TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found
