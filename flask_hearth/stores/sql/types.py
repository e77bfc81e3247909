"""Types of columns: what a field is in JSON on the way in and out, and in between what the database has for it.

SQLite has no such types, and keeps what sorts right as it is: texts of one form, and numbers.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Date, DateTime, Double, Interval, Numeric, Text, Time, Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from flask_hearth.stores.kinds import FieldKind, Kind
from flask_hearth.stores.values import from_plain, to_json, to_plain, to_python

_BY_SQLALCHEMY = frozenset({Kind.DATE, Kind.TIME, Kind.DATETIME, Kind.LOCAL_DATETIME})
"""What it writes into SQLite by itself, in one form that sorts right."""


class UtcDateTime(TypeDecorator[datetime]):
    """A time with microseconds, in UTC on the way in and out; SQLite, which has no times, keeps sortable text."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Typed(TypeDecorator[Any]):
    """Of a field whose kind JSON has no type for."""

    impl = Text
    cache_ok = True

    def __init__(self, field: FieldKind) -> None:
        self.field = field
        super().__init__()

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        on_postgres, on_sqlite = self.columns()
        return dialect.type_descriptor(on_sqlite if dialect.name == "sqlite" else on_postgres)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if dialect.name != "sqlite":
            return to_python(self.field, value)
        if self.field.kind not in _BY_SQLALCHEMY:
            return to_plain(self.field, value)
        found = to_python(self.field, value)
        return found.replace(tzinfo=None) if self.field.kind is Kind.DATETIME and found else found

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if dialect.name == "sqlite" and self.field.kind not in _BY_SQLALCHEMY:
            return from_plain(self.field, value)
        if self.field.kind is Kind.DATETIME and value is not None:
            value = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return None if value is None else to_json(self.field, value)

    def columns(self) -> tuple[TypeEngine[Any], TypeEngine[Any]]:
        """What Postgres has for it, and SQLite."""
        same: TypeEngine[Any]
        match self.field:
            case (Kind.DURATION, *_):
                return Interval(), Double()
            case (Kind.UUID, *_):
                return Uuid(), Text()
            case FieldKind(Kind.DECIMAL, _, digits):
                exact = Numeric() if digits is None else Numeric(*digits)
                return exact, Numeric(*digits, asdecimal=False) if digits and self.field.is_number else Text()
            case (Kind.DATE, *_):
                same = Date()
            case (Kind.TIME, *_):
                same = Time()
            case _:
                same = DateTime(timezone=self.field.kind is Kind.DATETIME)
        return same, same

    def written(self) -> str:
        """In a migration."""
        on_postgres, on_sqlite = self.columns()
        plain = f"sa.{on_postgres!r}"
        same = isinstance(on_sqlite, type(on_postgres))
        return plain if same else f'{plain}.with_variant(sa.{on_sqlite!r}, "sqlite")'
