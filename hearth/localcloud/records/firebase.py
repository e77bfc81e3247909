"""Firebase Management v1beta1: Firebase added to a project, which can't be undone, and what comes with it.

With it comes the default Hosting site, called like the project. Left out: apps, and every other Firebase product.
"""

from collections.abc import Iterable

from aiohttp import web

from hearth.catalog.apis import FIREBASE, FIREBASE_HOSTING
from hearth.localcloud import operations
from hearth.localcloud.errors import exists, not_found
from hearth.localcloud.hosting import sites
from hearth.localcloud.hosting.names import SiteName, find_site
from hearth.localcloud.records import projects
from hearth.localcloud.store import Document, Store

_TYPE = "type.googleapis.com/google.firebase.management.v1beta1.FirebaseProject"


def routes(store: Store) -> Iterable[web.RouteDef]:
    async def add(request: web.Request) -> web.Response:
        project = request.match_info["project"]
        name = f"projects/{project}"
        if store.get(f"{FIREBASE.prefix}/{name}") is not None:
            raise exists(name)
        with store.transaction():
            store.put(f"{FIREBASE.prefix}/{name}", {"name": name})
            _add_default_site(store, project)
        response = {"@type": _TYPE} | _shown(store, project)
        return web.json_response(operations.completed(store, FIREBASE.prefix, "", {}, response))

    async def get(request: web.Request) -> web.Response:
        project = request.match_info["project"]
        if store.get(f"{FIREBASE.prefix}/projects/{project}") is None:
            raise not_found(f"projects/{project}")
        return web.json_response(_shown(store, project))

    async def list_(_request: web.Request) -> web.Response:
        names = [key.rpartition("/")[2] for key, _ in store.children(f"{FIREBASE.prefix}/projects")]
        return web.json_response({"results": [_shown(store, name) for name in names]})

    base = f"/{FIREBASE.prefix}/{FIREBASE.version}/projects"
    return [
        web.get(base, list_),
        web.get(f"{base}/{{project:[^/:]+}}", get),
        web.post(f"{base}/{{project:[^/:]+}}:addFirebase", add),
    ]


def _add_default_site(store: Store, project: str) -> None:
    # Site ids are unique over all projects; where the name is taken, Google picks another or none.
    if find_site(store, project) is None:
        site = SiteName(project, project)
        sites.add(store, site, sites.new(site, sites.DEFAULT_SITE))


def _shown(store: Store, project: str) -> Document:
    return {
        "name": f"projects/{project}",
        "projectId": project,
        "projectNumber": projects.number(project),
        "displayName": project,
        "state": "ACTIVE",
        "resources": _resources(store, project),
    }


def _resources(store: Store, project: str) -> Document:
    found = store.children(f"{FIREBASE_HOSTING.prefix}/projects/{project}/sites")
    default = [key.rpartition("/")[2] for key, site in found if site.get("type") == "DEFAULT_SITE"]
    return {"hostingSite": default[0]} if default else {}
