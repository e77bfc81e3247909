"""Migrations by Alembic: make them from the declarations, apply them, say where a database stands.

Only the commands and the tests import this. The service never migrates: many instances would do so at a time, and
the revision that still serves would meet a schema that its successor's start left half done.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import autogenerate, command
from alembic.config import Config
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.sql import schema
from flask_hearth.stores.sql.comparing import default_differs
from flask_hearth.stores.sql.engines import migration_engine
from flask_hearth.stores.sql.failures import translate_errors
from flask_hearth.stores.sql.tables import metadata
from flask_hearth.stores.urls import Postgres, Sqlite

LOCK_SECONDS = 10.0
"""How long to wait for another migration to end, and for each table that requests are using."""

# Any number, as long as all processes that migrate use it.
_ADVISORY_LOCK = 7_305_441_902


class Migrations:
    """The migrations in a folder, for the tables of some declarations. Methods raise UnavailableError."""

    def __init__(
        self,
        declarations: Sequence[Declaration],
        folder: Path,
        *,
        lock_seconds: float = LOCK_SECONDS,
    ) -> None:
        self._tables = metadata(declarations)
        self._folder = folder
        self._lock_seconds = lock_seconds

    def head(self) -> str:
        return schema.head(self._folder)

    def current(self, url: Sqlite | Postgres) -> str | None:
        """Number of the database's last migration; None before the first."""
        with self._connected(url) as connection:
            return _current(connection)

    def state(self, current: str | None) -> schema.State:
        """What a `current` is to this code."""
        return schema.state(current, self.head())

    def upgrade(self, url: Sqlite | Postgres) -> tuple[str | None, str]:
        """Apply what is missing, as the only one at a time; the number before and after.

        A database that is ahead stays as it is: the image of an earlier revision may be deployed again.
        """
        with self._connected(url, create=True) as connection, _alone(connection):
            before = _current(connection)
            if self.state(before) not in {schema.State.EMPTY, schema.State.BEHIND}:
                return before, str(before)
            if connection.dialect.name == "postgresql":
                # Reading began a transaction, and Alembic leaves the end of one that it didn't begin to us.
                connection.commit()
            command.upgrade(self._config(connection), "head")
            return before, self.head()

    def differences(self, url: Sqlite | Postgres) -> list[str]:
        """What the declarations have and the database doesn't, or the other way round; one line each."""
        with self._connected(url) as connection:
            context = MigrationContext.configure(connection, opts={"compare_server_default": default_differs})
            return [_told(each) for each in autogenerate.compare_metadata(context, self._tables)]

    def missing(self, url: Sqlite | Postgres) -> list[str]:
        """Tables and columns that the declarations have and the database doesn't, or of another type; one line each.

        Fewer than `differences`: what only the database has may be of a later revision, or somebody else's.
        """
        return [each for each in self.differences(url) if each.startswith(("add_table", "add_column", "modify_type"))]

    def make(self, message: str) -> Path | None:
        """Write the next migration, if the declarations ask for one; it is a draft for a person to look at.

        Compared with a database made for it by the migrations so far, so that none of anybody's is needed.
        """
        with tempfile.TemporaryDirectory() as folder:
            url = Sqlite(path=Path(folder) / "throwaway.sqlite3")
            if self.head() != schema.NONE:
                self.upgrade(url)
            with self._connected(url, create=True) as connection:
                made = command.revision(
                    self._config(connection),
                    message,
                    autogenerate=True,
                    rev_id=f"{int(self.head()) + 1:04d}",
                    process_revision_directives=_drop_empty,
                )
        written = [made] if not isinstance(made, list) else made
        return Path(written[0].path) if written and written[0] else None

    @contextmanager
    def _connected(self, url: Sqlite | Postgres, *, create: bool = False) -> Iterator[Connection]:
        engine = migration_engine(url, lock_seconds=self._lock_seconds, create=create)
        try:
            with translate_errors(), engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def _config(self, connection: Connection) -> Config:
        config = Config(attributes={"connection": connection, "tables": self._tables})
        config.set_main_option("script_location", str(self._folder).replace("%", "%%"))
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        config.set_main_option("path_separator", "os")
        if (ruff := Path(sys.executable).with_name("ruff")).exists():
            # Alembic doesn't write by this repository's rules; without ruff there is nobody to mind.
            config.set_section_option("post_write_hooks", "hooks", "lint, format")
            for name, words in {"lint": "check --quiet --fix", "format": "format --quiet"}.items():
                config.set_section_option("post_write_hooks", f"{name}.type", "exec")
                config.set_section_option("post_write_hooks", f"{name}.executable", str(ruff).replace("%", "%%"))
                config.set_section_option("post_write_hooks", f"{name}.options", f"{words} REVISION_SCRIPT_FILENAME")
        return config


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return schema.current(connection)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Keep other migrations of this database waiting."""
    if connection.dialect.name == "sqlite":
        # All in one transaction, which is the only one that writes.
        with connection.begin():
            yield
        return
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _ADVISORY_LOCK})
    # The lock belongs to the connection, and ends with it at the latest.
    connection.commit()
    yield
    connection.rollback()
    connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _ADVISORY_LOCK})
    connection.commit()


def _drop_empty(_context: object, _revision: object, directives: list[MigrationScript]) -> None:
    if directives and directives[0].upgrade_ops is not None and directives[0].upgrade_ops.is_empty():
        directives.clear()


def _told(difference: Any) -> str:
    """Alembic's tuples, such as ("add_column", None, "items", Column(…)), without what is only for machines."""
    if isinstance(difference, list):
        return "; ".join(_told(each) for each in difference)
    return " ".join(_word(part) for part in difference if part is not None and not isinstance(part, dict))


def _word(part: Any) -> str:
    """A table's or column's name, a default's value."""
    return str(getattr(part, "name", None) or getattr(part, "arg", part))
