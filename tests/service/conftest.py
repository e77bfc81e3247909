"""The service with settings of our own, and a way to start the real thing."""

from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.domain import DECLARATIONS
from app.settings import AppSettings
from flask_hearth.stores.sql.migrating import Migrations
from flask_hearth.stores.urls import Sqlite
from flask_hearth.testing.fixtures import client, logging_is_left_as_it_was, port, postgres_server, start

# Named, so that pytest finds them here.
__all__ = ["client", "logging_is_left_as_it_was", "port", "postgres_server", "start"]

GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"
MIGRATIONS = Path(__file__).parents[2] / "service" / "migrations"


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An SQLite database with the schema of this checkout, one for all tests."""
    path = tmp_path_factory.mktemp("database") / "service.sqlite3"
    Migrations(DECLARATIONS, MIGRATIONS).upgrade(Sqlite(path=path))
    return f"sqlite://{path}"


@pytest.fixture
def app(database_url: str) -> Flask:
    environ = {"SECRET_KEY": GOOD_KEY, "GOOGLE_CLOUD_PROJECT": "demo-hearth", "DATABASE_URL": database_url}
    return create_app(AppSettings.from_env(environ))
