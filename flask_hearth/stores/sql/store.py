"""The SQL store. What it does is one statement each, or one transaction: no method can be interrupted half way."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table, func, select

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
)
from flask_hearth.stores.sql import READ_ONLY, keys, objects, queries, schema
from flask_hearth.stores.sql.engines import atomic
from flask_hearth.stores.sql.failures import translate_errors
from flask_hearth.stores.sql.tables import KEYS_TABLE, metadata
from flask_hearth.stores.writes import Check, Create, Delete, Replace, Write, check_batch, check_condition, key, naming


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
        return self._written(Create(declaration=declaration, id=id, fields=fields))

    def get(self, declaration: Declaration, id: str) -> Record:
        table = self._table(declaration)
        with self._reading() as connection:
            row = connection.execute(select(table).where(table.c.id == id)).one_or_none()
        if row is None:
            raise MissingError(id)
        return objects.record(table, row)

    def replace(self, declaration: Declaration, id: str, fields: Mapping[str, Any], *, expected: str | None) -> Record:
        return self._written(Replace(declaration=declaration, id=id, fields=fields, expected=expected))

    def delete(self, declaration: Declaration, id: str, *, expected: str | None) -> None:
        self.commit([Delete(declaration=declaration, id=id, expected=expected)])

    def commit(self, writes: Sequence[Write]) -> Sequence[Record | None]:
        check_batch(writes)
        if len(writes) == 1 and not isinstance(writes[0], Check):
            return [self._make(writes[0])]
        now, made = self._clock(), list[Record | None]()
        with self._transaction(read_only=False, together=True) as connection:
            found = objects.lock(connection, self._tables, writes)
            for write in writes:
                with naming(write, writes):
                    check_condition(write, found.get(key(write)))
            for write in writes:
                with naming(write, writes), objects.unique(write):
                    made.append(objects.make(connection, self._table(write.declaration), write, now))
        return made

    def get_many(self, declaration: Declaration, ids: Sequence[str]) -> Sequence[Record]:
        table = self._table(declaration)
        with self._reading() as connection:
            rows = connection.execute(select(table).where(table.c.id.in_(ids))).all()
        return [objects.record(table, row) for row in rows]

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
        table, dialect = self._table(declaration), self._engine.dialect.name
        statement = queries.paged(table, query, dialect=dialect, start=after or before, backwards=before is not None)
        with self._reading() as connection:
            # One more than asked for tells whether there are more.
            rows = connection.execute(statement.limit(limit + 1).offset(offset)).all()
        records = [objects.record(table, row) for row in rows[:limit]]
        return Page(records=records if before is None else records[::-1], more=len(rows) > limit)

    def count(self, declaration: Declaration, query: Query = OLDEST_FIRST) -> int:
        table = self._table(declaration)
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

    def _written(self, write: Create | Replace) -> Record:
        # None is only what was deleted.
        return cast("Record", self._make(write))

    def _make(self, write: Write) -> Record | None:
        """In a transaction of its own."""
        with naming(write, [write]):
            try:
                with objects.unique(write), self._writing() as connection:
                    return objects.make(connection, self._table(write.declaration), write, self._clock())
            except TakenError as error:
                # Where the id is taken as well, that is told on every store.
                if isinstance(write, Create) and self.get_many(write.declaration, [write.id]):
                    raise ExistsError(write.id) from error
                raise

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._transaction(read_only=True)

    def _writing(self) -> AbstractContextManager[Connection]:
        return self._transaction(read_only=False)

    @contextmanager
    def _transaction(self, *, read_only: bool, together: bool = False) -> Iterator[Connection]:
        """`together` is for several statements that write, which are all made or none."""
        with translate_errors(), self._connection() as connection:
            connection.execution_options(**{READ_ONLY: read_only})
            with atomic(connection) if together else nullcontext(), connection.begin():
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

    def _table(self, declaration: Declaration) -> Table:
        return self._tables[declaration.name]

    def _check_schema(self, connection: Connection) -> None:
        if not self._schema_fits:
            schema.check(connection, self._head, self._migrations)
            self._schema_fits = True
