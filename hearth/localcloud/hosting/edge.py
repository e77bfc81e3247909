"""Hosting's data plane: what a browser gets, by the rules of the released version.

The order is the guide's ("Hosting priority order"): reserved `/__/*`, redirects, the file at exactly this path,
rewrites, the version's 404.html, a default page. Header rules apply by the path that was asked for, and also by
`/404.html` where that page is the answer; not to the pages for a service that failed, which no rule may make cacheable.

Files answer GET and HEAD alone. Production does not say what happens to other methods at a file's path; here the
rewrites get them, and 405 comes where none takes them. `X-Cache` speaks of services' answers: files are always a MISS.
"""

import asyncio
import json
import logging
import time

from aiohttp import web
from multidict import CIMultiDict

from hearth.localcloud.hosting.cache import Cache
from hearth.localcloud.hosting.conditional import not_modified
from hearth.localcloud.hosting.config import RunTarget
from hearth.localcloud.hosting.content import Contents
from hearth.localcloud.hosting.files import Found, Moved, resolve
from hearth.localcloud.hosting.headers import apply_rules
from hearth.localcloud.hosting.live import LiveSite, LiveSites
from hearth.localcloud.hosting.pages import error_page, site_not_found
from hearth.localcloud.hosting.reply import FilePart, Incoming, Reply
from hearth.localcloud.hosting.requests import BadRequest, quote_path, read_body, read_request
from hearth.localcloud.hosting.rewrites import Rewrites
from hearth.localcloud.hosting.static import file_reply, read_part
from hearth.localcloud.request_log import RequestLog
from hearth.localcloud.run.proxy import BodyTooLarge

log = logging.getLogger(__name__)

_NOT_FOUND_PAGE = "/404.html"
_RESERVED = "/__/"
_INIT = "/__/firebase/init.json"
_HSTS = "max-age=31556926; includeSubDomains; preload"
_SERVED_BY = "cache-localhost"
_FILE_METHODS = "GET, HEAD"


