"""What the routes of services and of jobs have in common."""

from aiohttp import web

from hearth.localcloud.records.collections import public
from hearth.localcloud.records.pages import page
from hearth.localcloud.store import Document

PARENT = "projects/{project}/locations/{location}"

_PAGE = 100


def parent(request: web.Request) -> str:
    """The relative name of the location that a request is about."""
    return PARENT.format(**request.match_info)


def flag(request: web.Request, name: str) -> bool:
    """A boolean of the query; false where it is absent."""
    return request.query.get(name, "").lower() == "true"


def listed(request: web.Request, kind: str, found: list[Document]) -> web.Response:
    """One page of a list."""
    chosen, token = page(request, [(each["name"], public(each)) for each in found], default=_PAGE, most=_PAGE)
    return web.json_response({kind: chosen} | token)
