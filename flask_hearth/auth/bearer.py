"""The API's users, by `Authorization: Bearer ID-TOKEN` (RFC 6750)."""

from typing import Final

from flask import request

from flask_hearth import identity, problems
from flask_hearth.auth.tokens import InvalidTokenError, Verifier
from flask_hearth.errors import Problem, is_api
from flask_hearth.identity import User

_REALM: Final = 'Bearer realm="api"'
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def user(verifier: Verifier) -> User | None:
    """Who sent this request's token; None without one.

    Raises Problem (401) for a token that is not good, on reads too: its owner should learn of it.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    try:
        return verifier.verify(token.strip()).user
    except InvalidTokenError as error:
        detail = f"The token in Authorization is not valid: {error}."
        described = f'{_REALM}, error="invalid_token", error_description="{error}"'
        raise Problem(
            problems.INVALID_TOKEN, f"{detail} Sign in again for a new one.", headers={"WWW-Authenticate": described}
        ) from error


def required() -> None:
    """Before each request of the API.

    Raises Problem: 401 for a change by a stranger, or for a token not good; 403 for a change by an anonymous sign-in.
    """
    if not is_api(request.path):
        return
    # Before anything else is looked at: also a path or a body that is wrong tells a stranger nothing.
    if request.method in _SAFE or identity.may_write():
        # Asked for by reads, too: the owner of a token that is not good should learn of it.
        identity.current()
        return
    if identity.current() is None:
        raise Problem(
            problems.TOKEN_MISSING,
            "Changes need a signed-in user: send a Firebase ID token as `Authorization: Bearer TOKEN`. Reading "
            "needs none.",
            # No error code, as there were no credentials that could be wrong (section 3.1).
            headers={"WWW-Authenticate": _REALM},
        )
    raise Problem(problems.READING_ONLY, "The token is of an anonymous sign-in, which may only read.")
