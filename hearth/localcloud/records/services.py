"""Service Usage: which APIs a project has switched on, and the refusal that meets a call to one that is off.

Google's provider speaks v1beta1, the Firebase CLI v1; both are served alike. A local project needs no creation, so
it begins like a fresh one on Google: with those few APIs on that Google switches on itself. Names carry the
project's id where Google answers with its number.
"""

import difflib
from collections.abc import Iterable, Mapping

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from hearth.catalog.apis import APIS, RESOURCE_MANAGER, SERVICE_USAGE, STORAGE
from hearth.catalog.services import SERVICES
from hearth.facts import names
from hearth.localcloud import bodies, operations, pages
from hearth.localcloud.errors import ApiError
from hearth.localcloud.records import projects
from hearth.localcloud.store import Document, Store

# What the Firebase CLI asks for in place of an API's name: the host at which it was told to find that API.
_THIS_MACHINE = frozenset({"127.0.0.1", "localhost"})
_NEVER_REFUSED = frozenset({RESOURCE_MANAGER.name, SERVICE_USAGE.name})
_BY_PREFIX: Mapping[str, str] = {api.prefix: api.name for api in APIS}


def _names(text: str) -> frozenset[str]:
    return frozenset(f"{name}.googleapis.com" for name in text.split())


# Service Usage, "Services enabled by default", as far as it lists what is known here; and Resource Manager, which
# here is on from the start because it may only be called where it is.
_ON_BY_DEFAULT = _names(
    "cloudresourcemanager cloudtrace logging monitoring serviceusage sql-component "
    "storage storage-api storage-component"
)
_MOST_AT_ONCE = 20


def enable(store: Store, project: str, service: str, *, lag: int = 0) -> Document:
    """Switch an API on. It is refused `lag` more times, as Google's are for minutes. Raises ApiError (403)."""
    _check_known(service)
    if not enabled(store, project, service):
        store.put(_key(project, service), {"state": "ENABLED", "_lag": lag})
    return _shown(store, project, service)


def disable(store: Store, project: str, service: str) -> Document:
    """Switch an API off. Raises ApiError (403 for an unknown one, 400 for one that is off)."""
    _check_known(service)
    if not enabled(store, project, service):
        raise ApiError(400, f"Service {service} is not enabled for consumer projects/{project}.", "FAILED_PRECONDITION")
    store.put(_key(project, service), {"state": "DISABLED"})
    return _shown(store, project, service)


def enabled(store: Store, project: str, service: str) -> bool:
    found = store.get(_key(project, service))
    return service in _ON_BY_DEFAULT if found is None else found["state"] == "ENABLED"


def enforced(store: Store) -> Middleware:
    """Middleware that refuses calls to APIs that the project they name has not switched on."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        service = _BY_PREFIX.get(request.path.split("/")[1])
        project = _project(store, request)
        if service and project and service not in _NEVER_REFUSED and not _usable(store, project, service):
            raise disabled(project, service)
        return await handler(request)

    return middleware


def disabled(project: str, service: str) -> ApiError:
    """Google's refusal, word for word where clients read it: text, reason and metadata."""
    consumer = f"projects/{projects.number(project)}"
    return ApiError(
        403,
        f"{service} has not been used in project {project} before or it is disabled. Enable it (in a Pulumi program "
        f"with gcp.projects.Service(service='{service}')), then retry. If you enabled this API recently, wait a few "
        "minutes for the action to propagate to our systems and retry.",
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "SERVICE_DISABLED",
                "domain": "googleapis.com",
                "metadata": {"consumer": consumer, "service": service},
            }
        ],
    )


def agent(project: str, service: str) -> str:
    """The address of the account that a Google service acts as in a project."""
    return names.agent(service, projects.number(project))


