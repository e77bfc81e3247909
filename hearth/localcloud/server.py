"""The local cloud as one process: its parts composed, its APIs on one port, started and stopped in order.

It knows no API itself: parts bring routes, and every answer that is not a part's own is made here, in the shape
that Google's clients read.
"""

import asyncio
import logging
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from hearth.localcloud import console, guard, locking, logs, operations
from hearth.localcloud.build.api import CloudBuild
from hearth.localcloud.calls import Calls
from hearth.localcloud.cloud import Cloud, Part, Ports
from hearth.localcloud.databases.part import Databases
from hearth.localcloud.errors import ApiError
from hearth.localcloud.hosting.hosting import Hosting
from hearth.localcloud.identity import Identity
from hearth.localcloud.kept.part import Kept
from hearth.localcloud.records import Records, projects, services
from hearth.localcloud.run import CloudRun
from hearth.localcloud.store import FILE, Store

log = logging.getLogger(__name__)

# Documents, not content: uploads are streamed and have limits of their own.
_MOST_BODY_BYTES = 32 * 1024 * 1024
# Requests under way when it stops; instances get Cloud Run's own ten seconds from their part.
_DRAIN_SECONDS = 2.0


def serve(root: Path, ports: Ports) -> None:
    """Run a local cloud in this process until SIGTERM or SIGINT. Raises as `running` does."""
    asyncio.run(run(root, ports))


async def run(root: Path, ports: Ports) -> None:
    """Like `serve`, in the caller's event loop, which must be the main thread's."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    async with running(root, ports):
        await stop.wait()


def all_parts(cloud: Cloud) -> Sequence[Part]:
    """Every part, each after those that it uses."""
    run, databases = CloudRun(cloud), Databases(cloud)
    records = Records(cloud, sql_servers=databases.cloud_sql, firestore_server=databases.firestore)
    kept, identity = Kept(cloud), Identity(cloud)
    return [databases, records, kept, identity, CloudBuild(cloud), run, Hosting(cloud, run), Calls(cloud)]


@asynccontextmanager
async def running(
    root: Path, ports: Ports, compose: Callable[[Cloud], Sequence[Part]] = all_parts, *, records_only: bool = False
) -> AsyncIterator[Cloud]:
    """A local cloud that serves for as long as the context is open; `compose` says which parts it has.

    One that is `records_only` takes any project, so its parts must not start anything (`hearth.localcloud.recorded`).
    The APIs' port may be 0: then the system gives one that is free, and the cloud says which.

    Raises locking.AlreadyRunningError when another one works in `root`, OSError when the APIs' port is taken.
    """
    root = _private(root)
    async with AsyncExitStack() as stack:
        stack.enter_context(locking.lock_folder(root))
        stack.enter_context(logs.log_to(root / "logs"))
        # Bound before anything starts, listening only once everything has: until then clients are refused, and a
        # taken port is found while there is nothing to undo.
        listener = stack.enter_context(_bound(ports.apis))
        ports = replace(ports, apis=listener.getsockname()[1])
        store = Store(root / FILE)
        stack.callback(store.close)
        for name in operations.abort_unfinished(store):
            log.warning("operation %s was left unfinished by a killed process", name)
        cloud = Cloud(root=root, store=store, ports=ports, records_only=records_only)
        parts = compose(cloud)
        for part in parts:
            # Pushed first, so that a part which fails half-way still ends what it began.
            stack.push_async_callback(part.stop)
            await part.start()
        runner = web.AppRunner(application(cloud, parts), access_log=None, shutdown_timeout=_DRAIN_SECONDS)
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        await web.SockSite(runner, listener).start()
        log.info("serving %s, process %d, folder %s", cloud.origin, os.getpid(), root)
        yield cloud
        log.info("stopping")


def application(cloud: Cloud, parts: Iterable[Part]) -> web.Application:
    """Everything that the APIs' port answers."""
    guarded = [] if cloud.records_only else [guard.projects(partial(projects.find_by_number, cloud.store))]
    app = web.Application(
        client_max_size=_MOST_BODY_BYTES,
        middlewares=[_answered, guard.callers, *guarded, services.enforced(cloud.store)],
    )
    app.add_routes(console.routes(cloud))
    app.add_routes(operations.routes(cloud.store))
    for part in parts:
        app.add_routes(part.routes())
    app.add_routes([web.get("/_local/methods", _methods)])
    return app


async def _methods(request: web.Request) -> web.Response:
    """Every method that is played, as its route says it; the router is the one place that knows."""
    known = {
        (route.resource.canonical, route.method)
        for route in request.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    return web.json_response({"methods": [f"{method} {path}" for path, method in sorted(known)]})


def _private(root: Path) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    # It holds secrets in clear, which no other user of the machine may read.
    root.chmod(0o700)
    return root.resolve()


@web.middleware
async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever a handler raises into an answer that Google's clients can read, and log the request."""
    began = time.perf_counter()
    status = 0
    try:
        response = await _google_shaped(request, handler)
        status = response.status
        return response
    finally:
        # Status 0: the client went away before there was an answer.
        milliseconds = (time.perf_counter() - began) * 1000
        # An open page asks every second, which would bury all the rest.
        level = logging.DEBUG if request.path == console.LIVE and status == 200 else logging.INFO
        log.log(level, "%s %s %d %.0f ms", request.method, request.rel_url.raw_path, status, milliseconds)


async def _google_shaped(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        return error.response()
    except web.HTTPRequestEntityTooLarge:
        return ApiError(413, f"Request payload is larger than the limit of {_MOST_BODY_BYTES} bytes.").response()
    except web.HTTPException as error:
        if request.match_info.http_exception is not error:
            raise
        # Said in so many words: whoever reads it must see a limit of the local cloud, not a missing resource.
        unknown = ApiError(
            404,
            f"The local cloud does not know the method {request.method} {request.path}. It plays the API methods that "
            "GET /_local/methods lists, and refuses all others rather than guess.",
        )
        return console.not_found(request, unknown.message) or unknown.response()
    except Exception as error:
        if isinstance(error, ConnectionResetError) and (request.transport is None or request.transport.is_closing()):
            # The caller hung up while it still sent, so that nobody reads the answer; 499 is for the log.
            return web.Response(status=499)
        log.exception("%s %s failed", request.method, request.rel_url.raw_path)
        return ApiError(500, "Internal error of the local cloud; logs/cloud.log has the traceback.").response()


@contextmanager
def _bound(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # A port in TIME_WAIT, after a restart, is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        yield listener
