"""Pass one request to an instance and its answer back, changing what Cloud Run changes and nothing else.

Left out: WebSockets and other upgrades (the header is dropped, as hop-by-hop), HTTP/2 to the container, gRPC.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from hearth.localcloud.run import answer
from hearth.localcloud.run.answer import Answer
from hearth.localcloud.run.errors import InstanceGone
from hearth.localcloud.run.instance import Instance

BODY_LIMIT = 32 * 1024 * 1024
"""Largest request body over HTTP/1 (Cloud Run, "Quotas and limits")."""

# RFC 9110, section 7.6.1, and what proxies of old knew.
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
    | {"proxy-authenticate", "proxy-authorization"}
)
_NOT_CACHED = ("private", "no-store")


class BodyTooLarge(Exception):
    """The request's body is longer than BODY_LIMIT."""


class Body:
    """A request's body on its way to the instance, counted."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self.too_large = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._chunks:
            size += len(chunk)
            if size > BODY_LIMIT:
                self.too_large = True
                raise BodyTooLarge
            yield chunk


@asynccontextmanager
async def forward(
    instance: Instance,
    *,
    method: str,
    target: str,
    headers: CIMultiDict[str],
    body: bytes | Body | None,
    seconds: float,
) -> AsyncIterator[Answer]:
    """Raises InstanceGone when no answer came, though not because of time."""
    url = URL(f"http://127.0.0.1:{instance.port}{target}", encoded=True)
    deadline = asyncio.get_running_loop().time() + seconds
    with instance.in_use() as session:
        try:
            async with asyncio.timeout_at(deadline):
                response = await session.request(
                    method,
                    url,
                    headers=request_headers(headers),
                    data=body,
                    allow_redirects=False,
                    skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
                )
        except TimeoutError:
            yield answer.page(504)
            return
        except (aiohttp.ClientError, OSError, BodyTooLarge) as fault:
            if isinstance(body, Body) and body.too_large:
                yield answer.page(413)
                return
            raise InstanceGone(repr(fault)) from fault
        try:
            yield Answer(response.status, response_headers(response.headers), answer.stream(response, deadline))
        finally:
            # An answer that was not read to its end takes its connection with it.
            response.close() if not response.content.at_eof() else response.release()


def request_headers(headers: CIMultiDict[str]) -> CIMultiDict[str]:
    """What the instance gets: without hop-by-hop headers, with a trace context."""
    passed = end_to_end(headers)
    # aiohttp answered it already, and the instance must not wait for it a second time.
    passed.popall("Expect", None)
    passed.setdefault("X-Forwarded-Proto", "http")
    if "traceparent" not in passed:
        # Not sampled: that is the rule on Cloud Run too, with few exceptions.
        passed["traceparent"] = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"
    if "X-Cloud-Trace-Context" not in passed and (context := _cloud_trace(passed["traceparent"])):
        passed["X-Cloud-Trace-Context"] = context
    return passed


def response_headers(headers: Mapping[str, str]) -> CIMultiDict[str]:
    """What the client gets. An answer that sets a cookie is made private (container runtime contract)."""
    passed = end_to_end(headers)
    if "Set-Cookie" in passed and not any(word in passed.get("Cache-Control", "").lower() for word in _NOT_CACHED):
        passed["Cache-Control"] = "private"
    passed["Server"] = answer.SERVER
    return passed


def end_to_end(headers: Mapping[str, str]) -> CIMultiDict[str]:
    """Without the headers that are about one connection."""
    passed = CIMultiDict(headers)
    named = {name.strip().lower() for value in passed.getall("Connection", []) for name in value.split(",")}
    for name in (_HOP_BY_HOP | named) - {""}:
        passed.popall(name, None)
    return passed


def _cloud_trace(traceparent: str) -> str | None:
    """The legacy header of the same trace: hexadecimal trace, decimal span."""
    parts = traceparent.split("-")
    try:
        _, trace, span, flags = parts
        return f"{trace}/{int(span, 16)};o={int(flags, 16) & 1}"
    except ValueError:
        return None
