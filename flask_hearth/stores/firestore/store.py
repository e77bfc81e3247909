"""The Firestore store: a document per object, and preconditions for whatever must not be lost.

There is no schema and so nothing to migrate. `created_at` is indexed and rises with time, which bounds a collection
to about 500 new objects a second (Firestore, "Best practices", hotspots).
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Self, cast

from google.auth.exceptions import DefaultCredentialsError
from google.cloud.firestore import Client, CollectionReference, DocumentReference

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores import urls
from flask_hearth.stores.clock import Clock
from flask_hearth.stores.firestore.calls import Calls, translate_errors
from flask_hearth.stores.firestore.client import ReconnectingClient
from flask_hearth.stores.firestore.documents import record
from flask_hearth.stores.firestore.edits import Edits
from flask_hearth.stores.firestore.keys import COLLECTION, Keys
from flask_hearth.stores.firestore.queries import finds_nothing, matching, ordered
from flask_hearth.stores.firestore.writing import Writing
from flask_hearth.stores.interface import (
    OLDEST_FIRST,
    Answer,
    MissingError,
    Page,
    Position,
    Query,
    Record,
    Reservation,
)
from flask_hearth.stores.writes import Create, Delete, Replace, Write, check_batch

CHECK_SECONDS = 2.0
"""For `check`, whose caller asks again soon."""


class FirestoreStore:
    """Implements `Store` on a client, which it closes when closed."""

    def __init__(self, client: Client, *, call_seconds: float, clock: Clock) -> None:
        self._client = client
        self._calls = Calls(call_seconds)
        self._checking = Calls(min(call_seconds, CHECK_SECONDS))
        self._keys = Keys(client, self._calls)
        self._writing = Writing(client, self._calls, self._place)
        self.edits = Edits(client, self._calls, clock)
        """Documents in which clients ask for changes; no other store has any."""
        self._clock = clock

    @classmethod
    def connect(cls, url: urls.Firestore, *, call_seconds: float, clock: Clock) -> Self:
        """With the credentials of the environment, or the emulator that it names. Raises DatabaseUrlError."""
        try:
            client = ReconnectingClient(project=url.project, database=url.database)
        except DefaultCredentialsError as error:
            raise urls.DatabaseUrlError(
                f"DATABASE_URL names Firestore in {url.project}, but there are no credentials for it here: every call "
                "would be refused. Run `gcloud auth application-default login`, or set FIRESTORE_EMULATOR_HOST to the "
                "address of an emulator."
            ) from error
        return cls(client, call_seconds=call_seconds, clock=clock)

    def create(self, declaration: Declaration, id: str, fields: Mapping[str, Any]) -> Record:
        return self._written(Create(declaration=declaration, id=id, fields=fields))

    def get(self, declaration: Declaration, id: str) -> Record:
        with translate_errors():
            found = self._place(declaration, id).get(**self._calls.reading)
        if not found.exists:
            raise MissingError(id)
        return record(declaration, found)

    def replace(self, declaration: Declaration, id: str, fields: Mapping[str, Any], *, expected: str | None) -> Record:
        return self._written(Replace(declaration=declaration, id=id, fields=fields, expected=expected))

    def delete(self, declaration: Declaration, id: str, *, expected: str | None) -> None:
        self.commit([Delete(declaration=declaration, id=id, expected=expected)])

    def commit(self, writes: Sequence[Write]) -> Sequence[Record | None]:
        check_batch(writes)
        with translate_errors():
            return self._writing.commit(writes, self._clock)

    def get_many(self, declaration: Declaration, ids: Sequence[str]) -> Sequence[Record]:
        places = [self._place(declaration, each) for each in ids]
        with translate_errors():
            found = list(self._client.get_all(places, **self._calls.reading))
        return [record(declaration, each) for each in found if each.exists]

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
        if finds_nothing(query):
            return Page(records=[], more=False)
        collection = self._collection(declaration)
        asked = ordered(collection, declaration, query, start=after or before, backwards=before is not None)
        # One more than asked for tells whether there are more.
        asked = asked.limit(limit + 1)
        if offset:
            asked = asked.offset(offset)
        with translate_errors():
            found = asked.get(**self._calls.reading)
        records = [record(declaration, each) for each in found[:limit]]
        return Page(records=records if before is None else records[::-1], more=len(found) > limit)

    def count(self, declaration: Declaration, query: Query = OLDEST_FIRST) -> int:
        if finds_nothing(query):
            return 0
        asked = matching(self._collection(declaration), declaration, query)
        with translate_errors():
            # Of one list with one number, which the library's types know as the number.
            counted: Any = asked.count().get(**self._calls.reading)
        # The emulator counts nothing as 0.0.
        return int(counted[0][0].value)

    def reserve(self, key: str, fingerprint: str, *, seconds: int) -> Reservation | Answer:
        with translate_errors():
            return self._keys.reserve(key, fingerprint, now=self._clock(), seconds=seconds)

    def finish(self, reserved: Reservation, answer: Answer, *, seconds: int) -> None:
        with translate_errors():
            self._keys.finish(reserved, answer, now=self._clock(), seconds=seconds)

    def forget(self, reserved: Reservation) -> None:
        with translate_errors():
            self._keys.forget(reserved)

    def session(self) -> AbstractContextManager[None]:
        # All calls share one connection as it is.
        return nullcontext()

    def check(self) -> None:
        with translate_errors():
            # A document that never is: the answer says that the database is there and may be read.
            self._client.collection(COLLECTION).document("check").get(**self._checking.reading)

    def close(self) -> None:
        self._client.close()

    def _collection(self, declaration: Declaration) -> CollectionReference:
        return self._client.collection(declaration.name)

    def _place(self, declaration: Declaration, id: str) -> DocumentReference:
        return self._collection(declaration).document(id)

    def _written(self, write: Create | Replace) -> Record:
        # None is only what was deleted.
        return cast("Record", self.commit([write])[0])
