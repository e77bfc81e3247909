"""SQL tables, derived from declarations.

A field with a default becomes a column with that default on the server's side. It makes a change of the model
deployable: rows from before get it, and the revision before, which still serves during a rollout and knows nothing
of the column, can go on inserting.
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, MetaData, Table, Text
from sqlalchemy import text as sql
from sqlalchemy.types import JSON, TypeEngine

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.kinds import FieldKind, Kind, kinds
from flask_hearth.stores.sql.types import Typed, UtcDateTime
from flask_hearth.stores.values import defaults, to_plain

KEYS_TABLE = "idempotency_keys"

BYTEWISE: Final = "C"
"""Postgres's collation for texts, which are compared as on the other stores, not in a language's order."""

_MAX_NAME_BYTES: Final = 63


def metadata(declarations: Iterable[Declaration]) -> MetaData:
    """All tables that the declarations need, and the one for idempotency keys. Raises ValueError as `kinds` does."""
    found = MetaData()
    named: set[str] = set()
    for declaration in declarations:
        _table(found, declaration, named)
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


def _table(found: MetaData, declaration: Declaration, named: set[str]) -> Table:
    """`named` are the indexes of all tables so far, as a database has one of a name."""
    presets = defaults(declaration)
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
                _TYPES.get(field.kind) or Typed(field),
                key=name,
                nullable=field.null,
                server_default=_default(field, presets.get(name)),
            )
            for name, field in kinds(declaration).items()
        ),
        *(
            # With the id, by which those are ordered that share all else.
            Index(_unnamed(index_names("ix", declaration, (*index, "id")), named), *index, "id")
            for index in {("created_at",): None, **dict.fromkeys(declaration.indexes)}
        ),
        *(
            Index(_unnamed(index_names("ux", declaration, (name,)), named), name, unique=True)
            for name in declaration.unique
        ),
    )


def index_names(kind: str, declaration: Declaration, fields: tuple[str, ...]) -> tuple[str, str]:
    """What an index is called, and what it is called where another has that name: one of `a_b`, and one of `a` and `b`.

    As long as Postgres keeps of a name.
    """
    parts = [kind, declaration.name, *(declaration.stored_names.get(each, each) for each in fields)]
    name, digest = "_".join(parts), sha256("/".join(parts).encode()).hexdigest()[:8]
    return _fitting(name), f"{_cut(name)}_{digest}"


def _unnamed(names: tuple[str, str], named: set[str]) -> str:
    """The first that no index has yet, which then has it."""
    plain, other = names
    name = other if plain in named else plain
    named.add(name)
    return name


def _fitting(name: str) -> str:
    if len(name.encode()) <= _MAX_NAME_BYTES:
        return name
    return f"{_cut(name)}_{sha256(name.encode()).hexdigest()[:8]}"


def _cut(name: str) -> str:
    """With room for a digest."""
    return name.encode()[: _MAX_NAME_BYTES - 9].decode(errors="ignore")


_BYTEWISE_TEXT: Final = Text().with_variant(Text(collation=BYTEWISE), "postgresql")

_TYPES: dict[Kind, TypeEngine[Any]] = {
    # Whether or not it is in an index now: a column keeps the order that it was made in.
    Kind.TEXT: _BYTEWISE_TEXT,
    Kind.INTEGER: BigInteger(),
    Kind.NUMBER: Double(),
    Kind.BOOLEAN: Boolean(),
    # Not Postgres's JSONB, which makes whole numbers of floats and orders keys its own way.
    Kind.JSON: JSON(none_as_null=True),
}


def _default(field: FieldKind, value: Any) -> Any:
    if value is None:
        return None
    match field.kind:
        case Kind.TEXT | Kind.UUID | Kind.DECIMAL:
            return value
        case Kind.BOOLEAN:
            # As keywords, which both databases know; SQLite's own numbers would end up in migrations for Postgres.
            return sql("true" if value else "false")
        case Kind.JSON:
            return json.dumps(value)
        case Kind.INTEGER | Kind.NUMBER:
            return sql(repr(value))
        case _:
            # As SQLite keeps it: to Postgres, a number is an interval of seconds, and its connections are in UTC.
            return str(to_plain(field, value)).replace("T", " ").removesuffix("+00:00")
