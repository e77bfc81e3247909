"""What the routes of services and of jobs have in common."""

from aiohttp import web

from hearth.localcloud import pages
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
    return pages.answer(request, kind, found, default=_PAGE, most=_PAGE)
