"""What runs where, as a page for people (`/`) and as JSON for commands (`/_local/status`). Read only.

Made on the server and without anything from elsewhere, so it works offline. The script only asks for the page's main
part again and again; without it, the page shows what was there when it was loaded.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from aiohttp import web

from hearth.localcloud import code
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.console import page
from hearth.localcloud.status import status

LIVE: Final = "/_local/console"
"""The page's main part alone, which an open page asks for every second."""

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_FILES: Final = {page.SCRIPT: "text/javascript", page.STYLE: "text/css"}


def routes(cloud: Cloud) -> Iterable[web.RouteDef]:
    # Of what was loaded, not of what lies there when somebody asks.
    loaded = code.digest()

    async def whole(_request: web.Request) -> web.Response:
        return _html(page.render(cloud, status(cloud)))

    async def live(_request: web.Request) -> web.Response:
        return _html(page.main(cloud, status(cloud)))

    async def data(_request: web.Request) -> web.Response:
        return web.json_response(status(cloud))

    async def health(_request: web.Request) -> web.Response:
        ports = {"apis": cloud.ports.apis, "edge": cloud.ports.edge, "service": cloud.ports.service}
        return web.json_response(
            {
                "status": "ok",
                "pid": os.getpid(),
                "ports": ports,
                "root": str(cloud.root),
                "code": loaded,
            }
        )

    yield from (
        web.get("/", whole),
        web.get(LIVE, live),
        web.get("/_local/status", data),
        web.get("/_local/health", health),
    )
    yield from (_file(path, content_type) for path, content_type in _FILES.items())


def not_found(request: web.Request, message: str) -> web.Response | None:
    """A page for whoever looked in a browser; None for a client of an API, which reads no HTML."""
    if request.method != "GET" or "text/html" not in request.headers.get("Accept", ""):
        return None
    return _html(page.not_found(message), status=404)


def _file(path: str, content_type: str) -> web.RouteDef:
    content = Path(__file__).with_name(path.rpartition("/")[2]).read_text(encoding="utf-8")

    async def file(_request: web.Request) -> web.Response:
        return web.Response(text=content, content_type=content_type, headers=_HEADERS)

    return web.get(path, file)


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", headers=_HEADERS)
