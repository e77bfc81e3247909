"""Resource Manager v1: projects. Every `demo-*` project exists: making one is not part of any stack here.

Their policies are the general ones of `policies`; the caller is taken for the owner, who has every permission.
"""

from collections.abc import Iterable

from aiohttp import web

from hearth.catalog.apis import RESOURCE_MANAGER, SERVICE_USAGE
from hearth.catalog.projects import number
from hearth.localcloud import times
from hearth.localcloud.store import Document, Store

__all__ = ["get", "number", "routes"]


def find_by_number(store: Store, wanted: str) -> str | None:
    """The id of the project with this number, if it has been used here: numbers are answered, and come back."""
    used = {
        name.split("/")[2]
        for api in (RESOURCE_MANAGER, SERVICE_USAGE)
        for name, _ in store.below(f"{api.prefix}/projects")
    }
    return next((project for project in used if number(project) == wanted), None)


def get(store: Store, project: str) -> Document:
    """The project; it is made at its first look-up."""
    key = f"{RESOURCE_MANAGER.prefix}/projects/{project}"
    found = store.get(key)
    if found is None:
        found = {
            "projectNumber": number(project),
            "projectId": project,
            "lifecycleState": "ACTIVE",
            "name": project,
            "createTime": times.now(),
        }
        store.put(key, found)
    return found


def routes(store: Store) -> Iterable[web.RouteDef]:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(get(store, request.match_info["project"]))

    base = f"/{RESOURCE_MANAGER.prefix}/{RESOURCE_MANAGER.version}"
    return [web.get(f"{base}/projects/{{project:[^/:]+}}", answer)]
