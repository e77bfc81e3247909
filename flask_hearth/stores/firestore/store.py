"""The Firestore store: a document per object, and preconditions for whatever must not be lost.

There is no schema and so nothing to migrate. `created_at` is indexed and rises with time, which bounds a collection
to about 500 new objects a second (Firestore, "Best practices", hotspots).
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Self

from google.api_core.exceptions import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound
from google.auth.exceptions import DefaultCredentialsError
from google.cloud.firestore import Client, CollectionReference, DocumentReference, DocumentSnapshot, WriteOption

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores import urls
from flask_hearth.stores.clock import Clock
from flask_hearth.stores.firestore.calls import Calls, translate_errors
from flask_hearth.stores.firestore.claims import Claims
from flask_hearth.stores.firestore.client import ReconnectingClient
from flask_hearth.stores.firestore.documents import content, record, to_datetime, update_time, version
from flask_hearth.stores.firestore.keys import COLLECTION, Keys
from flask_hearth.stores.firestore.queries import finds_nothing, matching, ordered
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
    StoreError,
    TooLargeError,
    UnavailableError,
    VersionError,
)

CHECK_SECONDS = 2.0
"""For `check`, whose caller asks again soon."""


class FirestoreStore:
    """Implements `Store` on a client, which it closes when closed."""

    def __init__(self, client: Client, *, call_seconds: float, clock: Clock) -> None:
        self._client = client
        self._calls = Calls(call_seconds)
        self._checking = Calls(min(call_seconds, CHECK_SECONDS))
        self._keys = Keys(client, self._calls)
        self._claims = Claims(client, self._calls)
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
        now = self._clock()
        with translate_errors():
            try:
                document = {**content(declaration, fields), "created_at": now, "updated_at": now}
                made = self._claims.commit(
                    declaration, id, lambda batch: batch.create(self._place(declaration, id), document), after=fields
                )
            except AlreadyExists:
                if not declaration.unique or self._place(declaration, id).get(**self._calls.reading).exists:
                    raise ExistsError(id) from None
                raise self._claims.outrun(declaration, id, fields) from None
            except InvalidArgument as error:
                raise TooLargeError(id) from error
        return Record(id=id, version=version(made.update_time), created_at=now, updated_at=now, fields=dict(fields))

    def get(self, declaration: Declaration, id: str) -> Record:
        return record(declaration, self._read(declaration, id))

    def replace(self, declaration: Declaration, id: str, fields: Mapping[str, Any], *, expected: str | None) -> Record:
        # Read first, as a write doesn't tell when the object was created.
        found = self._read(declaration, id, expected)
        now = self._clock()
        # What is unique is given up and taken by what was read.
        only = self._only(version(found.update_time) if declaration.unique else expected)
        document = {**content(declaration, fields), "updated_at": now}
        with translate_errors():
            try:
                made = self._claims.commit(
                    declaration,
                    id,
                    # Not `set`, which takes no precondition; all fields are named, and each is replaced as a whole.
                    lambda batch: batch.update(found.reference, document, option=only),
                    before=record(declaration, found).fields,
                    after=fields,
                )
            except NotFound:
                raise MissingError(id) from None
            except FailedPrecondition:
                raise self._refusal(declaration, id, expected) from None
            except AlreadyExists:
                raise self._claims.outrun(declaration, id, fields) from None
            except InvalidArgument as error:
                raise TooLargeError(id) from error
        return Record(
            id=id,
            version=version(made.update_time),
            created_at=to_datetime(found.get("created_at")),
            updated_at=now,
            fields=dict(fields),
        )

    def delete(self, declaration: Declaration, id: str, *, expected: str | None) -> None:
        if expected is not None and update_time(expected) is None:
            raise self._refusal(declaration, id, expected)
        place, only, before = self._place(declaration, id), self._only(expected), {}
        if declaration.unique:
            found = self._read(declaration, id, expected)
            only, before = self._only(version(found.update_time)), dict(record(declaration, found).fields)
        # Without any precondition, deleting what isn't there succeeds.
        only = only or self._client.write_option(exists=True)
        with translate_errors():
            try:
                self._claims.commit(declaration, id, lambda batch: batch.delete(place, option=only), before=before)
            except NotFound:
                raise MissingError(id) from None
            except FailedPrecondition:
                raise self._refusal(declaration, id, expected) from None

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

    def _read(self, declaration: Declaration, id: str, expected: str | None = None) -> DocumentSnapshot[Any]:
        with translate_errors():
            found = self._place(declaration, id).get(**self._calls.reading)
        if not found.exists:
            raise MissingError(id)
        if expected is not None and version(found.update_time) != expected:
            raise VersionError(id)
        return found

    def _only(self, expected: str | None) -> WriteOption | None:
        """The precondition that the document is still in that version."""
        time = None if expected is None else update_time(expected)
        return None if time is None else self._client.write_option(last_update_time=time)

    def _refusal(self, declaration: Declaration, id: str, expected: str | None) -> StoreError:
        """Firestore refuses another version and a missing document in the same words."""
        with translate_errors():
            if not self._place(declaration, id).get(**self._calls.reading).exists:
                return MissingError(id)
        if expected is None:
            return UnavailableError("Another write to the same object was faster. Nothing was written.")
        return VersionError(id)
