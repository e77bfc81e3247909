"""Firebase ID tokens: what makes one good, and who it says somebody is.

The rules are those of Firebase, "Verify ID tokens", section "using a third-party JWT library". Left out: whether a
user was disabled or signed out elsewhere since, which only Google knows; a token lives for an hour.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import jwt

from flask_hearth.auth.keys import ALGORITHM, PublicKeys, UnknownKeyError
from flask_hearth.identity import User

MAX_CHARACTERS: Final = 8 * 1024
"""Firebase's own, with the most custom claims there can be, have under 3 KiB."""

LEEWAY_SECONDS: Final = 30
"""For clocks that differ."""

MAX_SUBJECT: Final = 128
"""Characters of a user's id, at most (Firebase Admin SDK, "Create a user")."""

_REQUIRED: Final = ("aud", "auth_time", "exp", "iat", "iss", "sub")


_STANDARD: Final = frozenset(
    {
        *("acr", "amr", "at_hash", "aud", "auth_time", "azp", "c_hash", "cnf", "exp", "firebase", "iat", "iss", "jti"),
        *("nbf", "nonce", "sub", "user_id", "email", "email_verified", "name", "phone_number", "picture"),
        *("provider_id", "sign_in_provider"),
    }
)
"""Claims that are of the token or the account, and no custom ones (Firebase, "Control Access with Custom Claims")."""


class InvalidTokenError(Exception):
    """The text says why, in words for whoever sent it; never the token itself."""


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What a good token says."""

    user: User
    signed_in: int
    """When the password was checked, in seconds since 1970. A token renewed since has the same."""


class Verifier:
    """Knows good tokens of one project."""

    def __init__(self, project: str, keys: PublicKeys) -> None:
        self._project, self._keys = project, keys

    def verify(self, token: str) -> Claims:
        """Raises InvalidTokenError, or KeysUnavailableError (503) where it can't be told."""
        claims = decode(
            token,
            self._keys,
            audience=self._project,
            issuer=f"https://securetoken.google.com/{self._project}",
            required=_REQUIRED,
        )
        return _claims(claims)


def decode(token: str, keys: PublicKeys, *, audience: str, issuer: str, required: Collection[str]) -> dict[str, Any]:
    """The claims of a token that is signed, current, and for this audience alone, `required` among them.

    Raises InvalidTokenError, or KeysUnavailableError (503) where it can't be told.
    """
    if not token.isascii() or len(token) > MAX_CHARACTERS:
        raise InvalidTokenError(f"it is not an ID token: longer than {MAX_CHARACTERS} characters, or not ASCII")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            keys.find(_key_id(token)),
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": list(required), "strict_aud": True},
        )
    except UnknownKeyError as error:
        raise InvalidTokenError("its issuer does not currently sign with its key") from error
    except jwt.PyJWTError as error:
        raise InvalidTokenError(_reason(error)) from error
    # Whatever else a body of JSON can hold that its reader stumbles over.
    except (ValueError, RecursionError) as error:
        raise InvalidTokenError("it is not an ID token: it can't be read") from error
    return claims


def _key_id(token: str) -> str:
    header = jwt.get_unverified_header(token)
    if header.get("alg") != ALGORITHM:
        raise InvalidTokenError(f"it is not signed with {ALGORITHM}")
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise InvalidTokenError("it names no key")
    return kid


def _claims(claims: dict[str, Any]) -> Claims:
    subject, signed_in = claims["sub"], claims["auth_time"]
    if not 0 < len(subject) <= MAX_SUBJECT:
        raise InvalidTokenError("it names no user")
    # A boolean is an int to Python.
    if not isinstance(signed_in, int) or isinstance(signed_in, bool) or signed_in > claims["iat"] + LEEWAY_SECONDS:
        raise InvalidTokenError("it does not say when the user signed in")
    email = claims.get("email")
    about = claims.get("firebase")
    about = about if isinstance(about, dict) else {}
    # Users of a tenant are others than the project's own, and ids may meet (Identity Platform, "Multi-tenancy").
    if about.get("tenant") is not None:
        raise InvalidTokenError("it is for a tenant of the project, and not for the project itself")
    return Claims(
        user=User(
            id=subject,
            email=email if isinstance(email, str) and email else None,
            email_verified=claims.get("email_verified") is True,
            anonymous=about.get("sign_in_provider") == "anonymous" or claims.get("provider_id") == "anonymous",
            claims={name: value for name, value in claims.items() if name not in _STANDARD},
        ),
        signed_in=signed_in,
    )


def _reason(error: jwt.PyJWTError) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return "it has expired"
        case jwt.ImmatureSignatureError():
            return "it is from the future"
        case jwt.InvalidAudienceError() | jwt.InvalidIssuerError():
            return "it is for another project or service"
        case jwt.InvalidSignatureError():
            return "its signature is wrong"
        case jwt.MissingRequiredClaimError():
            return f"it has no {error.claim}"
    return "it is no ID token"
