"""Fixtures of pytest that a service's tests need, whatever it serves. A conftest.py imports those that it wants."""

import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_hearth.testing import ports
from flask_hearth.testing.postgres_server import PostgresServer
from flask_hearth.testing.processes import Process


@pytest.fixture(autouse=True)
def logging_is_left_as_it_was() -> Iterator[None]:
    """The service takes the root logger for itself, which is right in a process of its own."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for all tests; who stops it starts it again."""
    binaries = PostgresServer.installed()
    if binaries is None:
        pytest.skip("no Postgres server is installed (Debian: postgresql), or as root no user postgres or no setpriv")
    server = PostgresServer(binaries)
    yield server
    server.end()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Of the app that the tests' own fixture `app` makes."""
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
def port() -> Iterator[int]:
    """A TCP port that is free for a server of this test."""
    with ports.reserve_port() as port:
        yield port
