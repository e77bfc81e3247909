"""Objects as rows: each write is one statement, alone or as part of a batch's transaction."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, exc, select, update

from flask_hearth.stores.interface import ExistsError, MissingError, Record, TakenError, VersionError
from flask_hearth.stores.sql.engines import insert
from flask_hearth.stores.sql.failures import is_taken
from flask_hearth.stores.writes import Check, Create, Delete, Key, Replace, Write


def create(connection: Connection, table: Table, write: Create, now: datetime) -> Record:
    made = Record(id=write.id, version=_new_version(), created_at=now, updated_at=now, fields=dict(write.fields))
    row = connection.execute(
        insert(connection, table)
        .values(id=made.id, version=made.version, created_at=now, updated_at=now, **made.fields)
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(table.c.id)
    )
    if row.one_or_none() is None:
        raise ExistsError(write.id)
    return made


def replace(connection: Connection, table: Table, write: Replace, now: datetime) -> Record:
    statement = (
        update(table)
        .where(table.c.id == write.id)
        .values(version=_new_version(), updated_at=now, **write.fields)
        .returning(table)
    )
    if write.expected is not None:
        statement = statement.where(table.c.version == write.expected)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise _refusal(connection, table, write.id)
    return record(table, row)


def remove(connection: Connection, table: Table, write: Delete) -> None:
    statement = delete(table).where(table.c.id == write.id)
    if write.expected is not None:
        statement = statement.where(table.c.version == write.expected)
    if connection.execute(statement).rowcount == 0:
        raise _refusal(connection, table, write.id)


def make(connection: Connection, table: Table, write: Write, now: datetime) -> Record | None:
    match write:
        case Create():
            return create(connection, table, write, now)
        case Replace():
            return replace(connection, table, write, now)
        case Delete():
            remove(connection, table, write)
            return None
        case Check():
            # Nobody writes to it any more, since it was locked.
            return None


@contextmanager
def unique(write: Write) -> Iterator[None]:
    """Raises TakenError where another object has the value of a unique field."""
    try:
        yield
    except exc.IntegrityError as error:
        taken = [name for name in write.declaration.unique if is_taken(error, write.declaration, name)]
        if not taken:
            raise
        raise TakenError(taken[0]) from error


def lock(connection: Connection, tables: Mapping[str, Table], writes: Sequence[Write]) -> dict[Key, str]:
    """The versions of those objects of a batch that are there, which nobody else then writes before it has ended.

    In one order for all batches, as two that wait for each other would be ended by Postgres.
    """
    found: dict[Key, str] = {}
    for name in sorted({write.declaration.name for write in writes}):
        table = tables[name]
        ids = [write.id for write in writes if write.declaration.name == name]
        asked = select(table.c.id, table.c.version).where(table.c.id.in_(ids)).order_by(table.c.id).with_for_update()
        found |= {(name, row.id): row.version for row in connection.execute(asked)}
    return found


def record(table: Table, row: Row[Any]) -> Record:
    # By the names of fields; a row itself knows those of columns.
    values = dict(zip(table.c.keys(), row, strict=True))
    own = {name: values.pop(name) for name in ("id", "version", "created_at", "updated_at")}
    return Record(**own, fields=values)


def _new_version() -> str:
    """Drawn, not counted: an object made again under its old id must not have the version of the former one."""
    return secrets.token_hex(8)


def _refusal(connection: Connection, table: Table, id: str) -> MissingError | VersionError:
    exists = connection.execute(select(table.c.id).where(table.c.id == id)).one_or_none() is not None
    return VersionError(id) if exists else MissingError(id)
