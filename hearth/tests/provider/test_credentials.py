"""Whose token goes where."""

import google.auth.exceptions
import pytest
from google.auth.credentials import Credentials

from hearth.plugin.kinds import ProviderError
from hearth.provider.clients.credentials import Tokens

GOOGLE = "https://run.googleapis.com/v2/projects/shop"
LOCAL = "http://127.0.0.1:4000/run/v2/projects/demo-shop"


class FakeCredentials(Credentials):
    """Renewed once for every time it is not valid."""

    def __init__(self, *, revoked: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.renewals = 0
        self._revoked = revoked

    def refresh(self, request: object) -> None:
        if self._revoked:
            raise google.auth.exceptions.RefreshError("invalid_grant: Bad Request")
        self.renewals += 1
        self.token = f"token-{self.renewals}"


def no_credentials() -> Credentials:
    raise google.auth.exceptions.DefaultCredentialsError("none found")


def test_default_credentials_are_for_google() -> None:
    credentials = FakeCredentials()
    tokens = Tokens({}, lambda: credentials)

    assert [tokens.token(GOOGLE), tokens.token(GOOGLE)] == ["token-1", "token-1"]
    assert credentials.renewals == 1


def test_a_given_token_goes_before_them() -> None:
    tokens = Tokens({"GOOGLE_OAUTH_ACCESS_TOKEN": "given"}, no_credentials)

    assert tokens.token(GOOGLE) == tokens.token(LOCAL) == "given"


@pytest.mark.parametrize("url", [LOCAL, "http://localhost:4000/", "http://[::1]:4000/"])
def test_a_persons_credentials_are_never_sent_to_this_machine(url: str) -> None:
    """Whatever listens there could use them."""
    credentials = FakeCredentials()

    with pytest.raises(ProviderError, match=r"GOOGLE_OAUTH_ACCESS_TOKEN is not set.*make -s env"):
        Tokens({}, lambda: credentials).token(url)
    assert credentials.renewals == 0


def test_missing_and_revoked_credentials_say_how_to_log_in() -> None:
    with pytest.raises(ProviderError, match=r"No credentials.*none found.*gcloud auth application-default login"):
        Tokens({}, no_credentials).token(GOOGLE)
    with pytest.raises(ProviderError, match=r"invalid_grant.*gcloud auth application-default login"):
        Tokens({}, lambda: FakeCredentials(revoked=True)).token(GOOGLE)
