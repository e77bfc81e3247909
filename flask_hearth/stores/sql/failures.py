"""What of a database's refusals is a passing trouble, and what a fault of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.interface import FullError, UnavailableError
from flask_hearth.stores.sql.tables import index_names

# Postgres says so of tables and columns that are not there (error codes, class 42); SQLite by OperationalError.
_SCHEMA_BEHIND = frozenset({"42P01", "42703"})

_POSTGRES_FULL = "53100"
_SQLITE_FULL = 13
"""SQLite, "Result and Error Codes". Its module is not imported for it, which Postgres has no use for."""


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise UnavailableError for all that may pass: no connection or none free, a lock, a deadline, an old schema.

    FullError where there is no room.

    Other errors of the driver (a value that doesn't fit its column) are faults of the program, and pass through.
    """
    try:
        yield
    except exc.TimeoutError as error:
        raise UnavailableError("All of this instance's connections to the database are in use.") from error
    except (exc.OperationalError, exc.InterfaceError) as error:
        if _is_full(error.orig):
            raise FullError(_first_line(error)) from error
        raise UnavailableError(_first_line(error)) from error
    except exc.DBAPIError as error:
        if error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _SCHEMA_BEHIND:
            raise UnavailableError(_first_line(error)) from error
        raise


def is_taken(error: exc.IntegrityError, declaration: Declaration, field: str) -> bool:
    """Whether the error is of that unique field: Postgres names its index, SQLite its column."""
    told = getattr(error.orig, "diag", None)
    table, index = getattr(told, "table_name", None), getattr(told, "constraint_name", None)
    column = f": {declaration.name}.{declaration.stored_names[field]}"
    names = index_names("ux", declaration, (field,))
    return (table == declaration.name and index in names) or str(error.orig).endswith(column)


def _is_full(error: BaseException | None) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code == _SQLITE_FULL or getattr(error, "sqlstate", None) == _POSTGRES_FULL


def _first_line(error: exc.DBAPIError) -> str:
    """The driver's own words, without the statement and its values."""
    lines = str(error.orig).splitlines()
    return f"The database can't be used now: {lines[0] if lines else type(error.orig).__name__}"
