"""New databases without any table."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flask_hearth.stores.urls import Postgres, Sqlite

if TYPE_CHECKING:
    from flask_hearth.testing.postgres_server import PostgresServer


@pytest.fixture(params=["sqlite", "postgres"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Sqlite | Postgres]:
    if request.param == "sqlite":
        return lambda: Sqlite(path=tmp_path / f"{uuid.uuid4().hex}.sqlite3")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return lambda: Postgres(conninfo=server.make_database(f"m{uuid.uuid4().hex[:12]}"))


@pytest.fixture
def database(new_database: Callable[[], Sqlite | Postgres]) -> Sqlite | Postgres:
    """One that nothing was ever done to."""
    return new_database()
