"""Rewrites to Cloud Run: the request as production sends it on, the answer as production changes it.

Answers are buffered whole, as Hosting's are: nothing streams, and an answer is complete or an error page. Requests
to read are repeated when the instance went away before any byte of an answer came; others might act twice.

The scheme that the service is told is the edge's own (http), where production says https: links made from it work.
Left out: WebSockets, `X-Country-Code`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from multidict import CIMultiDict, CIMultiDictProxy

from hearth.localcloud.hosting.cache import Cache, cache_control, lifetime, session_cookie
from hearth.localcloud.hosting.compression import compress
from hearth.localcloud.hosting.config import RunTarget
from hearth.localcloud.hosting.headers import apply_rules, vary_as_the_cache
from hearth.localcloud.hosting.live import LiveSite
from hearth.localcloud.hosting.pages import error_page
from hearth.localcloud.hosting.reply import Incoming, Reply, accepts_gzip
from hearth.localcloud.run import Answer
from hearth.localcloud.run.errors import AnswerBroken, InstanceGone
from hearth.localcloud.run.proxy import end_to_end
from hearth.localcloud.store import Store

log = logging.getLogger(__name__)

# Hosting's guide, "Serve dynamic content and host microservices with Cloud Run".
_METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_TRIES = 3
# Cloud Run's own limit for an answer that isn't streamed.
_MOST_ANSWER_BYTES = 32 * 1024**2
# Set anew below, so that no client can pretend to be the edge; or answered by the edge itself: a 304 or a part must
# never fill the cache.
_NOT_FORWARDED = frozenset(
    {"host", "cookie", "content-length", "expect", "accept-encoding", "cache-control", "pragma", "forwarded"}
    | {"x-forwarded-host", "x-forwarded-proto", "x-forwarded-for", "x-fh-requested-host", "fastly-client-ip"}
)
_ANSWERED_HERE = frozenset({"if-none-match", "if-modified-since", "if-range", "range"})


class Run(Protocol):
    """What the edge needs of Cloud Run."""

    def open(
        self, service: str, *, method: str, target: str, headers: CIMultiDict[str], body: bytes | None
    ) -> AbstractAsyncContextManager[Answer]:
        """Send a request to the service; raises InstanceGone if the connection broke before any byte of an answer,
        and its answer's chunks AnswerBroken later.
        """


class UnusableAnswer(Exception):
    """The answer began and did not end well; its text says how."""


@dataclass(frozen=True)
class _Whole:
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes


class Rewrites:
    def __init__(self, store: Store, run: Run, cache: Cache, timeout_seconds: float) -> None:
        """`timeout_seconds` is for a whole answer; production's is 60, whatever the service's own."""
        self._store = store
        self._run = run
        self._cache = cache
        self._timeout_seconds = timeout_seconds

    async def reply(
        self,
        live: LiveSite,
        generation: int,
        target: RunTarget,
        incoming: Incoming,
        body: Callable[[], Awaitable[bytes | None]],
    ) -> Reply:
        """The service's answer, or an error page. `generation` is the cache's, taken when `live` was looked up."""
        if incoming.method not in _METHODS:
            return error_page(405, f"{incoming.method} is not forwarded to a service.", allow=", ".join(_METHODS))
        if incoming.reads and (hit := self._cache.find(live.place, incoming)):
            return hit
        service = target.name(live.site.project)
        headers = self._request_headers(service, target, incoming)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                content = await body()
        except TimeoutError:
            return error_page(408, f"The request's body did not arrive within {self._timeout_seconds:g} seconds.")
        whole = await self._whole(service, incoming, headers, content)
        return whole if isinstance(whole, Reply) else self._finish(live, generation, incoming, whole, target)

    async def _whole(
        self, service: str, incoming: Incoming, headers: CIMultiDict[str], body: bytes | None
    ) -> _Whole | Reply:
        """The service's answer, or the page for there being none."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._fetch(service, incoming, headers, body)
        except TimeoutError:
            return error_page(504, f"The service did not answer within {self._timeout_seconds:g} seconds.")
        except UnusableAnswer as error:
            log.warning("%s %s: %s", service, incoming.path, error)
            return error_page(502, f"The service's answer could not be used: {error}")
        except InstanceGone as error:
            log.warning("%s %s: %r", service, incoming.path, error)
            return error_page(503, "The service closed the connection before it answered. Its log says why.")

    async def _fetch(self, service: str, incoming: Incoming, headers: CIMultiDict[str], body: bytes | None) -> _Whole:
        tries = _TRIES if incoming.method in _SAFE else 1
        while True:
            tries -= 1
            try:
                async with self._run.open(
                    service, method=incoming.method, target=incoming.target, headers=headers.copy(), body=body
                ) as answer:
                    return _Whole(answer.status, answer.headers, await _buffer(answer))
            except InstanceGone:
                if not tries:
                    raise

    def _request_headers(self, service: str, target: RunTarget, incoming: Incoming) -> CIMultiDict[str]:
        headers = end_to_end(incoming.headers)
        for name in (*_NOT_FORWARDED, *(_ANSWERED_HERE if incoming.reads else ())):
            headers.popall(name, None)
        host = urlsplit((self._store.get(f"run/{service}") or {}).get("uri", "")).netloc or "localhost"
        headers["Host"] = f"{target.tag}---{host}" if target.tag else host
        headers["X-Forwarded-Host"] = headers["x-fh-requested-host"] = incoming.host
        headers["X-Forwarded-Proto"] = incoming.scheme
        # The client, then the hop that the CDN adds: the last address is never the client's.
        before = incoming.headers.getall("X-Forwarded-For", [])
        headers["X-Forwarded-For"] = ", ".join([*before, incoming.client, "127.0.0.1"])
        headers["Fastly-Client-IP"] = incoming.client
        headers["Cache-Control"] = "no-cache, no-store"
        if cookie := session_cookie(incoming.headers):
            headers["Cookie"] = cookie
        if accepts_gzip(incoming.headers):
            headers["Accept-Encoding"] = "gzip"
        return headers

    def _finish(self, live: LiveSite, generation: int, incoming: Incoming, whole: _Whole, target: RunTarget) -> Reply:
        headers = end_to_end(whole.headers)
        if incoming.method != "HEAD":
            headers.popall("Content-Length", None)
        if "Cache-Control" in headers and "private" not in cache_control(headers):
            headers.popall("Set-Cookie", None)
        apply_rules(live.config.headers, incoming.path, headers)
        seconds = lifetime(whole.status, headers)
        headers.setdefault("Cache-Control", "private")
        vary_as_the_cache(headers)
        reply = Reply(whole.status, headers, whole.body, source=target.service)
        compress(reply, incoming)
        self._cache.store(live.place, generation, incoming, reply, seconds)
        return reply


async def _buffer(answer: Answer) -> bytes:
    body = bytearray()
    try:
        async for chunk in answer.chunks():
            body += chunk
            if len(body) > _MOST_ANSWER_BYTES:
                raise UnusableAnswer(f"it is larger than {_MOST_ANSWER_BYTES} bytes")
    except (AnswerBroken, InstanceGone) as error:
        raise UnusableAnswer(f"it ended early, after {len(body)} bytes ({error})") from error
    return bytes(body)
