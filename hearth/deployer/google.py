"""The questions that the checks ask, as plain GET requests and two dry ones.

A check is handed an `Ask` and never a session, so that tests answer from recordings. `testIamPermissions` is a
POST that changes nothing (Resource Manager reference).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import google.auth
import google.auth.exceptions
import requests
from google.auth.transport.requests import AuthorizedSession

_TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    """HTTP status and JSON body; an answer without JSON has an empty body."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """What Google said was wrong, in one line; empty on success."""
        error = self.body.get("error")
        text = error.get("message", "") if isinstance(error, Mapping) else ""
        return " ".join(str(text).split())


class Ask(Protocol):
    def __call__(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> Answer: ...


class NoCredentials(Exception):
    """There are no Application Default Credentials; the text says how to get them."""


def default_credentials(project: str) -> Ask:
    """Ask Google as whoever Application Default Credentials say, on the quota of `project`.

    Raises NoCredentials.
    """
    try:
        credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    except google.auth.exceptions.DefaultCredentialsError as error:
        raise NoCredentials(str(error)) from error
    session = AuthorizedSession(credentials)

    def ask(method: str, url: str, body: Mapping[str, Any] | None = None) -> Answer:
        try:
            response = session.request(
                method, url, json=body, timeout=_TIMEOUT_SECONDS, headers={"x-goog-user-project": project}
            )
        except google.auth.exceptions.GoogleAuthError as error:
            raise NoCredentials(str(error)) from error
        except requests.RequestException as error:
            return Answer(0, {"error": {"message": f"no answer: {error}"}})
        try:
            parsed = response.json()
        except requests.JSONDecodeError:
            parsed = {}
        return Answer(response.status_code, parsed if isinstance(parsed, dict) else {})

    return ask
