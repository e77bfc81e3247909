"""The API's users, by `Authorization: Bearer ID-TOKEN` (RFC 6750)."""

from typing import Final

from flask import request

from flask_hearth import access, identity, problems
from flask_hearth.auth.tokens import InvalidTokenError, Verifier
from flask_hearth.errors import Problem, is_api
from flask_hearth.identity import User

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
        described = f'{access.REALM}, error="invalid_token", error_description="{error}"'
        raise Problem(
            problems.INVALID_TOKEN, f"{detail} Sign in again for a new one.", headers={"WWW-Authenticate": described}
        ) from error


def required() -> None:
    """Before each request of the API. Who may do what with collections is settled before (`flask_hearth.access`).

    Raises Problem: 401 for a change by a stranger, or for a token not good; 403 for a change by an anonymous sign-in.
    """
    if not is_api(request.path):
        return
    if access.is_settled():
        identity.current()
        return
    # Before anything else is looked at: also a path or a body that is wrong tells a stranger nothing.
    if request.method in _SAFE or identity.may_write():
        # Asked for by reads, too: the owner of a token that is not good should learn of it.
        identity.current()
        return
    raise access.refusal(access.current())
