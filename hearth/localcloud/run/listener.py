"""The URL of a service: a port on loopback, and the service behind it."""

import logging
import socket
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from aiohttp import web
from multidict import CIMultiDict

from hearth.localcloud.request_log import RequestLog
from hearth.localcloud.run import answer
from hearth.localcloud.run.answer import Answer
from hearth.localcloud.run.errors import AnswerBroken, InstanceGone
from hearth.localcloud.run.proxy import Body

log = logging.getLogger(__name__)

Serve = Callable[..., AbstractAsyncContextManager[Answer]]
"""Takes method, target, headers and body by name."""

_NO_BODY = frozenset({204, 304})
_LONGEST_LINE = 64 * 1024
# A service that is deleted, or whose cloud stops, is gone at once; longer requests are cut. Zero would mean forever.
_LAST_SECONDS = 0.1


def bind(port: int) -> socket.socket | None:
    """A socket on this port of loopback, or None when it is taken."""
    bound = socket.socket()
    # Connections of the process before, in TIME_WAIT, must not keep a restarted cloud from its ports.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(("127.0.0.1", port))
        bound.listen()
    except OSError:
        bound.close()
        return None
    return bound


class Listener:
    """Answers on a bound socket until it is closed."""

    def __init__(self, serve: Serve, name: str, requests: RequestLog) -> None:
        """`name` is whose answers these are, in the log of requests."""
        self._serve = serve
        self._name = name
        self._requests = requests
        self._runner: web.AppRunner | None = None

    async def open(self, bound: socket.socket) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=_LAST_SECONDS,
            auto_decompress=False,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
        )
        await self._runner.setup()
        await web.SockSite(self._runner, bound).start()

    async def close(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        began = time.monotonic()
        response = await self._answer(request)
        self._requests.write(
            method=request.method,
            host=request.headers.get("Host", "-"),
            raw_path=request.raw_path,
            status=response.status,
            source=self._name,
            sent=response.body_length,
            milliseconds=(time.monotonic() - began) * 1000,
        )
        return response

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        headers = CIMultiDict(request.headers)
        # Appended, never replaced: the last address is the only one that Cloud Run vouches for.
        forwarded = [*headers.popall("X-Forwarded-For", []), request.remote or "127.0.0.1"]
        headers["X-Forwarded-For"] = ", ".join(forwarded)
        # True, and what Cloud Run never says: a service that redirects to https must not do so here.
        headers["X-Forwarded-Proto"] = "http"
        body = Body(request.content.iter_any()) if request.can_read_body else None
        target = request.raw_path if request.raw_path.startswith("/") else request.rel_url.raw_path_qs
        try:
            async with self._serve(method=request.method, target=target, headers=headers, body=body) as found:
                return await _send(request, found)
        except InstanceGone as gone:
            log.warning("%s %s: the instance broke the connection: %s", request.method, request.path, gone)
            return await _send(request, answer.page(503))


async def _send(request: web.Request, found: Answer) -> web.StreamResponse:
    response = web.StreamResponse(status=found.status, headers=found.headers)
    await response.prepare(request)
    try:
        if request.method != "HEAD" and found.status not in _NO_BODY:
            async for chunk in found.chunks():
                await response.write(chunk)
        await response.write_eof()
    except AnswerBroken:
        # A length or an end was promised: only a broken connection tells the client that it will not come.
        if request.transport:
            request.transport.abort()
    except ConnectionError:
        log.info("%s %s: the client left before the end of the answer", request.method, request.path)
    return response
