"""SQL tables, derived from declarations.

A field with a default becomes a column with that default on the server's side. It makes a change of the model
deployable: rows from before get it, and the revision before, which still serves during a rollout and knows nothing
of the column, can go on inserting.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Double, Index, Integer, MetaData, Table, Text
from sqlalchemy import text as sql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.kinds import Kind, defaults, kinds

KEYS_TABLE = "idempotency_keys"

BYTEWISE: Final = "C"
"""Postgres's collation for texts that are compared as on the other stores, not in a language's order."""

_MAX_NAME_BYTES: Final = 63


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


def metadata(declarations: Iterable[Declaration]) -> MetaData:
    """All tables that the declarations need, and the one for idempotency keys. Raises ValueError as `kinds` does."""
    found = MetaData()
    for declaration in declarations:
        _table(found, declaration)
    Table(
        KEYS_TABLE,
        found,
        Column("key", Text, primary_key=True),
        # Null where a revision from before this column reserves, which nobody but itself then finishes.
        Column("owner", Text),
        Column("fingerprint", Text, nullable=False),
        Column("expires_at", UtcDateTime, nullable=False),
        # All three null until the request has been answered.
        Column("status", Integer),
        Column("headers", JSON(none_as_null=True)),
        Column("body", Text),
        # Expired rows are found by it.
        Index(f"ix_{KEYS_TABLE}_expires_at", "expires_at"),
    )
    return found


def _table(found: MetaData, declaration: Declaration) -> Table:
    presets = defaults(declaration)
    indexed = {name for index in declaration.indexes for name in index}
    return Table(
        declaration.name,
        found,
        # An index in a language's order can't serve all comparisons.
        Column("id", _BYTEWISE_TEXT, primary_key=True),
        Column("version", Text, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("updated_at", UtcDateTime, nullable=False),
        *(
            Column(
                declaration.stored_names[name],
                _BYTEWISE_TEXT if kind is Kind.TEXT and name in indexed else _TYPES[kind],
                key=name,
                nullable=null,
                server_default=_default(kind, presets.get(name)),
            )
            for name, (kind, null) in kinds(declaration).items()
        ),
        *(_index(declaration, index) for index in {("created_at",): None, **dict.fromkeys(declaration.indexes)}),
        *(Index(unique_index(declaration, name), name, unique=True) for name in declaration.unique),
    )


def unique_index(declaration: Declaration, field: str) -> str:
    """Its name, by which Postgres tells whose value is taken."""
    return _fitting(f"ux_{declaration.name}_{declaration.stored_names[field]}")


def _index(declaration: Declaration, fields: tuple[str, ...]) -> Index:
    """With the id, by which those are ordered that share all else."""
    name = "_".join(["ix", declaration.name, *(declaration.stored_names.get(each, each) for each in fields), "id"])
    return Index(_fitting(name), *fields, "id")


def _fitting(name: str) -> str:
    """As long as Postgres keeps of one."""
    if len(name.encode()) <= _MAX_NAME_BYTES:
        return name
    return f"{name.encode()[: _MAX_NAME_BYTES - 9].decode(errors='ignore')}_{sha256(name.encode()).hexdigest()[:8]}"


_BYTEWISE_TEXT: Final = Text().with_variant(Text(collation=BYTEWISE), "postgresql")

_TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.TEXT: Text(),
    Kind.INTEGER: BigInteger(),
    Kind.NUMBER: Double(),
    Kind.BOOLEAN: Boolean(),
    # Not Postgres's JSONB, which makes whole numbers of floats and orders keys its own way.
    Kind.JSON: JSON(none_as_null=True),
}


def _default(kind: Kind, value: Any) -> Any:
    if value is None:
        return None
    match kind:
        case Kind.TEXT:
            return value
        case Kind.BOOLEAN:
            # As keywords, which both databases know; SQLite's own numbers would end up in migrations for Postgres.
            return sql("true" if value else "false")
        case Kind.JSON:
            return json.dumps(value)
        case _:
            return sql(repr(value))
