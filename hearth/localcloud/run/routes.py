"""The routes of services and their revisions."""

from collections.abc import Iterable

from aiohttp import web

from hearth.localcloud.run import rest
from hearth.localcloud.run.services import Services
from hearth.localcloud.store import public


def routes(services: Services) -> Iterable[web.RouteDef]:
    async def get(request: web.Request) -> web.Response:
        return web.json_response(public(services.get(_revision(request))))

    async def list_(request: web.Request) -> web.Response:
        return rest.list_page(request, "revisions", services.revisions(rest.name(request, "service")))

    async def delete(request: web.Request) -> web.Response:
        return web.json_response(services.delete_revision(_revision(request)))

    revisions = f"{rest.path('service')}/revisions"
    return [
        *rest.routes("service", services),
        web.get(revisions, list_),
        web.get(revisions + "/{revision:[^/:]+}", get),
        web.delete(revisions + "/{revision:[^/:]+}", delete),
    ]


def _revision(request: web.Request) -> str:
    return f"{rest.name(request, 'service')}/revisions/{request.match_info['revision']}"
