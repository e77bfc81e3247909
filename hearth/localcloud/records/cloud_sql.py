"""Cloud SQL Admin v1beta4, for Postgres: servers, their databases and users, as records.

What is changed here is carried out by whoever is given to `routes`, and by nobody in a preview. Operations have ended
when they are answered, and can't be asked for again. A server is reached by its socket alone: its addresses and its
certificate are placeholders. Left out: passwords, which are handed on and kept in no record, users of IAM, replicas,
clones, backups and restores.
"""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from aiohttp import web
from aiohttp.typedefs import Handler

from hearth.catalog import forms
from hearth.catalog.apis import SQL_ADMIN
from hearth.localcloud import bodies, times
from hearth.localcloud.errors import ApiError
from hearth.localcloud.records import collections, projects
from hearth.localcloud.records.collections import Collection
from hearth.localcloud.store import Document, Store

_OF_USERS = ("passwordPolicy",)
"""What of a user can be changed, beside the password."""
_INSTANCE = "projects/{project}/instances/{instance}"
_AGENTS = "gcp-sa-cloud-sql.iam.gserviceaccount.com"
# As Cloud SQL for PostgreSQL makes one.
_DATABASE = {"charset": "UTF8", "collation": "en_US.UTF8"}
_TYPE = "gcp:sql/databaseInstance:DatabaseInstance"


class Servers(Protocol):
    """Who carries out what is recorded. Instances are named `projects/P/instances/I`, what is in them by itself."""

    def changing(self, instance: str) -> AbstractAsyncContextManager[None]:
        """Held while a change is recorded and carried out."""

    async def have(self, instance: str, kind: str, name: str, sent: Mapping[str, Any]) -> None:
        """There is one of `instances`, `databases` or `users`; `sent` is the request's body."""

    async def remove(self, instance: str, kind: str, name: str) -> None:
        """There is none any more."""


def routes(store: Store, servers: Servers | None = None) -> Iterable[web.RouteDef]:
    for collection in (_INSTANCES, _DATABASES, _USERS):
        for route in collections.routes(store, collection):
            answer = _with_short_names if route.method == "GET" else _change(collection.plural, servers)
            yield web.route(route.method, route.path, answer(route.handler))

    async def user(request: web.Request) -> web.Response:
        """Unlike everything else, a user is changed and deleted by a name in the query."""
        name = f"{_INSTANCE.format_map(request.match_info)}/users/{request.query.get('name', '')}"
        found = collections.get_document(store, SQL_ADMIN, name)
        if request.method == "DELETE":
            store.delete(f"{SQL_ADMIN.prefix}/{name}")
        else:
            body = await bodies.read(request)
            changed = {key: body[key] for key in _OF_USERS if key in body}
            kept = {key: value for key, value in found.items() if key not in _OF_USERS}
            store.put(f"{SQL_ADMIN.prefix}/{name}", kept | changed)
        return web.json_response({})

    users = f"/{SQL_ADMIN.prefix}/{SQL_ADMIN.version}/{_INSTANCE}/users"
    yield web.put(users, _change("users", servers)(user))
    yield web.delete(users, _change("users", servers)(user))


def placeholders(store: Store) -> list[Document]:
    """What of each server is a placeholder, as `hearth.localcloud.kept` has it of a resource that it keeps."""
    servers = [body for _, body in store.below(SQL_ADMIN.prefix) if body["kind"] == "sql#instance"]
    return [
        {
            "type": _TYPE,
            "urn": f"::{each['name'].rpartition('/')[2]}",
            "mark": _source(each["name"]).mark,
            "madeUp": {
                **{f"ipAddresses[{at}].ipAddress": one["ipAddress"] for at, one in enumerate(each["ipAddresses"])},
                "serverCaCerts[0].cert": each["serverCaCert"]["cert"],
            },
        }
        for each in servers
        # One of an older local cloud has none.
        if "serverCaCert" in each
    ]


def _change(kind: str, servers: Servers | None) -> Callable[[Any], Handler]:
    """Carried out, and answered by an operation, which has a form of Cloud SQL's own."""

    def wrapped(handler: Any) -> Handler:
        async def answered(request: web.Request) -> web.StreamResponse:
            if servers is None:
                await handler(request)
            else:
                await _carried_out(request, handler, kind, servers)
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

    return wrapped


async def _carried_out(request: web.Request, handler: Any, kind: str, servers: Servers) -> None:
    sent = {} if request.method == "DELETE" else await bodies.read(request)
    name = request.query.get("name") or request.match_info.get("id") or str(sent.get("name", ""))
    short = request.match_info.get("instance", name)
    instance = _INSTANCE.format(project=request.match_info["project"], instance=short)
    async with servers.changing(instance):
        await handler(request)
        if request.method == "DELETE":
            await servers.remove(instance, kind, name)
        else:
            await servers.have(instance, kind, name, sent)


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
    kept = {key: value for key, value in body.items() if key != "rootPassword"}
    now, source = times.now(), _source(name)
    made = {
        "instanceType": "CLOUD_SQL_INSTANCE",
        **kept,
        "kind": "sql#instance",
        "name": name,
        "region": region,
        "project": project,
        "state": "RUNNABLE",
        "backendType": "SECOND_GEN",
        "connectionName": f"{project}:{region}:{short}",
        "selfLink": f"{SQL_ADMIN.google}{name}",
        "serviceAccountEmailAddress": f"p{projects.number(project)}-{source.mark[:6]}@{_AGENTS}",
        "serverCaCert": {
            "kind": "sql#sslCert",
            "cert": forms.text(source, "cert"),
            "commonName": short,
            "sha1Fingerprint": hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest(),
            "createTime": now,
            "expirationTime": now,
        },
        "createTime": now,
    }
    return _addressed(made)


def _addressed(server: Document) -> Document:
    """With the addresses that its settings ask for."""
    asked = server["settings"].get("ipConfiguration") or {}
    kinds = {"PRIMARY": asked.get("ipv4Enabled", True), "PRIVATE": asked.get("privateNetwork")}
    addresses = [
        {"type": kind, "ipAddress": forms.text(_source(f"{server['name']}/{kind}"), "ipAddress")}
        for kind, is_asked in kinds.items()
        if is_asked
    ]
    return {**server, "ipAddresses": addresses}


def _source(name: str) -> forms.Source:
    return forms.Source(hashlib.sha256(name.encode()).digest(), name.split("/")[1])


def _belonging(kind: str) -> Callable[[str, Mapping[str, Any]], Document]:
    def made(name: str, body: Mapping[str, Any]) -> Document:
        _, project, _, instance, *_ = name.split("/")
        kept = {key: value for key, value in body.items() if key != "password"}
        own = _DATABASE | {"selfLink": f"{SQL_ADMIN.google}{name}"} if kind == "database" else {}
        return {**own, **kept, "kind": f"sql#{kind}", "name": name, "instance": instance, "project": project}

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
    patched=_addressed,
    computed=frozenset({"ipAddresses", "serverCaCert", "selfLink", "serviceAccountEmailAddress"}),
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
