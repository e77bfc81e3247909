"""Cloud SQL Admin v1beta4, for Postgres: servers, their databases and users, as records.

What was declared, and the name by which it would be reached. No server runs, so a stack that needs one is for Google,
or for a preview. Operations have ended when they are answered, and can't be asked for again. Left out: passwords,
which are taken and forgotten, users of IAM, replicas, clones, backups and restores.
"""

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from hearth.catalog.apis import SQL_ADMIN
from hearth.localcloud import bodies, times
from hearth.localcloud.errors import ApiError
from hearth.localcloud.records import collections
from hearth.localcloud.records.collections import Collection
from hearth.localcloud.store import Document, Store

_INSTANCE = "projects/{project}/instances/{instance}"


def routes(store: Store) -> Iterable[web.RouteDef]:
    for collection in (_INSTANCES, _DATABASES, _USERS):
        for route in collections.routes(store, collection):
            wrap = _with_short_names if route.method == "GET" else _as_operation
            yield web.route(route.method, route.path, wrap(route.handler))

    async def user(request: web.Request) -> web.Response:
        """Unlike everything else, a user is changed and deleted by a name in the query."""
        name = f"{_INSTANCE.format_map(request.match_info)}/users/{request.query.get('name', '')}"
        collections.get_document(store, SQL_ADMIN, name)
        if request.method == "DELETE":
            store.delete(f"{SQL_ADMIN.prefix}/{name}")
        else:
            await bodies.read(request)
        return web.json_response({})

    users = f"/{SQL_ADMIN.prefix}/{SQL_ADMIN.version}/{_INSTANCE}/users"
    yield web.put(users, _as_operation(user))
    yield web.delete(users, _as_operation(user))


def _as_operation(handler: Any) -> Handler:
    """Answers to changes are operations, in a form of Cloud SQL's own."""

    async def answered(request: web.Request) -> web.StreamResponse:
        await handler(request)
        now = times.now()
        return web.json_response(
            {
                "kind": "sql#operation",
                "name": str(uuid.uuid4()),
                "status": "DONE",
                "targetProject": request.match_info["project"],
                "insertTime": now,
                "endTime": now,
            }
        )

    return answered


def _with_short_names(handler: Any) -> Handler:
    """In Cloud SQL a resource is called as it was in the request, not by its whole path."""

    async def answered(request: web.Request) -> web.StreamResponse:
        body = json.loads((await handler(request)).body)
        for each in body.get("items", [body] if body else []):
            each["name"] = each["name"].rpartition("/")[2]
        return web.json_response(body)

    return answered


def _opened(body: Document) -> tuple[str, Mapping[str, Any]]:
    """Names stand in the body, and are its names in answers, too."""
    return bodies.text(body, "name"), body


def _instance(name: str, body: Mapping[str, Any]) -> Document:
    version, settings = body.get("databaseVersion", ""), body.get("settings")
    if not str(version).startswith("POSTGRES_"):
        raise ApiError(400, f"Invalid value for databaseVersion '{version}': the local cloud only knows Postgres.")
    if not isinstance(settings, dict) or not settings.get("tier"):
        raise ApiError(400, "Missing parameter: settings.tier.")
    _, project, _, short = name.split("/")
    region = body.get("region") or "us-central1"
    return {
        **body,
        "kind": "sql#instance",
        "name": name,
        "region": region,
        "project": project,
        "state": "RUNNABLE",
        "backendType": "SECOND_GEN",
        "instanceType": "CLOUD_SQL_INSTANCE",
        "connectionName": f"{project}:{region}:{short}",
        "createTime": times.now(),
    }


def _belonging(kind: str) -> Callable[[str, Mapping[str, Any]], Document]:
    def made(name: str, body: Mapping[str, Any]) -> Document:
        _, project, _, instance, *_ = name.split("/")
        kept = {key: value for key, value in body.items() if key != "password"}
        return {**kept, "kind": f"sql#{kind}", "name": name, "instance": instance, "project": project}

    return made


def _deletable(store: Store, name: str, _query: Mapping[str, str]) -> None:
    settings = collections.get_document(store, SQL_ADMIN, name)["settings"]
    if settings.get("deletionProtectionEnabled"):
        raise ApiError(400, "The instance is protected. Please disable the deletion protection and try again.")


_INSTANCES = Collection(
    api=SQL_ADMIN,
    parent="projects/{project}",
    plural="instances",
    list_field="items",
    made=_instance,
    opened=_opened,
    mutable=frozenset({"settings", "databaseVersion", "maintenanceVersion"}),
    fixed=frozenset({"region", "rootPassword", "instanceType", "diskEncryptionConfiguration"}),
    put=True,
    deletable=_deletable,
)
_DATABASES = Collection(
    api=SQL_ADMIN,
    parent=_INSTANCE,
    plural="databases",
    list_field="items",
    made=_belonging("database"),
    opened=_opened,
    mutable=frozenset({"charset", "collation"}),
    put=True,
    fixed=frozenset({"instance", "project"}),
    deletable=collections.always_deletable,
    parent_kept=True,
)
_USERS = Collection(
    api=SQL_ADMIN,
    parent=_INSTANCE,
    plural="users",
    list_field="items",
    made=_belonging("user"),
    opened=_opened,
    fixed=frozenset({"instance", "project", "password", "type", "databaseRoles", "passwordPolicy"}),
    parent_kept=True,
)
