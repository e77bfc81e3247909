"""What Alembic must know to compare our tables with a database's, and to write down the difference."""

import re
from typing import Any, Literal

from sqlalchemy import Column

from flask_hearth.stores.sql.tables import UtcDateTime

_CAST = re.compile(r"::[\w ]+$")


def default_differs(
    _context: Any,
    _inspected: Column[Any],
    _declared: Column[Any],
    found: str | None,
    _default: Any,
    wanted: str | None,
) -> bool:
    """Whether two defaults are different values; databases tell the same one with casts, quotes and brackets."""
    return _value(found) != _value(wanted)


def render_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Plain SQLAlchemy for types of our own: a migration must mean the same when the code has long changed."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _value(default: str | None) -> str | None:
    if default is None:
        return None
    plain = _CAST.sub("", default.strip("()"))
    # Databases double the quotes within a text, and Alembic doesn't.
    return plain[1:-1].replace("''", "'") if plain.startswith("'") else plain
