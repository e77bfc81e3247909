"""One HTTP call to a Google API: credentials, quota project, time limits, and repeats where repeating is safe.

It knows no API; what is safe to repeat is said by the caller, who does. A call that may have been carried out
without an answer is never repeated here unless its caller says so.
"""

import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from hearth.catalog.apis import Api
from hearth.plugin.kinds import ProviderError
from hearth.provider.clients.credentials import Tokens
from hearth.provider.clients.endpoints import Endpoints, loopback
from hearth.provider.clients.errors import ApiError, NoAnswer, api_error

Body = Mapping[str, Any]

_CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
_ATTEMPTS = 6
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 20.0
# A server that asks for more than this is better told to the user than waited for.
_LONGEST_RETRY_AFTER = 90.0
_BUSY = frozenset({429, 500, 502, 503, 504})
_TOO_MANY_REQUESTS = 429
_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_AGENT = "hearth/0.1.0"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request.

    `url` is whole, or relative to the API's base. `body` is sent as JSON, `content` as it is. `what` completes
    "Could not …" for the reader. `repeatable` is None where the method says it (RFC 9110, section 9.2.2).
    """

    api: Api
    project: str
    method: str
    url: str
    what: str
    query: Mapping[str, str | int] | None = None
    body: Body | None = None
    content: bytes | None = None
    repeatable: bool | None = None
    read_seconds: float = READ_SECONDS


class Session:
    """Safe to use from many threads."""

    def __init__(self, endpoints: Endpoints, tokens: Tokens, pause: Callable[[float], None] = time.sleep) -> None:
        self.endpoints = endpoints
        self._tokens = tokens
        self._pause = pause
        # A requests.Session is not made for use from several threads.
        self._local = threading.local()

    def call(self, call: Call) -> dict[str, Any]:
        """The answer's JSON object, empty for an empty answer.

        Raises ApiError for a refusal, NoAnswer where none came, ProviderError for what is never sent.
        """
        url = self._url(call)
        repeatable = call.method in _IDEMPOTENT if call.repeatable is None else call.repeatable
        for attempt in range(1, _ATTEMPTS + 1):
            last = attempt == _ATTEMPTS
            try:
                answer = self._send(call, url)
            except requests.RequestException as broken:
                if not repeatable or last:
                    raise NoAnswer(_no_answer(call, url, broken, attempt)) from None
                self._pause(_back_off(attempt))
                continue
            if answer.ok and not answer.is_redirect:
                return _object(call, answer)
            # A 429 was not carried out, so it is repeated whatever it asked for.
            again = answer.status_code in _BUSY and (repeatable or answer.status_code == _TOO_MANY_REQUESTS)
            pause = _retry_after(answer)
            if not again or last or (pause or 0) > _LONGEST_RETRY_AFTER:
                raise self._refusal(call, answer)
            self._pause(_back_off(attempt) if pause is None else pause)
        raise AssertionError("the last attempt raises")

    def _url(self, call: Call) -> str:
        refusal = self.endpoints.refusal(call.project, [call.api])
        if refusal:
            raise ProviderError(refusal)
        base = self.endpoints.base(call.api)
        if "://" not in call.url:
            return base + call.url
        # A URL that an answer named: the token goes only where the API itself is, or to Google.
        host = urlsplit(call.url).hostname or ""
        if loopback(base):
            trusted = loopback(call.url)
        else:
            trusted = call.url.startswith("https://") and host.endswith(".googleapis.com")
        if trusted:
            return call.url
        raise ProviderError(f"Could not {call.what}: {base} referred to {call.url}, to which no access token is sent.")

    def _send(self, call: Call, url: str) -> requests.Response:
        token = self._tokens.token(url)
        headers = {"x-goog-user-project": call.project, "User-Agent": _AGENT}
        if call.content is not None:
            headers["Content-Type"] = "application/octet-stream"
        return self._http(url).request(
            call.method,
            url,
            params=call.query,
            json=call.body,
            data=call.content,
            headers=headers,
            auth=_Bearer(token),
            timeout=(_CONNECT_SECONDS, call.read_seconds),
            allow_redirects=False,
        )

    def _http(self, url: str) -> requests.Session:
        http: requests.Session | None = getattr(self._local, "http", None)
        if http is None:
            http = self._local.http = requests.Session()
            http.mount("http://", HTTPAdapter())
        # A proxy is no way to this machine.
        http.trust_env = not loopback(url)
        return http

    def _refusal(self, call: Call, answer: requests.Response) -> ApiError:
        try:
            body: object = answer.json()
        except ValueError:
            body = answer.text
        return api_error(call.what, answer.status_code, body, api=call.api.name, project=call.project)


class _Bearer(AuthBase):
    """Sets the header as authentication, because requests replaces a plain one by an entry of ~/.netrc."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _object(call: Call, answer: requests.Response) -> dict[str, Any]:
    if not answer.content.strip():
        return {}
    try:
        body = json.loads(answer.content)
    except ValueError:
        body = None
    if isinstance(body, dict):
        return body
    raise ProviderError(
        f"Could not {call.what}: {call.api.name} answered {answer.status_code} with something other than a JSON "
        f"object ({answer.text[:80]!r}). Is a proxy in between, or {call.api.variable} wrong?"
    )


def _no_answer(call: Call, url: str, broken: Exception, attempts: int) -> str:
    tries = "" if attempts == 1 else f" in {attempts} attempts"
    fix = (
        "Is the local cloud running? `make up` starts it."
        if loopback(url)
        else "Check the network and the proxy, then run again. Steps that are done are not repeated."
    )
    host = urlsplit(url).netloc
    reason = "it took too long" if isinstance(broken, requests.Timeout) else "the connection failed"
    return f"Could not {call.what}: no answer from {host}{tries}, {reason}. {fix}"


def _back_off(attempt: int) -> float:
    """Seconds: exponential with full jitter, so that many clients do not come back together."""
    longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**attempt)
    return random.uniform(longest / 4, longest)  # noqa: S311 - nothing secret


def _retry_after(answer: requests.Response) -> float | None:
    """Seconds that the answer asks to wait; None where it does not say (RFC 9110, section 10.2.3)."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
