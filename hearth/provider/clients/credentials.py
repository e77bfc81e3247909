"""Who calls: the access token that goes with a request.

Google Cloud is called with GOOGLE_OAUTH_ACCESS_TOKEN where it is set, as Google's own provider does, else with
Application Default Credentials. Addresses on this machine only ever get GOOGLE_OAUTH_ACCESS_TOKEN: what listens
there may be anything, and must not be handed a person's credentials.
Impersonation is left to the credentials themselves (`gcloud auth application-default login
--impersonate-service-account=…`).
"""

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import requests
from requests.auth import AuthBase

from hearth.plugin.kinds import ProviderError
from hearth.provider.clients.endpoints import loopback

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

TOKEN_VARIABLE = "GOOGLE_OAUTH_ACCESS_TOKEN"  # noqa: S105 - the variable's name
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_LOG_IN = (
    "Log in with `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to the credentials "
    "file of your CI."
)


def application_default() -> "Credentials":
    """Application Default Credentials (google-auth, "google.auth.default")."""
    import google.auth  # noqa: PLC0415 - as in `token`

    credentials, _project = google.auth.default(scopes=[_SCOPE])
    return credentials


class Tokens:
    """Safe to use from many threads."""

    def __init__(self, environ: Mapping[str, str], default: "Callable[[], Credentials]" = application_default) -> None:
        self._given = environ.get(TOKEN_VARIABLE)
        self._default = default
        self._credentials: Credentials | None = None
        self._lock = threading.Lock()

    def token(self, url: str) -> str:
        """The token for a request to this URL. Raises ProviderError where there is none to be had."""
        if self._given:
            return self._given
        if loopback(url):
            raise ProviderError(
                f"{TOKEN_VARIABLE} is not set. {url} is on this machine, and your own credentials are not sent there. "
                'Run `eval "$(make -s env)"` in this shell.'
            )
        # Takes a quarter of the provider's start, and who has a token needs none of it: hence only here.
        import google.auth.exceptions  # noqa: PLC0415
        from google.auth.transport.requests import Request  # noqa: PLC0415

        with self._lock:
            try:
                if self._credentials is None:
                    self._credentials = self._default()
                if not self._credentials.valid:
                    self._credentials.refresh(Request())
            except google.auth.exceptions.DefaultCredentialsError as missing:
                raise ProviderError(f"No credentials for Google Cloud were found ({missing}). {_LOG_IN}") from None
            except google.auth.exceptions.GoogleAuthError as failed:
                raise ProviderError(f"Google refused to renew the credentials ({failed}). {_LOG_IN}") from None
            return str(self._credentials.token)


class Bearer(AuthBase):
    """Sets the header as authentication, because requests replaces a plain one by an entry of ~/.netrc."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request