class Edge:
    def __init__(self, sites: LiveSites, contents: Contents, rewrites: Rewrites, cache: Cache, log: RequestLog) -> None:
        self._sites = sites
        self._contents = contents
        self._rewrites = rewrites
        self._cache = cache
        self._log = log

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request; whatever goes wrong is a page and a line in the log."""
        began = time.time()
        reply = await self._reply(request)
        if (
            reply.status in (200, 206)
            and request.method in ("GET", "HEAD")
            and not_modified(request.headers, reply.headers)
        ):
            reply = _without_body(reply)
        took = (time.time() - began) * 1000
        reply.headers["Strict-Transport-Security"] = _HSTS
        reply.headers["X-Served-By"] = _SERVED_BY
        reply.headers["X-Cache"] = "HIT" if reply.hits else "MISS"
        reply.headers["X-Cache-Hits"] = str(reply.hits)
        reply.headers["X-Timer"] = f"S{began:.6f},VS0,VE{took:.0f}"
        response = _response(reply, request)
        try:
            return await _send(request, response, reply)
        finally:
            self._log.write(
                method=request.method,
                host=request.headers.get("Host", "-"),
                raw_path=request.rel_url.raw_path,
                status=reply.status,
                source=reply.source,
                hit=bool(reply.hits),
                sent=response.body_length,
                milliseconds=(time.time() - began) * 1000,
            )

    async def _reply(self, request: web.BaseRequest) -> Reply:
        try:
            incoming = read_request(request)
            # Together, with nothing awaited between them: an answer to an older release must not outlive its purge.
            live = self._sites.find(incoming.host)
            if live is None:
                return site_not_found(incoming.host)
            generation = self._cache.generation(live.place)
            return await self._answer(request, incoming, live, generation)
        except BadRequest as error:
            return error_page(400, str(error))
        except BodyTooLarge:
            return error_page(413, "A request may have at most 32 MiB.")
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception:
            log.exception("%s %s failed", request.method, request.rel_url.raw_path)
            return error_page(500, "The edge failed. cloud.log has the traceback.")

    async def _answer(self, request: web.BaseRequest, incoming: Incoming, live: LiveSite, generation: int) -> Reply:
        if incoming.path.startswith(_RESERVED) or incoming.path == _RESERVED[:-1]:
            return _reserved(incoming, live)
        reply = _redirect(incoming, live) or (self._file(incoming, live) if incoming.reads else None)
        if reply is None:
            target = live.config.rewrite(incoming.path)
            if isinstance(target, RunTarget):
                # It applies the header rules itself, before it decides about caching.
                return await self._rewrites.reply(live, generation, target, incoming, lambda: read_body(request))
            reply = self._destination(incoming, live, target) if target else None
        if reply is None:
            return self._missing(incoming, live)
        apply_rules(live.config.headers, incoming.path, reply.headers)
        return reply

    def _file(self, incoming: Incoming, live: LiveSite) -> Reply | None:
        found = _resolve(incoming, live)
        if isinstance(found, Moved):
            query = f"?{incoming.query}" if incoming.query else ""
            return _moved(301, quote_path(found.path) + query)
        return self._serve(incoming, live, found.path) if isinstance(found, Found) else None

    def _destination(self, incoming: Incoming, live: LiveSite, path: str) -> Reply | None:
        """A rewrite to a file."""
        if path not in live.files:
            return None
        if not incoming.reads:
            return error_page(405, "Files answer GET and HEAD.", allow=_FILE_METHODS)
        return self._serve(incoming, live, path)

    def _missing(self, incoming: Incoming, live: LiveSite) -> Reply:
        rules = live.config.headers
        if isinstance(_resolve(incoming, live), Found):
            # Not GET or HEAD, or it would have been served.
            reply = error_page(405, "Files answer GET and HEAD.", allow=_FILE_METHODS)
        elif _NOT_FOUND_PAGE in live.files:
            reply = self._serve(incoming, live, _NOT_FOUND_PAGE, status=404)
        else:
            reply = error_page(404, "This site has no page at this address, and no 404.html.")
        apply_rules(rules, incoming.path, reply.headers)
        if reply.source == "file":
            apply_rules(rules, _NOT_FOUND_PAGE, reply.headers)
        return reply

    def _serve(self, incoming: Incoming, live: LiveSite, path: str, status: int = 200) -> Reply:
        content = self._contents.find(live.files[path])
        if content is None:
            raise FileNotFoundError(f"the content {live.files[path]} of {path} is no longer stored")
        return file_reply(content, path, incoming, live.released, status)


def _resolve(incoming: Incoming, live: LiveSite) -> Found | Moved | None:
    config = live.config
    return resolve(live.files, incoming.path, clean_urls=config.clean_urls, trailing_slash=config.trailing_slash)


def _reserved(incoming: Incoming, live: LiveSite) -> Reply:
    if incoming.path != _INIT:
        return error_page(404, "Paths below /__/ are reserved for Hosting, and there is nothing at this one.")
    if not incoming.reads:
        return error_page(405, "Files answer GET and HEAD.", allow=_FILE_METHODS)
    project = live.site.project
    body = json.dumps({"projectId": project, "authDomain": f"{project}.firebaseapp.com"}).encode()
    return Reply(200, CIMultiDict({"Content-Type": "application/json", "Cache-Control": "max-age=3600"}), body)


def _redirect(incoming: Incoming, live: LiveSite) -> Reply | None:
    for rule in live.config.redirects:
        location = rule.target(incoming.path, incoming.query)
        if location is not None:
            return _moved(rule.status, location)
    return None


def _moved(status: int, location: str) -> Reply:
    return Reply(status, CIMultiDict({"Location": location, "Cache-Control": "max-age=3600"}))


def _without_body(reply: Reply) -> Reply:
    """The 304 in place of a 200 (RFC 9110, 15.4.5)."""
    headers = CIMultiDict(
        (name, value) for name, value in reply.headers.items() if not name.lower().startswith("content-")
    )
    return Reply(304, headers, hits=reply.hits, source=reply.source)


def _response(reply: Reply, request: web.BaseRequest) -> web.StreamResponse:
    if isinstance(reply.body, FilePart):
        response = web.StreamResponse(status=reply.status, headers=reply.headers)
        response.content_length = reply.body.stop - reply.body.start
        return response
    if request.method == "HEAD" and not reply.body:
        # A service answered the HEAD itself; its Content-Length is about the body of a GET.
        return web.Response(status=reply.status, headers=reply.headers)
    return web.Response(status=reply.status, headers=reply.headers, body=reply.body)


async def _send(request: web.BaseRequest, response: web.StreamResponse, reply: Reply) -> web.StreamResponse:
    if reply.status in (408, 413):
        # What is left of the body will not be read.
        response.force_close()
    await response.prepare(request)
    if isinstance(reply.body, FilePart) and request.method != "HEAD":
        for piece in read_part(reply.body):
            await response.write(piece)
    await response.write_eof()
    return response
