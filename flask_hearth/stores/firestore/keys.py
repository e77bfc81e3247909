"""Idempotency keys as documents, by preconditions alone.

Not by transactions: those hold locks while the client thinks, and under contention wait for each other. Expiry is
looked at here; a TTL policy on `expires_at` only cleans up, a day late.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from google.api_core.exceptions import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound
from google.cloud.firestore import Client, DocumentReference, DocumentSnapshot

from flask_hearth.stores.firestore.calls import Calls
from flask_hearth.stores.firestore.documents import to_datetime
from flask_hearth.stores.interface import (
    Answer,
    KeyInFlightError,
    KeyReusedError,
    Reservation,
    TooLargeError,
    reservation,
)

COLLECTION: Final = "idempotency_keys"

_ATTEMPTS: Final = 5


class Keys:
    """The part of `Store` that is about idempotency keys, at times handed in."""

    def __init__(self, client: Client, calls: Calls) -> None:
        self._client = client
        self._calls = calls

    def reserve(self, key: str, fingerprint: str, *, now: datetime, seconds: int) -> Reservation | Answer:
        place = self._place(key)
        wanted = reservation(key)
        taken = {"owner": wanted.owner, "fingerprint": fingerprint, "expires_at": now + timedelta(seconds=seconds)}
        for _ in range(_ATTEMPTS):
            try:
                place.create(taken, **self._calls.writing)
            except AlreadyExists:
                found = place.get(**self._calls.reading)
            else:
                return wanted
            if found.exists and not _expired(found, now):
                return _kept(found, fingerprint)
            # Gone since, or expired: then it has to go before it can be made anew, by whoever is first.
            if found.exists:
                self._remove(found)
        raise KeyInFlightError("Other requests keep reserving and releasing this key.")

    def finish(self, reserved: Reservation, answer: Answer, *, now: datetime, seconds: int) -> None:
        found = self._place(reserved.key).get(**self._calls.reading)
        if not _is_open(found, reserved) or _expired(found, now):
            return
        kept = {"status": answer.status, "headers": dict(answer.headers), "body": answer.body}
        try:
            found.reference.update(
                {"answer": kept, "expires_at": now + timedelta(seconds=seconds)},
                option=self._client.write_option(last_update_time=found.update_time),
                **self._calls.writing,
            )
        except (FailedPrecondition, NotFound):
            return  # It ended in between, and may be another's now.
        except InvalidArgument as error:
            raise TooLargeError(reserved.key) from error

    def forget(self, reserved: Reservation) -> None:
        found = self._place(reserved.key).get(**self._calls.reading)
        if _is_open(found, reserved):
            self._remove(found)

    def _remove(self, found: DocumentSnapshot[Any]) -> None:
        try:
            found.reference.delete(
                option=self._client.write_option(last_update_time=found.update_time), **self._calls.writing
            )
        except (FailedPrecondition, NotFound):
            return  # Somebody else was first.

    def _place(self, key: str) -> DocumentReference:
        # A digest, as a document's id may neither be any text nor any length.
        return self._client.collection(COLLECTION).document(hashlib.sha256(key.encode()).hexdigest())


def _expired(found: DocumentSnapshot[Any], now: datetime) -> bool:
    return to_datetime(found.get("expires_at")) <= now


def _is_open(found: DocumentSnapshot[Any], reserved: Reservation) -> bool:
    """Whether it is this very reservation, and not answered. One of a revision before owners has none."""
    data = _data(found)
    return data.get("owner") == reserved.owner and "answer" not in data


def _kept(found: DocumentSnapshot[Any], fingerprint: str) -> Answer:
    data = _data(found)
    if data["fingerprint"] != fingerprint:
        raise KeyReusedError("The key was used for another request.")
    if "answer" not in data:
        raise KeyInFlightError("The request with this key has not been answered yet.")
    return Answer(**data["answer"])


def _data(found: DocumentSnapshot[Any]) -> dict[str, Any]:
    return found.to_dict() or {}
