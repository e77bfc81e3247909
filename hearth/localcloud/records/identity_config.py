"""Identity Toolkit v2: whether and how a project's people sign in. It can be switched on once and never off.

Left out: tenants, other providers, second factors, quotas, blocking functions, and what they would change.
"""

from collections.abc import Iterable

from aiohttp import web

from hearth.catalog.apis import IDENTITY_TOOLKIT
from hearth.localcloud import bodies
from hearth.localcloud.errors import ApiError, not_found
from hearth.localcloud.records import projects
from hearth.localcloud.store import Document, Store

_FIELDS = {
    "authorizedDomains": list,
    "autodeleteAnonymousUsers": bool,
    "client": dict,
    "mfa": dict,
    "monitoring": dict,
    "multiTenant": dict,
    "signIn": dict,
    "smsRegionConfig": dict,
}
# The Firebase CLI writes the version in another way, and the mask, too.
_BASE = f"/{IDENTITY_TOOLKIT.prefix}/{{version:(?:admin/)?{IDENTITY_TOOLKIT.version}}}/projects/{{project}}"


def get_config(store: Store, project: str) -> Document | None:
    """The project's configuration; None where nobody can sign in."""
    return store.get(_key(project))


def routes(store: Store) -> Iterable[web.RouteDef]:
    async def initialize(request: web.Request) -> web.Response:
        project = request.match_info["project"]
        if get_config(store, project) is not None:
            raise ApiError(
                400,
                "INVALID_PROJECT_ID : Identity Platform has already been enabled for this project.",
            )
        begun = {
            "name": f"projects/{projects.number(project)}/config",
            "subtype": "IDENTITY_PLATFORM",
            "authorizedDomains": ["localhost", f"{project}.firebaseapp.com", f"{project}.web.app"],
            "client": {"firebaseSubdomain": project},
        }
        store.put(_key(project), begun)
        return web.json_response({})

    async def get(request: web.Request) -> web.Response:
        return web.json_response(_found(store, request.match_info["project"]))

    async def patch(request: web.Request) -> web.Response:
        project = request.match_info["project"]
        change = await bodies.read(request)
        config = _found(store, project)
        named = request.query.get("updateMask") or request.query.get("update_mask") or ",".join(change)
        mask = [field for field in named.split(",") if field]
        for field in mask:
            if field not in _FIELDS:
                raise ApiError(
                    400,
                    f"Invalid field mask: the local cloud only changes {', '.join(_FIELDS)} of config, not {field}.",
                )
            if not isinstance(change.get(field, _FIELDS[field]()), _FIELDS[field]):
                raise ApiError(400, f"Invalid value at 'config.{field}'.")
            if field in change:
                config[field] = change[field]
            else:
                config.pop(field, None)
        config["client"] = {**config.get("client", {}), "firebaseSubdomain": project}
        store.put(_key(project), config)
        return web.json_response(config)

    return [
        web.post(f"{_BASE}/identityPlatform:initializeAuth", initialize),
        web.get(f"{_BASE}/config", get),
        web.patch(f"{_BASE}/config", patch),
    ]


def _found(store: Store, project: str) -> Document:
    config = get_config(store, project)
    if config is None:
        raise not_found(f"projects/{project}/config")
    return config


def _key(project: str) -> str:
    return f"{IDENTITY_TOOLKIT.prefix}/projects/{project}/config"
