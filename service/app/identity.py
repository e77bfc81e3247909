"""Who is asking. Set by whoever checks credentials, read by views, the Idempotency-Key and the rate limit.

How credentials are checked is not here: where nothing checks them, everybody is a stranger with equal rights.
"""

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


def sign_in(user: User) -> None:
    """Let this request, and no other, count as the user's."""
    g.user = user


def current() -> User | None:
    """The user who asks; None for a stranger."""
    user: User | None = g.get("user")
    return user


def may_write() -> bool:
    """Whether who asks may change anything."""
    return not current_app.config.get(CHECKED, False) or current() is not None
