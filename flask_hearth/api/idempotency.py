"""Idempotency-Key: a POST that is sent again, because its answer got lost, has no second effect.

After draft-ietf-httpapi-idempotency-key-header, with two freedoms: the value is any visible text, quoted or not, as
clients in the field send it, and a key is never required. A store can fail between making an object and keeping the
answer; so the object's id follows from the key and the body, and the repetition finds what was made. A key that is
used again with the same body after KEPT_SECONDS therefore still gives the object made first, as long as that exists.
"""

import hashlib
import json
import logging
import re
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, request

from flask_hearth import identity, problems
from flask_hearth.errors import Problem
from flask_hearth.stores.interface import Answer, KeyInFlightError, KeyReusedError, Reservation, Store, StoreError
from flask_hearth.stores.limits import MAX_ANSWER_BYTES

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
"""Set to `true` in an answer that was given before."""

KEPT: Final = "Idempotent-Kept"
"""Set to `false` in an answer that is too large to be kept: its repetition gets the object as it is by then."""

PATTERN: Final = r"[\x21-\x7e]{1,255}"

KEPT_SECONDS: Final = 24 * 60 * 60

IN_FLIGHT_SECONDS: Final = 60
"""A request that is not answered by then has died, or will find that its repetition made the object already."""

_KEPT_HEADERS: Final = ("Content-Type", "ETag", "Location")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """What a request with a key is known by."""

    key: str
    """Scoped to user and route; as a digest, so that it says nothing and every store can hold it."""
    fingerprint: str
    object_id: str


def read_ticket(body: Mapping[str, Any]) -> Ticket | None:
    """None where the request has no key. Raises Problem (400) for one that is malformed."""
    given = request.headers.get(HEADER)
    return None if given is None else make_ticket(given, body)


def make_ticket(given: str, body: Mapping[str, Any]) -> Ticket:
    """For a key that the request carries elsewhere than in its header. Raises as `read_ticket` does."""
    if not re.fullmatch(PATTERN, given):
        raise Problem(
            problems.MALFORMED_HEADER,
            f"{HEADER} must be 1 to 255 visible ASCII characters without spaces, such as a UUID.",
            errors=[{"header": HEADER, "detail": f"is not of the form {PATTERN}"}],
        )
    user = identity.current()
    key = _digest("" if user is None else user.id, request.method, request.path, given)
    fingerprint = _digest(request.method, request.path, json.dumps(body, sort_keys=True))
    return Ticket(key=key, fingerprint=fingerprint, object_id=str(uuid.uuid5(uuid.NAMESPACE_OID, key + fingerprint)))


def run_once(
    store: Store, ticket: Ticket, work: Callable[[str], Response], again: Callable[[str], Response]
) -> Response:
    """The answer of `work(object id)`, or the kept one of an earlier request with this ticket.

    Where that was too large to be kept, the answer of `again(object id)`, which must change nothing.

    Raises Problem: 409 while that one is not answered, 422 if it was another request. What `work` raises is not kept.
    """
    try:
        reserved = store.reserve(ticket.key, ticket.fingerprint, seconds=IN_FLIGHT_SECONDS)
    except KeyInFlightError:
        raise Problem(
            problems.REQUEST_IN_FLIGHT,
            f"A request with this {HEADER} is still in progress. Send it again later to get its response.",
            headers={"Retry-After": "1"},
        ) from None
    except KeyReusedError:
        raise Problem(
            problems.KEY_REUSED,
            f"This {HEADER} was used for another body. A new request needs a new key.",
            errors=[{"header": HEADER, "detail": "was used for another body"}],
        ) from None
    if isinstance(reserved, Answer):
        return _replayed(reserved, lambda: again(ticket.object_id))
    try:
        response = work(ticket.object_id)
    except BaseException:
        with suppress(StoreError):
            store.forget(reserved)
        raise
    _keep(store, reserved, response)
    return response


def _replayed(answer: Answer, again: Callable[[], Response]) -> Response:
    if answer.body:
        return Response(answer.body, status=answer.status, headers={**answer.headers, REPLAYED: "true"})
    response = again()
    response.headers.update({REPLAYED: "true", KEPT: "false"})
    return response


def _keep(store: Store, reserved: Reservation, response: Response) -> None:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    body = response.get_data()
    if len(body) > MAX_ANSWER_BYTES:
        # Without a body, which no answer of ours is: the key stays used, and for no other body.
        body = b""
        response.headers[KEPT] = "false"
    answer = Answer(status=response.status_code, headers=headers, body=body.decode())
    try:
        store.finish(reserved, answer, seconds=KEPT_SECONDS)
    except StoreError as error:
        # The work is done; a repetition finds it by its id as soon as the reservation has ended.
        _log.warning("The answer to an %s could not be kept: %s", HEADER, error)


def _digest(*parts: str) -> str:
    """No two lists of parts have one digest, wherever their borders are."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
