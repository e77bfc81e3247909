"""The SQL store. What it does is one statement each, so that no method can be interrupted half way."""

import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, delete, exc, func, select, update

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.clock import Clock
from flask_hearth.stores.interface import (
    OLDEST_FIRST,
    Answer,
    ExistsError,
    MissingError,
    Page,
    Position,
    Query,
    Record,
    Reservation,
    TakenError,
    VersionError,
)
from flask_hearth.stores.sql import READ_ONLY, keys, queries, schema
from flask_hearth.stores.sql.engines import insert
from flask_hearth.stores.sql.failures import is_taken, translate_errors
from flask_hearth.stores.sql.tables import KEYS_TABLE, metadata


class _Thread(threading.local):
    """What a thread has in hand between its calls."""

    in_session: bool = False
    connection: Connection | None = None


class SqlStore:
    """Implements `Store` on an engine, which it disposes of when closed.

    Serves nothing before it has seen once that the schema is not older than the last one of `migrations`.
    """

    def __init__(
        self, engine: Engine, declarations: Sequence[Declaration], *, migrations: Path | None, clock: Clock
    ) -> None:
        self._engine = engine
        self._tables = metadata(declarations).tables
        self._keys = self._tables[KEYS_TABLE]
        self._migrations = migrations
        self._head = schema.NONE if migrations is None else schema.head(migrations)
        self._clock = clock
        self._schema_fits = False
        self._thread = _Thread()

    def create(self, declaration: Declaration, id: str, fields: Mapping[str, Any]) -> Record:
        now = self._clock()
        record = Record(id=id, version=_new_version(), created_at=now, updated_at=now, fields=dict(fields))
        table = self._tables[declaration.name]
        with self._unique(declaration, id), self._writing() as connection:
            made = connection.execute(
                insert(connection, table)
                .values(id=id, version=record.version, created_at=now, updated_at=now, **fields)
                .on_conflict_do_nothing(index_elements=["id"])
                .returning(table.c.id)
            )
            if made.one_or_none() is None:
                raise ExistsError(id)
        return record

    def get(self, declaration: Declaration, id: str) -> Record:
        table = self._tables[declaration.name]
        with self._reading() as connection:
            row = connection.execute(select(table).where(table.c.id == id)).one_or_none()
        if row is None:
            raise MissingError(id)
        return _record(table, row)

    def replace(self, declaration: Declaration, id: str, fields: Mapping[str, Any], *, expected: str | None) -> Record:
        table = self._tables[declaration.name]
        statement = (
            update(table)
            .where(table.c.id == id)
            .values(version=_new_version(), updated_at=self._clock(), **fields)
            .returning(table)
        )
        if expected is not None:
            statement = statement.where(table.c.version == expected)
        with self._unique(declaration), self._writing() as connection:
            row = connection.execute(statement).one_or_none()
            if row is None:
                raise _refusal(connection, table, id)
        return _record(table, row)

    def delete(self, declaration: Declaration, id: str, *, expected: str | None) -> None:
        table = self._tables[declaration.name]
        statement = delete(table).where(table.c.id == id)
        if expected is not None:
            statement = statement.where(table.c.version == expected)
        with self._writing() as connection:
            if connection.execute(statement).rowcount == 0:
                raise _refusal(connection, table, id)

    def get_many(self, declaration: Declaration, ids: Sequence[str]) -> Sequence[Record]:
        table = self._tables[declaration.name]
        with self._reading() as connection:
            rows = connection.execute(select(table).where(table.c.id.in_(ids))).all()
        return [_record(table, row) for row in rows]

    def page(
        self,
        declaration: Declaration,
        query: Query = OLDEST_FIRST,
        *,
        limit: int,
        after: Position | None = None,
        before: Position | None = None,
        offset: int = 0,
    ) -> Page:
        table, dialect = self._tables[declaration.name], self._engine.dialect.name
        statement = queries.paged(table, query, dialect=dialect, start=after or before, backwards=before is not None)
        with self._reading() as connection:
            # One more than asked for tells whether there are more.
            rows = connection.execute(statement.limit(limit + 1).offset(offset)).all()
        records = [_record(table, row) for row in rows[:limit]]
        return Page(records=records if before is None else records[::-1], more=len(rows) > limit)

    def count(self, declaration: Declaration, query: Query = OLDEST_FIRST) -> int:
        table = self._tables[declaration.name]
        found = queries.matching(table, query, dialect=self._engine.dialect.name)
        with self._reading() as connection:
            return connection.execute(select(func.count()).select_from(table).where(*found)).scalar_one()

    def reserve(self, key: str, fingerprint: str, *, seconds: int) -> Reservation | Answer:
        with self._writing() as connection:
            return keys.reserve(connection, self._keys, key, fingerprint, now=self._clock(), seconds=seconds)

    def finish(self, reserved: Reservation, answer: Answer, *, seconds: int) -> None:
        with self._writing() as connection:
            keys.finish(connection, self._keys, reserved, answer, now=self._clock(), seconds=seconds)

    def forget(self, reserved: Reservation) -> None:
        with self._writing() as connection:
            keys.forget(connection, self._keys, reserved)

    def check(self) -> None:
        self._schema_fits = False
        with self._reading():
            pass

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def session(self) -> Iterator[None]:
        if self._thread.in_session:
            yield
            return
        self._thread.in_session = True
        try:
            yield
        finally:
            self._thread.in_session = False
            held, self._thread.connection = self._thread.connection, None
            if held is not None:
                held.close()

    @contextmanager
    def _unique(self, declaration: Declaration, new_id: str | None = None) -> Iterator[None]:
        """Raises TakenError for a unique value; ExistsError first, where the id of a new object is taken as well."""
        try:
            yield
        except exc.IntegrityError as error:
            taken = [name for name in declaration.unique if is_taken(error, declaration, name)]
            if not taken:
                raise
            if new_id is not None and self.get_many(declaration, [new_id]):
                raise ExistsError(new_id) from error
            raise TakenError(taken[0]) from error

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._transaction(read_only=True)

    def _writing(self) -> AbstractContextManager[Connection]:
        return self._transaction(read_only=False)

    @contextmanager
    def _transaction(self, *, read_only: bool) -> Iterator[Connection]:
        with translate_errors(), self._connection() as connection:
            connection.execution_options(**{READ_ONLY: read_only})
            with connection.begin():
                self._check_schema(connection)
                yield connection

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """The session's, or one for this call."""
        connection = self._thread.connection or self._engine.connect()
        if self._thread.in_session:
            self._thread.connection = connection
            yield connection
        else:
            with connection:
                yield connection

    def _check_schema(self, connection: Connection) -> None:
        if not self._schema_fits:
            schema.check(connection, self._head, self._migrations)
            self._schema_fits = True


def _new_version() -> str:
    """Drawn, not counted: an object made again under its old id must not have the version of the former one."""
    return secrets.token_hex(8)


def _refusal(connection: Connection, table: Table, id: str) -> MissingError | VersionError:
    exists = connection.execute(select(table.c.id).where(table.c.id == id)).one_or_none() is not None
    return VersionError(id) if exists else MissingError(id)


def _record(table: Table, row: Row[Any]) -> Record:
    # By the names of fields; a row itself knows those of columns.
    values = dict(zip(table.c.keys(), row, strict=True))
    own = {name: values.pop(name) for name in ("id", "version", "created_at", "updated_at")}
    return Record(**own, fields=values)
