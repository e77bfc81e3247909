"""What Alembic must know to compare our tables with a database's, and to write down the difference."""

import re
from typing import Any, Literal

from alembic.ddl.sqlite import SQLiteImpl
from sqlalchemy import Column

from flask_hearth.stores.sql.types import Typed, UtcDateTime

_CAST = re.compile(r"::[\w ]+$")


class KeepingSqlite(SQLiteImpl):
    """Alembic for SQLite, in place of its own by being defined, that leaves values as they are in a column of another
    type: a date is a number to SQLite's CAST, which makes 2026 of 2026-01-31.
    """

    __dialect__ = "sqlite"

    def cast_for_batch_migrate(self, *_: Any) -> None:
        pass


def default_differs(
    _context: Any,
    _inspected: Column[Any],
    declared: Column[Any],
    found: str | None,
    _default: Any,
    wanted: str | None,
) -> bool | None:
    """Whether two defaults are different values; databases tell the same one with casts, quotes and brackets.

    None leaves it to Alembic, which lets Postgres compare what that writes in forms of its own, such as intervals.
    """
    if _value(found) == _value(wanted):
        return False
    return None if isinstance(declared.type, Typed) else True


def render_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Plain SQLAlchemy for types of our own: a migration must mean the same when the code has long changed."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Typed):
        return item.written()
    return False


def _value(default: str | None) -> str | None:
    if default is None:
        return None
    plain = _CAST.sub("", default.strip("()"))
    # Databases double the quotes within a text, and Alembic doesn't.
    return plain[1:-1].replace("''", "'") if plain.startswith("'") else plain
