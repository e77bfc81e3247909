"""Writing documents: one commit, with a precondition for each of them, however many they are.

Not a transaction: those hold locks while the client thinks, and under contention wait for each other. What a commit
is refused for is found out by reading, as Firestore doesn't tell which of its writes it was.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from google.api_core.exceptions import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound
from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot, WriteBatch, WriteOption
from google.cloud.firestore_v1.types import WriteResult

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.clock import Clock
from flask_hearth.stores.firestore.calls import Calls
from flask_hearth.stores.firestore.claims import Claims
from flask_hearth.stores.firestore.documents import content, record, to_datetime, update_time, version
from flask_hearth.stores.firestore.edits import marking
from flask_hearth.stores.interface import Record, TooLargeError, UnavailableError
from flask_hearth.stores.writes import Check, Create, Delete, Key, Replace, Write, check_condition, key, naming

Found = Mapping[Key, DocumentSnapshot[Any]]
"""Documents as they were read, those that aren't there included."""


class Writing:
    def __init__(self, client: Client, calls: Calls, place: Callable[[Declaration, str], DocumentReference]) -> None:
        self._client = client
        self._calls = calls
        self._place = place
        self._claims = Claims(client, calls)

    def commit(self, writes: Sequence[Write], clock: Clock) -> list[Record | None]:
        """As `Store.commit`. Raises UnavailableError, too, where another write was faster than one with no version."""
        found = self._read([each for each in writes if len(writes) > 1 or _has_to_be_read(each)])
        _check(writes, found)
        now, batch = clock(), self._client.batch()
        for write in writes:
            self._add(batch, write, found, now)
        self._claims.add(batch, writes, _before(writes, found))
        mark = marking()
        if mark is not None:
            mark.add(batch, writes)
        try:
            made = batch.commit(**self._calls.writing)
        except (AlreadyExists, NotFound, FailedPrecondition):
            raise self._refusal(writes) from None
        except InvalidArgument as error:
            raise TooLargeError(", ".join(each.id for each in writes)) from error
        if mark is not None:
            mark.committed()
        return [_record(write, found, result, now) for write, result in zip(writes, made, strict=False)]

    def _read(self, writes: Sequence[Write]) -> Found:
        if not writes:
            return {}
        places = [self._place(each.declaration, each.id) for each in writes]
        found = self._client.get_all(places, **self._calls.reading)
        return {(each.reference.parent.id, each.id): each for each in found}

    def _add(self, batch: WriteBatch, write: Write, found: Found, now: datetime) -> None:
        place = self._place(write.declaration, write.id)
        if isinstance(write, Create):
            batch.create(place, {**content(write.declaration, write.fields), "created_at": now, "updated_at": now})
            return
        if isinstance(write, Check):
            # No call has a precondition alone. This write changes nothing, and so not the version either
            # (Firestore's RPC reference, google.firestore.v1, WriteResult.update_time).
            kept = {"updated_at": found[key(write)].get("updated_at")}
            batch.update(place, kept, option=self._only(write.expected))
            return
        # What is unique is given up and taken by what was read.
        only = self._only(version(found[key(write)].update_time) if write.declaration.unique else write.expected)
        if isinstance(write, Replace):
            # Not `set`, which takes no precondition; all fields are named, and each is replaced as a whole.
            batch.update(place, {**content(write.declaration, write.fields), "updated_at": now}, option=only)
        else:
            # Without any precondition, deleting what isn't there succeeds.
            batch.delete(place, option=only or self._client.write_option(exists=True))

    def _only(self, expected: str | None) -> WriteOption | None:
        """The precondition that the document is still in that version."""
        time = None if expected is None else update_time(expected)
        return None if time is None else self._client.write_option(last_update_time=time)

    def _refusal(self, writes: Sequence[Write]) -> UnavailableError:
        """Raises what a commit was refused for, unless that has passed since."""
        found = self._read(writes)
        _check(writes, found)
        self._claims.add(self._client.batch(), writes, _before(writes, found))
        return UnavailableError("Another write to the same object was faster. Nothing was written.")


def _has_to_be_read(write: Write) -> bool:
    """For its times, which a write doesn't tell, or what it gives up; or as no document has that version."""
    if isinstance(write, Delete):
        impossible = write.expected is not None and update_time(write.expected) is None
        return impossible or bool(write.declaration.unique)
    return isinstance(write, Replace | Check)


def _check(writes: Sequence[Write], found: Found) -> None:
    """Raises what the first of those writes is refused for that a document was read of."""
    for write in writes:
        document = found.get(key(write))
        if document is not None:
            with naming(write, writes):
                check_condition(write, version(document.update_time) if document.exists else None)


def _before(writes: Sequence[Write], found: Found) -> dict[Key, Mapping[str, Any]]:
    """The fields of the documents that are there."""
    return {
        key(write): record(write.declaration, found[key(write)]).fields
        for write in writes
        if key(write) in found and found[key(write)].exists
    }


def _record(write: Write, found: Found, made: WriteResult, now: datetime) -> Record | None:
    if isinstance(write, Delete | Check):
        return None
    return Record(
        id=write.id,
        version=version(made.update_time),
        created_at=now if isinstance(write, Create) else to_datetime(found[key(write)].get("created_at")),
        updated_at=now,
        fields=dict(write.fields),
    )
