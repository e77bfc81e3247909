"""The pages' users, by the signed session: begun with an ID token, ended by signing out, by time, or by a new key.

The token itself is not kept: it lives for an hour, and what can't be renewed here need not be here.
"""

import time
from datetime import timedelta
from typing import Any, Final

from flask import Flask, session

from flask_hearth import csrf
from flask_hearth.auth.tokens import Claims
from flask_hearth.identity import User

LIFETIME: Final = timedelta(days=5)
"""From the sign-in, however much it is used: what a stolen cookie is good for (Firebase allows its own two weeks)."""

RECENT: Final = timedelta(minutes=5)
"""Since the password was checked; a token that was stolen or left lying about begins no session."""

_KEY: Final = "user"


def configure(app: Flask) -> None:
    """The cookie ends with what it says."""
    app.config["PERMANENT_SESSION_LIFETIME"] = LIFETIME


def is_recent(claims: Claims) -> bool:
    """Whether who signed in did so just now."""
    return time.time() - claims.signed_in <= RECENT.total_seconds()


def begin(claims: Claims) -> None:
    """Sign this visitor in, with nothing left of the session before, which somebody else may have planted."""
    end()
    session.permanent = True
    session[_KEY] = {
        "sub": claims.user.id,
        "email": claims.user.email,
        "verified": claims.user.email_verified,
        "at": int(time.time()),
        "claims": dict(claims.user.claims),
    }


def end() -> None:
    """Sign out. Pages opened before can't act for who comes next."""
    session.clear()
    csrf.renew()


def user() -> User | None:
    """Who is signed in; None also when what is kept is too old, or not ours to read."""
    kept: Any = session.get(_KEY)
    match kept:
        case {"sub": str(id), "email": str() | None as email, "verified": bool(verified), "at": int(at)} if (
            id and 0 <= time.time() - at < LIFETIME.total_seconds()
        ):
            custom = kept.get("claims")
            return User(id=id, email=email, email_verified=verified, claims=custom if isinstance(custom, dict) else {})
    return None
