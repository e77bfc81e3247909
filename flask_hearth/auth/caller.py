"""Services of Google's that call this one as one account, and whoever else tries.

Everybody reaches the service, so each call has to show a token that Google signed for one account, whose only right is
to call it, and for this service and no other. The account counts by its address, which Google says to have verified
(Cloud Tasks, "Use HTTP target tasks with authentication tokens"; the claims and where the keys are: Google Identity,
"OpenID Connect").

Behind Cloud Run's own check (`app:publicAccess: private`) no call could pass: it takes the signature out of a token
that it has checked (Cloud Run, "Troubleshooting", "Identity token signature redacted by Google").
"""

from typing import Final
from urllib.parse import urlsplit

import jwt
from flask import request

from flask_hearth.auth import tokens
from flask_hearth.auth.issuer import GOOGLE_KEYS
from flask_hearth.auth.keys import PublicKeys
from flask_hearth.auth.tokens import InvalidTokenError
from flask_hearth.errors import Problem

ISSUER: Final = "https://accounts.google.com"
KEYS_PATH: Final = "/oauth2/v3/certs"
"""On www.googleapis.com: the `jwks_uri` of the issuer's OpenID configuration."""

_REQUIRED: Final = ("aud", "email", "exp", "iat", "iss", "sub")


class Caller:
    """The one account that may call, and what it calls, such as `tasks`.

    Its tokens are for `audience`; without one, for the address of this service, or a path of it.
    """

    def __init__(self, calls: str, account: str, audience: str | None, *, origin: str | None) -> None:
        self._calls, self._account, self._audience = calls, account, audience
        self._keys = PublicKeys(f"{origin or GOOGLE_KEYS}{KEYS_PATH}")

    def check(self) -> None:
        """Raises Problem: 401 without a good token for this service, 403 for one of another account.

        Raises KeysUnavailableError (503) where it can't be told.
        """
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise self._unauthorized(f"A call of {self._calls} has a token of one account, and there is none.")
        token = token.strip()
        audience = _own_address(token) if self._audience is None else self._audience
        try:
            claims = tokens.decode(token, self._keys, audience=audience, issuer=ISSUER, required=_REQUIRED)
        except InvalidTokenError as error:
            raise self._unauthorized(f"The token in Authorization is not valid: {error}.") from error
        if claims["email"] != self._account or claims.get("email_verified") is not True:
            raise Problem(403, f"The token is of an account that calls no {self._calls}.")

    def _unauthorized(self, detail: str) -> Problem:
        return Problem(401, detail, headers={"WWW-Authenticate": f'Bearer realm="{self._calls}"'})


def _own_address(token: str) -> str:
    """The token's audience, if it is at the host that was asked for, else that host.

    Cloud Run finds a service by its host, so nobody can ask for another one. Eventarc is told no audience, and no page
    of Google's says whether it writes the path or a slash after the host.
    """
    own = f"https://{request.host}"
    try:
        claimed = jwt.decode(token, options={"verify_signature": False}).get("aud")
        return claimed if isinstance(claimed, str) and urlsplit(claimed).netloc == request.host else own
    except (jwt.PyJWTError, ValueError, RecursionError):
        return own
