"""Who is asking. Set by whoever checks credentials, read by views, the Idempotency-Key and the rate limit.

How credentials are checked is not here: where nothing checks them, everybody is a stranger with equal rights.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Flask, current_app, g

from flask_hearth import state

CHECKED: Final = "HEARTH_IDENTITY_CHECKED"
"""Key of `app.config`: true where the app checks who asks, so that strangers may only read."""

SIGN_IN: Final = "HEARTH_SIGN_IN"
"""Key of `app.config`: path of the page to sign in on, where there is one."""


@dataclass(frozen=True, kw_only=True)
class User:
    """Somebody whose credentials were checked on this request."""

    id: str
    """Unique and never given to anybody else: the subject (`sub`) of an ID token."""
    email: str | None = None
    email_verified: bool = False
    """Whether the address is known to be the user's. Where it is not, it is good for showing, and for no decision."""
    anonymous: bool = False
    """Whether it is a sign-in without credentials, which anybody can have any number of. Good for reading alone."""
    claims: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Custom ones of the ID token, which only the project's administrators set. On pages, as of the sign-in."""


Finder = Callable[[], User | None]
"""Finds out who asks by the request's credentials; None for a stranger. An app's is in its state.

Asked at most once for a request, and only when somebody wants to know: whoever looks into the session makes the answer
differ from visitor to visitor, and pages that the edge keeps must not.
"""


def init_app(app: Flask) -> None:
    """Check who asks in the way that HEARTH_AUTH names: `none`, or `firebase`."""
    app.config.setdefault(CHECKED, False)
    app.config.setdefault(SIGN_IN, None)
    if app.config.setdefault("HEARTH_AUTH", "none") == "firebase":
        from flask_hearth import auth  # noqa: PLC0415 - cryptography: 30 ms at a cold start, for who needs it alone

        auth.init_app(app)


def sign_in(user: User) -> None:
    """Let this request, and no other, count as the user's."""
    g.user = user


def current() -> User | None:
    """The user who asks; None for a stranger."""
    if "user" not in g:
        find = state.current().finder if state.KEY in current_app.extensions else None
        g.user = find() if find else None
    user: User | None = g.user
    return user


def may_write() -> bool:
    """Whether who asks may change anything."""
    if not current_app.config.get(CHECKED, False):
        return True
    user = current()
    return user is not None and not user.anonymous
