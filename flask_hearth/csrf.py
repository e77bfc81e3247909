"""Requests that change something on the strength of a cookie come from our own pages, or are refused.

Two independent checks. Browsers say where a request comes from (Sec-Fetch-Site, or Origin from older ones); and it
carries a token that only a page of ours can know, as its secret lies in the signed session. That secret is random and
not derived from SECRET_KEY, so it lives through a change of the key as the session does (SECRET_KEY_FALLBACKS).
Strangers have sessions, too, so that signing in is checked in the same way.

Who authenticates by a cookie calls `check` before a write; pages with forms do. A request with a token of its own in
`Authorization`, or from nobody in particular, needs none of this: no other site's form sends the API's content types.
"""

import base64
import binascii
import hmac
import secrets
from typing import Final

from flask import Flask, request, session
from werkzeug.exceptions import Forbidden

from flask_hearth import problems, templating
from flask_hearth.errors import Problem

FIELD: Final = "_csrf"
"""Of a form. Led by `_`, so that no field of a model can have its name."""

HEADER: Final = "X-CSRF-Token"
"""For requests whose body is no form."""

FORM_TYPES: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})

_KEY: Final = "csrf"
_BYTES: Final = 32
_OURS: Final = frozenset({"same-origin", "none"})

_NO_SESSION: Final = (
    "Nothing was saved, because the browser sent no session: it has ended, or cookies are blocked for this site. "
    "Check what you entered, then send it again."
)
_OTHER_SESSION: Final = (
    "Nothing was saved, because the page belongs to another session, for example after you signed in or out in "
    "another tab. Check what you entered, then send it again."
)


class StaleError(Problem):
    """403: no token, or one of another session. It may well be the right person, who should be let go on."""


def init_app(app: Flask) -> None:
    """Let templates write `{{ csrf_token() }}` into a field named `{{ csrf_field }}`."""
    templating.add_globals(app, csrf_token=token, csrf_field=FIELD)


def token() -> str:
    """A token for a page of this session, which is begun if need be: so the page must not be cached.

    Another text each time for the same secret: beside it, a compressed page tells nothing about it (BREACH).
    """
    secret = _secret() or renew()
    mask = secrets.token_bytes(_BYTES)
    return base64.urlsafe_b64encode(mask + _xor(mask, secret)).decode()


def renew() -> bytes:
    """Give the session another secret, at each sign-in and sign-out: pages opened before can't act for who came."""
    session[_KEY] = fresh = secrets.token_bytes(_BYTES)
    return fresh


def check() -> None:
    """Raises Forbidden for a request from another site, StaleError (403) for one without this session's token."""
    if not _from_our_own_page():
        raise Forbidden("Nothing was saved: the request came from a page of another site.")
    secret = _secret()
    if secret is None:
        raise StaleError(problems.STALE_FORM, _NO_SESSION)
    if not hmac.compare_digest(_unmasked(_given()), secret):
        raise StaleError(problems.STALE_FORM, _OTHER_SESSION)


def _from_our_own_page() -> bool:
    """False only where the browser says otherwise; one that says nothing is left to the token."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in _OURS
    if origin := request.headers.get("Origin"):
        # Behind Hosting, the name in the address bar is in X-Forwarded-Host. Taken as it comes, because no page of
        # another site can make a browser send it.
        return origin.partition("://")[2] in {request.host, request.headers.get("X-Forwarded-Host", request.host)}
    return True


def _given() -> str:
    if request.mimetype in FORM_TYPES and FIELD in request.form:
        return request.form[FIELD]
    return request.headers.get(HEADER, "")


def _secret() -> bytes | None:
    """None also for what another revision may have kept there in another form."""
    kept = session.get(_KEY)
    return kept if isinstance(kept, bytes) and len(kept) == _BYTES else None


def _unmasked(given: str) -> bytes:
    """Nothing, which is never right, for what is no token."""
    try:
        both = base64.b64decode(given, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
    return _xor(both[:_BYTES], both[_BYTES:]) if len(both) == 2 * _BYTES else b""


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
