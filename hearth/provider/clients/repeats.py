"""Requests that are sent again where that is safe, and how long to wait in between."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests

from hearth.provider.clients.endpoints import loopback
from hearth.provider.clients.errors import NoAnswer

_ATTEMPTS = 6
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 20.0
# A server that asks for more than this is better told to the user than waited for.
_LONGEST_RETRY_AFTER = 90.0
_BUSY = frozenset({429, 500, 502, 503, 504})
_TOO_MANY_REQUESTS = 429


def answered(
    send: Callable[[], requests.Response], *, what: str, url: str, repeatable: bool, pause: Callable[[float], None]
) -> requests.Response:
    """The answer, whatever its status is, of a server that is not busy; or the last one of a server that stays busy.

    `what` completes "Could not …". Raises NoAnswer.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        last = attempt == _ATTEMPTS
        try:
            answer = send()
        except requests.RequestException as broken:
            if not repeatable or last:
                raise NoAnswer(_no_answer(what, url, broken, attempt)) from None
            pause(_back_off(attempt))
            continue
        # A 429 was not carried out, so it is repeated whatever it asked for.
        again = answer.status_code in _BUSY and (repeatable or answer.status_code == _TOO_MANY_REQUESTS)
        asked = _retry_after(answer)
        if not again or last or (asked or 0) > _LONGEST_RETRY_AFTER:
            return answer
        answer.close()
        pause(_back_off(attempt) if asked is None else asked)
    raise AssertionError("the last attempt returns or raises")


def _no_answer(what: str, url: str, broken: Exception, attempts: int) -> str:
    tries = "" if attempts == 1 else f" in {attempts} attempts"
    fix = (
        "Is the local cloud running? `make up` starts it."
        if loopback(url)
        else "Check the network and the proxy, then run again. Steps that are done are not repeated."
    )
    host = urlsplit(url).netloc
    reason = "it took too long" if isinstance(broken, requests.Timeout) else "the connection failed"
    return f"Could not {what}: no answer from {host}{tries}, {reason}. {fix}"


def _back_off(attempt: int) -> float:
    """Seconds: exponential with full jitter, so that many clients do not come back together."""
    longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**attempt)
    return random.uniform(longest / 4, longest)  # noqa: S311 - nothing secret


def _retry_after(answer: requests.Response) -> float | None:
    """Seconds that the answer asks to wait; None where it does not say (RFC 9110, section 10.2.3)."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
