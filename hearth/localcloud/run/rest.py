"""The routes that services and jobs have alike in Cloud Run's Admin API v2.

IAM policies are served with all others, by `records`.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from aiohttp import web

from hearth.localcloud import bodies, pages
from hearth.localcloud.store import Document, public

if TYPE_CHECKING:
    from hearth.localcloud.run.jobs.jobs import Jobs
    from hearth.localcloud.run.services import Services

_PARENT = "projects/{project}/locations/{location}"
_BASE = f"/run/v2/{_PARENT}"
_PAGE = 100


def path(kind: str) -> str:
    """Pattern of the path of one `service` or `job`."""
    return f"{_BASE}/{kind}s/{{{kind}:[^/:]+}}"


def name(request: web.Request, kind: str) -> str:
    """Relative name of the `service` or `job` that a request is about."""
    return f"{_parent(request)}/{kind}s/{request.match_info[kind]}"


def list_page(request: web.Request, field: str, found: list[Document]) -> web.Response:
    """One page of a list."""
    return pages.list_response(request, field, found, default=_PAGE, most=_PAGE)


def routes(kind: str, resources: "Services | Jobs") -> Iterable[web.RouteDef]:
    """Create, list, get, patch and delete."""

    async def created(request: web.Request, id: str) -> web.Response:
        body, only = await bodies.read(request), _flag(request, "validateOnly")
        return web.json_response(await resources.create(_parent(request), id, body, validate_only=only))

    async def create(request: web.Request) -> web.Response:
        return await created(request, request.query.get(f"{kind}Id", ""))

    async def patch(request: web.Request) -> web.Response:
        if _flag(request, "allowMissing") and not resources.exists(name(request, kind)):
            return await created(request, request.match_info[kind])
        body, mask, only = await bodies.read(request), request.query.get("updateMask"), _flag(request, "validateOnly")
        return web.json_response(await resources.update(name(request, kind), body, mask=mask, validate_only=only))

    async def get(request: web.Request) -> web.Response:
        return web.json_response(public(resources.get(name(request, kind))))

    async def list_(request: web.Request) -> web.Response:
        return list_page(request, f"{kind}s", resources.all(_parent(request)))

    async def delete(request: web.Request) -> web.Response:
        return web.json_response(await resources.delete(name(request, kind)))

    return [
        web.post(f"{_BASE}/{kind}s", create),
        web.get(f"{_BASE}/{kind}s", list_),
        web.get(path(kind), get),
        web.patch(path(kind), patch),
        web.delete(path(kind), delete),
    ]


def _parent(request: web.Request) -> str:
    return _PARENT.format(**request.match_info)


def _flag(request: web.Request, parameter: str) -> bool:
    """A boolean of the query; false where it is absent."""
    return request.query.get(parameter, "").lower() == "true"
