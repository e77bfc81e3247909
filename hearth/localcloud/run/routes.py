"""The routes of Cloud Run's Admin API v2. IAM policies of services are served with all others, by `records`."""

from collections.abc import Iterable

from aiohttp import web

from hearth.localcloud import bodies
from hearth.localcloud.run.rest import PARENT, flag, listed, parent
from hearth.localcloud.run.services import Services
from hearth.localcloud.store import Document, public

_BASE = f"/run/v2/{PARENT}/services"
_SERVICE = _BASE + "/{service:[^/:]+}"
_REVISION = _SERVICE + "/revisions/{revision:[^/:]+}"


class Routes:
    """Requests in, `Services` asked, JSON out."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def all(self) -> Iterable[web.RouteDef]:
        return [
            web.post(_BASE, self._create),
            web.get(_BASE, self._list),
            web.get(_SERVICE, self._get),
            web.patch(_SERVICE, self._patch),
            web.delete(_SERVICE, self._delete),
            web.get(f"{_SERVICE}/revisions", self._list_revisions),
            web.get(_REVISION, self._get_revision),
            web.delete(_REVISION, self._delete_revision),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        return web.json_response(await self._created(request, request.query.get("serviceId", "")))

    async def _patch(self, request: web.Request) -> web.Response:
        name = _name(request)
        if flag(request, "allowMissing") and not self._services.exists(name):
            return web.json_response(await self._created(request, request.match_info["service"]))
        operation = await self._services.update(
            name,
            await bodies.read(request),
            mask=request.query.get("updateMask"),
            validate_only=flag(request, "validateOnly"),
        )
        return web.json_response(operation)

    async def _created(self, request: web.Request, short: str) -> Document:
        return await self._services.create(
            parent(request), short, await bodies.read(request), validate_only=flag(request, "validateOnly")
        )

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response(public(self._services.get(_name(request))))

    async def _list(self, request: web.Request) -> web.Response:
        return listed(request, "services", self._services.all(parent(request)))

    async def _delete(self, request: web.Request) -> web.Response:
        return web.json_response(await self._services.delete(_name(request)))

    async def _get_revision(self, request: web.Request) -> web.Response:
        return web.json_response(public(self._services.revision(_revision(request))))

    async def _list_revisions(self, request: web.Request) -> web.Response:
        return listed(request, "revisions", self._services.revisions(_name(request)))

    async def _delete_revision(self, request: web.Request) -> web.Response:
        return web.json_response(self._services.delete_revision(_revision(request)))


def _name(request: web.Request) -> str:
    return f"{parent(request)}/services/{request.match_info['service']}"


def _revision(request: web.Request) -> str:
    return f"{_name(request)}/revisions/{request.match_info['revision']}"
