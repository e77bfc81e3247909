"""Where tokens come from: Firebase's addresses for one project, or those of a local cloud that plays them.

After Firebase, "Verify ID tokens", section "using a third-party JWT library", and the OpenID configuration at the
issuer's address, whose `jwks_uri` is the address of the keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

GOOGLE_KEYS: Final = "https://www.googleapis.com"
GOOGLE_SIGN_IN: Final = "https://identitytoolkit.googleapis.com"
GOOGLE_RENEWAL: Final = "https://securetoken.googleapis.com"

_KEYS_PATH: Final = "/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com"
_SIGN_IN_PREFIX: Final = "/identitytoolkit"
"""Where a local cloud has the API; Google has it at a host of its own."""


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Firebase Authentication of one project."""

    project: str
    web_key: str
    """Names the project in calls of the sign-in page."""
    local_origin: str | None = None
    """A local cloud's, such as `http://127.0.0.1:4000`."""

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Self:
        """That of an app with HEARTH_AUTH=firebase, by its `app.config`."""
        return cls(
            project=config["HEARTH_GOOGLE_CLOUD_PROJECT"],
            web_key=config["HEARTH_FIREBASE_WEB_KEY"],
            local_origin=config["HEARTH_IDENTITY_ORIGIN"],
        )

    @property
    def keys_url(self) -> str:
        """A JWK Set."""
        return f"{self.local_origin or GOOGLE_KEYS}{_KEYS_PATH}"

    @property
    def sign_in_origin(self) -> str:
        """What the sign-in page has to be allowed to connect to."""
        return self.local_origin or GOOGLE_SIGN_IN

    @property
    def renewal_origin(self) -> str:
        """What a page has to be allowed to connect to on which somebody stays signed in for more than an hour."""
        return self.local_origin or GOOGLE_RENEWAL

    @property
    def sign_in_url(self) -> str:
        """Base URL of Identity Toolkit's methods, which are `accounts:signUp` and the like."""
        return f"{self.sign_in_origin}{_SIGN_IN_PREFIX if self.local_origin else ''}/v1"
