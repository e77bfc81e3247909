"""Resource Manager v1: projects. Every `demo-*` project exists: making one is not part of any stack here.

Their policies are the general ones of `policies`; the caller is taken for the owner, who has every permission.
"""

import hashlib
from collections.abc import Iterable

from aiohttp import web

from hearth.catalog.apis import RESOURCE_MANAGER
from hearth.localcloud import times
from hearth.localcloud.store import Document, Store


def number(project: str) -> str:
    """The project's number: twelve digits, always the same for an id, as agents' addresses hold it."""
    return str(10**11 + int(hashlib.sha256(project.encode()).hexdigest(), 16) % (9 * 10**11))


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
