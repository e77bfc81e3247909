"""One HTTP call to a Google API: credentials, quota project, time limits, and repeats where repeating is safe.

It knows no API; what is safe to repeat is said by the caller, who does. A call that may have been carried out
without an answer is never repeated here unless its caller says so.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from hearth.catalog.apis import Api
from hearth.plugin.kinds import ProviderError
from hearth.provider.clients.credentials import Bearer, Tokens
from hearth.provider.clients.endpoints import Endpoints, loopback
from hearth.provider.clients.errors import ApiError, api_error
from hearth.provider.clients.repeats import answered

Body = Mapping[str, Any]

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})
AGENT = "hearth/0.1.0"


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
        answer = answered(
            lambda: self._send(call, url), what=call.what, url=url, repeatable=repeatable, pause=self._pause
        )
        if answer.ok and not answer.is_redirect:
            return _object(call, answer)
        raise self._refusal(call, answer)

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
        headers = {"x-goog-user-project": call.project, "User-Agent": AGENT}
        if call.content is not None:
            headers["Content-Type"] = "application/octet-stream"
        return self._http(url).request(
            call.method,
            url,
            params=call.query,
            json=call.body,
            data=call.content,
            headers=headers,
            auth=Bearer(token),
            timeout=(CONNECT_SECONDS, call.read_seconds),
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
