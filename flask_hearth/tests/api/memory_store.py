"""A store in memory for tests of what stands above stores: it keeps to the interface and refuses to guess."""

import copy
import json
import operator
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.interface import (
    OLDEST_FIRST,
    Answer,
    ExistsError,
    KeyInFlightError,
    KeyReusedError,
    MissingError,
    Page,
    Position,
    Query,
    Record,
    Reservation,
    UnavailableError,
    VersionError,
    position,
    reservation,
)
from flask_hearth.stores.writes import Check, Create, Delete, Replace, Write, check_batch, check_condition, key, naming

T = TypeVar("T")
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda value, some: value in some,
}
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Kept:
    """What is known of an idempotency key."""

    owner: str
    fingerprint: str
    ends: datetime
    answer: Answer | None = None


class MemoryStore:
    """Thread-safe. Its clock moves only when told, so that all objects of a test may have one time."""

    def __init__(self) -> None:
        self.now = EPOCH
        self.calls: list[str] = []
        self.fails: Callable[[str], Exception | None] = lambda _: None
        """Asked before each call, and after it as `call done`, with what error it should fail."""
        self._lock = threading.RLock()
        self._objects: dict[tuple[str, str], Record] = {}
        self._keys: dict[str, Kept] = {}
        self._versions = 0

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def create(self, declaration: Declaration, id: str, fields: Mapping[str, Any]) -> Record:
        def work() -> Record:
            if (declaration.name, id) in self._objects:
                raise ExistsError(id)
            return self._put(declaration, id, fields, self.now)

        return self._call("create", work)

    def get(self, declaration: Declaration, id: str) -> Record:
        return self._call("get", lambda: self._found(declaration, id))

    def replace(self, declaration: Declaration, id: str, fields: Mapping[str, Any], *, expected: str | None) -> Record:
        def work() -> Record:
            return self._put(declaration, id, fields, self._expected(declaration, id, expected).created_at)

        return self._call("replace", work)

    def delete(self, declaration: Declaration, id: str, *, expected: str | None) -> None:
        def work() -> None:
            self._expected(declaration, id, expected)
            del self._objects[declaration.name, id]

        self._call("delete", work)

    def commit(self, writes: Sequence[Write]) -> Sequence[Record | None]:
        def work() -> Sequence[Record | None]:
            check_batch(writes)
            for write in writes:
                found = self._objects.get(key(write))
                with naming(write, writes):
                    check_condition(write, None if found is None else found.version)
            return [self._make(each) for each in writes]

        return self._call("commit", work)

    def get_many(self, declaration: Declaration, ids: Sequence[str]) -> Sequence[Record]:
        return [self.get(declaration, each) for each in ids if (declaration.name, each) in self._objects]

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
        assert limit >= 1
        assert offset >= 0
        assert (after is not None) + (before is not None) + (offset > 0) <= 1

        def work() -> Page:
            downwards = query.descending != (before is not None)
            every = sorted(self._matching(declaration, query), key=place, reverse=downwards)
            if start := after or before:
                beyond = operator.lt if downwards else operator.gt
                every = [one for one in every if beyond(place(one), (start.value, start.id))]
            found = every[offset:][:limit]
            more = len(every) > offset + limit
            return Page(records=copy.deepcopy(found if before is None else found[::-1]), more=more)

        def place(record: Record) -> Any:
            end = position(record, query)
            return end.value, end.id

        return self._call("page", work)

    def count(self, declaration: Declaration, query: Query = OLDEST_FIRST) -> int:
        return self._call("count", lambda: len(self._matching(declaration, query)))

    def reserve(self, key: str, fingerprint: str, *, seconds: int) -> Reservation | Answer:
        assert len(key) <= 255

        def work() -> Reservation | Answer:
            kept = self._keys.get(key)
            if kept is None or kept.ends <= self.now:
                wanted = reservation(key)
                self._keys[key] = Kept(wanted.owner, fingerprint, self.now + timedelta(seconds=seconds))
                return wanted
            if kept.fingerprint != fingerprint:
                raise KeyReusedError(key)
            if kept.answer is None:
                raise KeyInFlightError(key)
            return kept.answer

        return self._call("reserve", work)

    def finish(self, reserved: Reservation, answer: Answer, *, seconds: int) -> None:
        def work() -> None:
            kept = self._open(reserved)
            if kept is not None and kept.ends > self.now:
                self._keys[reserved.key] = replace(kept, answer=answer, ends=self.now + timedelta(seconds=seconds))

        self._call("finish", work)

    def forget(self, reserved: Reservation) -> None:
        def work() -> None:
            if self._open(reserved):
                del self._keys[reserved.key]

        self._call("forget", work)

    def _open(self, reserved: Reservation) -> Kept | None:
        kept = self._keys.get(reserved.key)
        return kept if kept is not None and kept.owner == reserved.owner and kept.answer is None else None

    def session(self) -> AbstractContextManager[None]:
        return nullcontext()

    def check(self) -> None:
        self._call("check", lambda: None)

    def close(self) -> None:
        self.fails = lambda _: UnavailableError("closed")

    def _call(self, name: str, work: Callable[[], T]) -> T:
        with self._lock:
            self.calls.append(name)
            self._fail(name)
            result = work()
            self._fail(f"{name} done")
        return result

    def _fail(self, call: str) -> None:
        if error := self.fails(call):
            raise error

    def _matching(self, declaration: Declaration, query: Query) -> list[Record]:
        return [
            record
            for (name, _), record in self._objects.items()
            if name == declaration.name
            and all(
                _OPERATORS[each.operator](position(record, Query(order=each.field)).value, each.value)
                for each in query.conditions
            )
        ]

    def _found(self, declaration: Declaration, id: str) -> Record:
        try:
            return copy.deepcopy(self._objects[declaration.name, id])
        except KeyError:
            raise MissingError(id) from None

    def _expected(self, declaration: Declaration, id: str, expected: str | None) -> Record:
        assert expected is None or expected.isprintable(), "no database takes any text"
        record = self._found(declaration, id)
        if expected is not None and record.version != expected:
            raise VersionError(id)
        return record

    def _make(self, write: Write) -> Record | None:
        match write:
            case Delete():
                del self._objects[key(write)]
                return None
            case Replace():
                created_at = self._objects[key(write)].created_at
                return self._put(write.declaration, write.id, write.fields, created_at)
            case Create():
                return self._put(write.declaration, write.id, write.fields, self.now)
            case Check():
                return None

    def _put(self, declaration: Declaration, id: str, fields: Mapping[str, Any], created_at: datetime) -> Record:
        # A store gets every field of the model and none besides, as values that JSON has.
        assert fields.keys() == declaration.stored_model.model_fields.keys()
        kept = json.loads(json.dumps(fields, allow_nan=False))
        self._versions += 1
        record = Record(id=id, version=f"v{self._versions}", created_at=created_at, updated_at=self.now, fields=kept)
        self._objects[declaration.name, id] = record
        return copy.deepcopy(record)
