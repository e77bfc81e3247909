"""What every store does, and how it fails.

A store keeps JSON-compatible field values of declared models and knows nothing of HTTP. It sets versions and times
itself. All methods have a deadline; none retries what may have been done.
"""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

if TYPE_CHECKING:
    from flask_hearth.model.declaration import Declaration
    from flask_hearth.stores.writes import Write


@dataclass(frozen=True, kw_only=True)
class Record:
    """One stored object. `version` is opaque: another text means another state of the object, and nothing more."""

    id: str
    version: str
    created_at: datetime
    updated_at: datetime
    fields: Mapping[str, Any]
    """The declared ones in their order: defaults for those stored without, and none that another revision added."""


Operator = Literal["==", "!=", "<", "<=", ">", ">=", "in"]


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What a field has to be. `value` is as stored, that of `created_at` and `updated_at` a time; of `in`, several."""

    field: str
    operator: Operator
    value: Any


@dataclass(frozen=True, kw_only=True)
class Query:
    """Which objects of a collection, and in which order; ties by id in the same direction.

    Made by `flask_hearth.stores.queries`, which lets pass only what every store serves, and answers alike.
    """

    conditions: tuple[Condition, ...] = ()
    order: str = "created_at"
    descending: bool = False


OLDEST_FIRST: Final = Query()
"""All objects."""


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where a page ended: what its last object has in the query's order, and its id, so no two objects share one."""

    value: Any
    id: str


def position(record: Record, query: Query = OLDEST_FIRST) -> Position:
    """Of an object in the order of a query."""
    times = {"created_at": record.created_at, "updated_at": record.updated_at}
    return Position(value=times.get(query.order) or record.fields[query.order], id=record.id)


@dataclass(frozen=True, kw_only=True)
class Page:
    records: Sequence[Record]
    more: bool
    """Whether there is at least one object after these; before these, where the page was asked for by `before`."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An HTTP answer as kept for replay under an Idempotency-Key."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """An Idempotency-Key as taken by one request: nobody else can finish it or give it up."""

    key: str
    owner: str
    """Drawn anew for each: a request that was frozen past its time must not touch what its successor reserved."""


def reservation(key: str) -> Reservation:
    """A new one, which no store has yet."""
    return Reservation(key=key, owner=secrets.token_hex(8))


class StoreError(Exception):
    """Base of what a store raises on purpose."""

    write: "Write | None" = None
    """The one that was refused, alone or in a batch; None where it is none of them in particular."""


class MissingError(StoreError):
    """There is no object of that id."""


class ExistsError(StoreError):
    """There is one of that id already."""


class VersionError(StoreError):
    """The object is not in the version that was expected."""


class TakenError(StoreError):
    """Another object has the value of `field`, which is unique."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"another object has the same {field}")


class TooLargeError(StoreError):
    """An object, answer or batch is more than the store takes in one piece (`stores.limits`, `stores.writes`)."""


class FullError(StoreError):
    """There is no room for what should be written. Waiting does not help, and reading works."""


class UnavailableError(StoreError):
    """The store can't be reached, is overloaded, or took too long; the same call may succeed later."""


class KeyInFlightError(StoreError):
    """Another request with the same Idempotency-Key has not been answered yet."""


class KeyReusedError(StoreError):
    """The Idempotency-Key was used for another request."""


class Store(Protocol):
    """Thread-safe. Every method may raise UnavailableError, and every one that writes FullError."""

    def create(self, declaration: "Declaration", id: str, fields: Mapping[str, Any]) -> Record:
        """Raises ExistsError, TakenError, TooLargeError."""

    def get(self, declaration: "Declaration", id: str) -> Record:
        """Raises MissingError."""

    def replace(
        self, declaration: "Declaration", id: str, fields: Mapping[str, Any], *, expected: str | None
    ) -> Record:
        """Write all fields. With `expected`, only if the object has that version.

        Raises MissingError, VersionError, TakenError, TooLargeError.
        """

    def delete(self, declaration: "Declaration", id: str, *, expected: str | None) -> None:
        """Raises MissingError, VersionError."""

    def commit(self, writes: Sequence["Write"]) -> Sequence[Record | None]:
        """Make all writes or none, as if in their order; each object's new state, None if it was deleted or checked.

        Raises what each would alone, with `write`: first where a condition is not fulfilled, then for unique values. A
        value is free for the writes after the one that gives it up. On SQL databases, the deadline is each statement's.
        Raises ValueError for two writes to one object, and TooLargeError for more than `writes.MAX_WRITES` and
        `writes.MAX_BYTES`.
        """

    def get_many(self, declaration: "Declaration", ids: Sequence[str]) -> Sequence[Record]:
        """Those that are there, in any order."""

    def page(
        self,
        declaration: "Declaration",
        query: Query = OLDEST_FIRST,
        *,
        limit: int,
        after: Position | None = None,
        before: Position | None = None,
        offset: int = 0,
    ) -> Page:
        """Up to `limit` objects in the query's order: from its beginning, after a position, or the last before one.

        `offset` skips that many (cost grows with it). At most one of `before` and the other two is given.
        """

    def count(self, declaration: "Declaration", query: Query = OLDEST_FIRST) -> int:
        """By the store's own count, never by reading the objects."""

    def reserve(self, key: str, fingerprint: str, *, seconds: int) -> Reservation | Answer:
        """Take an Idempotency-Key for a request, or give the answer it was finished with.

        `key` is already scoped to user and route. A reservation that is not finished ends after `seconds`, so that a
        request that died does not block its own repetition; a finished one when `finish` says; both whatever the
        store's own clean-up does. Raises KeyInFlightError, KeyReusedError (another fingerprint).
        """

    def finish(self, reserved: Reservation, answer: Answer, *, seconds: int) -> None:
        """Keep the answer for `seconds` from now. Does nothing if the reservation has ended or was answered.

        Raises TooLargeError.
        """

    def forget(self, reserved: Reservation) -> None:
        """Give up a reservation, so that the request may be tried again. Does nothing if it has, or was answered."""

    def session(self) -> AbstractContextManager[None]:
        """What this thread calls within is done on one connection, which the first call takes: it waits once at most.

        Each call still is a transaction of its own. A session within another is part of it.
        """

    def check(self) -> None:
        """One cheap round trip, for readiness: also that the schema is not behind. Raises UnavailableError."""

    def close(self) -> None:
        """Let go of connections."""
