"""Which schema the database has, and which one this code was written for.

Migrations are numbered, so that one number tells which of the two is older, without Alembic, which takes as long to
import as all of Flask and would be paid for at every cold start.
"""

import re
from enum import Enum
from pathlib import Path

from sqlalchemy import Connection, exc, text

from flask_hearth.stores.interface import UnavailableError

NONE = "0000"
"""Before the first migration."""

_FILE = re.compile(r"(?P<number>\d{4})_\w+\.py")
_NUMBER = re.compile(r"\d{4}")
_CURRENT = text("SELECT version_num FROM alembic_version")


class State(Enum):
    EMPTY = "not migrated yet"
    BEHIND = "behind"
    EQUAL = "up to date"
    AHEAD = "ahead"


def head(folder: Path) -> str:
    """Number of the last migration that this code comes with; NONE if there is none."""
    numbers = [found["number"] for path in folder.glob("versions/*.py") if (found := _FILE.fullmatch(path.name))]
    return max(numbers, default=NONE)


def current(connection: Connection) -> str | None:
    """Number of the last migration that was made, or None. The table missing is an error of the driver."""
    numbers = connection.execute(_CURRENT).scalars().all()
    if not numbers:
        return None
    if len(numbers) > 1 or not _NUMBER.fullmatch(numbers[0]):
        raise UnavailableError(
            f"The database's schema is {', '.join(sorted(numbers))}, which is not a migration of this service: the "
            "database belongs to another program. Check DATABASE_URL."
        )
    return str(numbers[0])


def state(found: str | None, wanted: str) -> State:
    if found is None:
        return State.EMPTY
    if found == wanted:
        return State.EQUAL
    return State.BEHIND if found < wanted else State.AHEAD


def check(connection: Connection, wanted: str, migrations: Path | None) -> None:
    """Raise UnavailableError if the schema is older than this code; a newer one fits, as revisions overlap."""
    if wanted == NONE:
        raise UnavailableError(
            f"There are no migrations in {migrations or 'any known folder'}, so the database's schema can't be "
            "checked. Write them with `flask db migrate`. If they exist, the image was built without them."
        )
    try:
        found = current(connection)
    except (exc.OperationalError, exc.ProgrammingError) as error:
        # The table's absence has another class of error on each database, but is told by the table's name.
        if "alembic_version" not in str(error.orig):
            raise
        found = None
    if state(found, wanted) in {State.EMPTY, State.BEHIND}:
        raise UnavailableError(
            f"The database's schema is {found or 'not there'} and this code needs {wanted}: queries would fail or "
            "write incomplete data. Run `flask db upgrade`."
        )
