"""Who is asking. Set by whoever checks credentials, read by views, the Idempotency-Key and the rate limit.

How credentials are checked is not here: where nothing checks them, everybody is a stranger with equal rights.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import current_app, g

CHECKED: Final = "IDENTITY_CHECKED"
"""Key of `app.config`: true where the app checks who asks, so that strangers may only read."""

SIGN_IN: Final = "IDENTITY_SIGN_IN"
"""Key of `app.config`: path of the page to sign in on, where there is one."""


@dataclass(frozen=True, kw_only=True)
class User:
    """Somebody whose credentials were checked on this request."""

    id: str
    """Unique and never given to anybody else: the subject (`sub`) of an ID token."""
    email: str | None = None
    email_verified: bool = False
    """Whether the address is known to be the user's. Where it is not, it is good for showing, and for no decision."""


Finder = Callable[[], User | None]

FINDER: Final = "identity"
"""Key of `app.extensions`: the Finder that finds out who asks by the request's credentials, None for a stranger.

Asked at most once for a request, and only when somebody wants to know: whoever looks into the session makes the answer
differ from visitor to visitor, and pages that the edge keeps must not.
"""


def sign_in(user: User) -> None:
    """Let this request, and no other, count as the user's."""
    g.user = user


def current() -> User | None:
    """The user who asks; None for a stranger."""
    if "user" not in g:
        find: Finder | None = current_app.extensions.get(FINDER)
        g.user = find() if find else None
    user: User | None = g.user
    return user


def may_write() -> bool:
    """Whether who asks may change anything."""
    return not current_app.config.get(CHECKED, False) or current() is not None