def routes(store: Store, *, lag: int = 0) -> Iterable[web.RouteDef]:
    async def get(request: web.Request) -> web.Response:
        service = request.match_info["service"]
        if service in _THIS_MACHINE:
            # Which of them it means, its next call tells, and that one is refused where the API is off.
            return web.json_response({"config": {"name": service}, "state": "ENABLED"})
        _check_known(service)
        return web.json_response(_shown(store, request.match_info["project"], service))

    async def list_(request: web.Request) -> web.Response:
        wanted = request.query.get("filter", "")
        states = {"": ("ENABLED", "DISABLED"), "state:ENABLED": ("ENABLED",), "state:DISABLED": ("DISABLED",)}
        if wanted not in states:
            raise ApiError(400, f"filter '{wanted}' is not supported: use state:ENABLED or state:DISABLED.")
        everything = [_shown(store, request.match_info["project"], name) for name in sorted(SERVICES)]
        found = [body for body in everything if body["state"] in states[wanted]]
        return pages.list_response(request, "services", found, default=50, most=200)

    async def change(request: web.Request) -> web.Response:
        project, service, verb = (request.match_info[key] for key in ("project", "service", "verb"))
        if verb == "generateServiceIdentity":
            _check_known(service)
            account = agent(project, service)
            identity = {"email": account, "uniqueId": projects.number(account)}
            return _operation(store, "api.serviceusage.v1beta1.ServiceIdentity", identity)
        changed = enable(store, project, service, lag=lag) if verb == "enable" else disable(store, project, service)
        return _operation(store, f"api.serviceusage.v1.{verb.capitalize()}ServiceResponse", {"service": changed})

    async def batch_enable(request: web.Request) -> web.Response:
        project, names = request.match_info["project"], (await bodies.read(request)).get("serviceIds") or []
        if len(names) > _MOST_AT_ONCE:
            raise ApiError(400, f"serviceIds has {len(names)} names; at most {_MOST_AT_ONCE} can be enabled at once.")
        for name in names:
            _check_known(name)
        response = {"services": [enable(store, project, name, lag=lag) for name in names]}
        return _operation(store, "api.serviceusage.v1.BatchEnableServicesResponse", response)

    base = f"/{SERVICE_USAGE.prefix}/{{version:v1|v1beta1}}/projects/{{project}}/services"
    return [
        web.get(base, list_),
        web.get(f"{base}/{{service:[^/:]+}}", get),
        web.post(f"{base}/{{service:[^/:]+}}:{{verb:enable|disable|generateServiceIdentity}}", change),
        web.post(f"{base}:batchEnable", batch_enable),
    ]


def _operation(store: Store, response_type: str, response: Document) -> web.Response:
    return web.json_response(
        operations.completed(
            store,
            SERVICE_USAGE.prefix,
            "",
            {"@type": "type.googleapis.com/google.api.serviceusage.v1.OperationMetadata"},
            {"@type": f"type.googleapis.com/google.{response_type}"} | response,
        )
    )


def _usable(store: Store, project: str, service: str) -> bool:
    if not enabled(store, project, service):
        return False
    found = store.get(_key(project, service))
    if found and found.get("_lag", 0) > 0:
        store.put(_key(project, service), found | {"_lag": found["_lag"] - 1})
        return False
    return True


def _project(store: Store, request: web.Request) -> str | None:
    """The project that a call is about, None where neither path nor query nor bucket tells."""
    match = request.match_info
    if "bucket" in match:
        return (store.get(f"{STORAGE.prefix}/b/{match['bucket']}") or {}).get("_project")
    project = match.get("project") or request.query.get("project")
    return None if project == "-" else project


def _check_known(service: str) -> None:
    if service not in SERVICES:
        near = difflib.get_close_matches(service, SERVICES, n=1)
        raise ApiError(
            403,
            f"Not found or permission denied for service(s): {service}. "
            + (f"Did you mean {near[0]}? " if near else "Check the spelling. ")
            + "hearth/catalog/services.py lists the names that the local cloud knows.",
        )


def _shown(store: Store, project: str, service: str) -> Document:
    return {
        "name": f"projects/{project}/services/{service}",
        "parent": f"projects/{project}",
        "config": {"name": service},
        "state": "ENABLED" if enabled(store, project, service) else "DISABLED",
    }


def _key(project: str, service: str) -> str:
    return f"{SERVICE_USAGE.prefix}/projects/{project}/services/{service}"
