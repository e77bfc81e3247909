"""Calls to the local cloud's REST APIs, and waiting for what they go on doing."""

import random
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from hearth.catalog.apis import Api
from hearth.plugin.kinds import Context, ProviderError

Body = dict[str, Any]

_TIMEOUT = (5, 120)
_TRIES = 5
# Refused before anything was done, so safe to repeat whatever the method.
_AGAIN = frozenset({429, 503})
_FIRST_PAUSE = 0.1
_FIRST_POLL = 0.02
_LONGEST_PAUSE = 1.0
# Google's provider waits this long where a resource has no customTimeouts of its own.
_OPERATION_SECONDS = 20 * 60.0


class ApiFault(Exception):
    """An API's refusal, in the words of Google's provider."""

    def __init__(self, code: int, message: str, reason: str = "") -> None:
        super().__init__(f"googleapi: Error {code}: {message}" + (f", {reason}" if reason else ""))
        self.code = code


class OperationFault(Exception):
    """An operation that the API accepted and that then failed, or did not end in time."""


class Client:
    """One for all resources; safe to use from many threads."""

    def __init__(self, endpoints: Mapping[str, str], token: str = "local") -> None:  # noqa: S107 - not a secret here
        self._endpoints = endpoints
        self._token = token
        self._local = threading.local()

    def get(self, api: Api, path: str, **query: str) -> Body:
        return self.call("GET", api, path, query)

    def call(self, method: str, api: Api, path: str, query: Mapping[str, str], body: Body | None = None) -> Body:
        """The answer's JSON, `{}` for an empty one.

        Raises ApiFault for a refusal, ProviderError when there is no answer of an API at all.
        """
        url = self._endpoints[api.name] + path
        for tries in range(1, _TRIES + 1):
            response = self._send(method, url, {"alt": "json", **query}, body)
            if response.status_code not in _AGAIN or tries == _TRIES:
                break
            pause(tries)
        if response.ok:
            return dict(response.json()) if response.content else {}
        raise _fault(response)

    def wait(self, api: Api, operation: Body, context: Context) -> Body:
        """Poll an operation to its end and return its response. Raises OperationFault, ApiFault, ProviderError."""
        deadline = time.monotonic() + (context.timeout or _OPERATION_SECONDS)
        step = _FIRST_POLL
        while not operation.get("done"):
            if time.monotonic() > deadline:
                raise OperationFault("timeout while waiting for state to become 'done: true'")
            if context.cancelled.wait(step):
                raise OperationFault("stopped before the operation ended; the next `pulumi up` looks at the result")
            step = min(step * 1.5, _LONGEST_PAUSE)
            operation = self.get(api, str(operation["name"]))
        if error := operation.get("error"):
            raise OperationFault(f"Error code {error.get('code')}, message: {error.get('message')}")
        return dict(operation.get("response") or {})

    def _send(self, method: str, url: str, query: Mapping[str, str], body: Body | None) -> requests.Response:
        try:
            return self._session().request(method, url, params=query, json=body, timeout=_TIMEOUT)
        except requests.RequestException as error:
            parts = urlsplit(url)
            raise ProviderError(
                f"The local cloud does not answer at {parts.scheme}://{parts.netloc} ({type(error).__name__}). "
                "Start it with `make up`; `make status` shows what runs."
            ) from error

    def _session(self) -> requests.Session:
        # A session is not safe to share between threads.
        if not hasattr(self._local, "session"):
            session = requests.Session()
            # A proxy set for the internet does not lead to this machine's loopback.
            session.trust_env = False
            session.headers["Authorization"] = f"Bearer {self._token}"
            self._local.session = session
        found: requests.Session = self._local.session
        return found


def pause(tries: int) -> None:
    """Wait before the next of several tries, longer each time, and not in step with whoever collided."""
    time.sleep(random.uniform(0.5, 1) * min(_FIRST_PAUSE * 2 ** (tries - 1), _LONGEST_PAUSE))  # noqa: S311 - jitter


def _fault(response: requests.Response) -> ApiFault:
    try:
        error = response.json()["error"]
        reasons = [each.get("reason", "") for each in error.get("errors") or []]
        return ApiFault(response.status_code, error["message"], reasons[0] if len(reasons) == 1 else "")
    except (ValueError, KeyError, TypeError):
        # Not an answer of an API: something else listens there.
        return ApiFault(
            response.status_code, f"{response.url} answered {response.text[:200]!r}, which is no API's answer"
        )
