"""Firestore Admin v1: databases, as records.

Whether a database exists, where, and whether it may be deleted. Documents are with the server that is given to
`routes`, and with nobody in a preview; here, every method of the data plane is refused like any other that is not
played. Left out too: backups, indexes, user credentials, what a TTL policy does, and the five minutes for which Google
keeps a deleted name.
"""

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from aiohttp import web

from hearth.catalog.apis import FIRESTORE
from hearth.localcloud import bodies, operations, times
from hearth.localcloud.databases.errors import DatabaseError
from hearth.localcloud.errors import ApiError
from hearth.localcloud.records import collections
from hearth.localcloud.records.collections import Collection
from hearth.localcloud.store import Document, Store

_TYPE = "type.googleapis.com/google.firestore.admin.v1"
# "Locations": the multi-regions, and regions of Google Cloud.
_LOCATION = re.compile(r"eur3|nam5|nam7|[a-z]+-[a-z]+[0-9]+")
# REST Resource: projects.databases. Zero values are the first ones, which clients may send as well as leave out.
_ENUMS: Mapping[str, tuple[str, ...]] = {
    "type": ("FIRESTORE_NATIVE", "DATASTORE_MODE"),
    "concurrencyMode": ("PESSIMISTIC", "OPTIMISTIC", "OPTIMISTIC_WITH_ENTITY_GROUPS"),
    "databaseEdition": ("STANDARD", "ENTERPRISE"),
    "appEngineIntegrationMode": ("DISABLED", "ENABLED"),
    "deleteProtectionState": ("DELETE_PROTECTION_DISABLED", "DELETE_PROTECTION_ENABLED"),
    "pointInTimeRecoveryEnablement": ("POINT_IN_TIME_RECOVERY_DISABLED", "POINT_IN_TIME_RECOVERY_ENABLED"),
}
_FIELD = "databases/[^/]+/collectionGroups/[^/]+/fields/[^/:]+"
_FIELD_SETTINGS = ("indexConfig", "ttlConfig")
_FIXED = frozenset({"locationId", "databaseEdition"})
_RETENTION = {"POINT_IN_TIME_RECOVERY_DISABLED": "3600s", "POINT_IN_TIME_RECOVERY_ENABLED": "604800s"}
_PROTECTED = "DELETE_PROTECTION_ENABLED"


class Server(Protocol):
    """Who has the documents."""

    async def have(self) -> None:
        """There is going to be a database. Raises DatabaseError where there can be none."""

    async def remove(self, database: str) -> None:
        """A database (relative name) is there no more."""


def routes(store: Store, server: Server | None = None) -> Iterable[web.RouteDef]:
    for route in collections.routes(store, _DATABASES):
        yield web.route(route.method, route.path, _carried_out(route.handler, server) if server else route.handler)

    async def field(request: web.Request) -> web.Response:
        """Settings of one field. There is always such a thing; without settings of its own it has the database's."""
        name = f"projects/{request.match_info['project']}/{request.match_info['rest']}"
        database, _, _ = name.partition("/collectionGroups/")
        collections.get_document(store, FIRESTORE, database)
        if request.method == "GET":
            return web.json_response(store.get(f"{FIRESTORE.prefix}/{name}") or {"name": name})
        body = await bodies.read(request)
        if unknown := sorted(body.keys() - {"name", *_FIELD_SETTINGS}):
            raise ApiError(400, f'Invalid JSON payload received. Unknown name "{unknown[0]}" in a field.')
        made = {"name": name} | {key: body[key] for key in _FIELD_SETTINGS if key in body}
        if "ttlConfig" in made:
            made["ttlConfig"] = {**made["ttlConfig"], "state": "ACTIVE"}
        store.put(f"{FIRESTORE.prefix}/{name}", made)
        metadata = {"@type": f"{_TYPE}.FieldOperationMetadata", "field": name}
        answer = operations.completed(store, FIRESTORE.prefix, database, metadata, {"@type": f"{_TYPE}.Field"} | made)
        return web.json_response(answer)

    fields = f"/{FIRESTORE.prefix}/{FIRESTORE.version}/projects/{{project}}/{{rest:{_FIELD}}}"
    yield web.get(fields, field)
    yield web.patch(fields, field)


def _carried_out(handler: Any, server: Server) -> Any:
    async def answered(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            try:
                await server.have()
            except DatabaseError as fault:
                raise ApiError(400, f"{fault} Nothing was changed.", "FAILED_PRECONDITION") from fault
        answer: web.StreamResponse = await handler(request)
        if request.method == "DELETE":
            await server.remove("projects/{project}/databases/{id}".format_map(request.match_info))
        return answer

    return answered


def _database(name: str, body: Mapping[str, Any]) -> Document:
    location = body.get("locationId")
    if not isinstance(location, str) or not _LOCATION.fullmatch(location):
        raise ApiError(
            400, f"Invalid location_id '{location}': it must be a region, such as us-central1, or nam5, nam7 or eur3."
        )
    if "type" not in body:
        raise ApiError(400, f"Database type must be specified: one of {', '.join(_ENUMS['type'])}.")
    now = times.now()
    return _updated(
        {
            **{field: values[0] for field, values in _ENUMS.items()},
            **body,
            "name": name,
            "uid": str(uuid.uuid4()),
            "createTime": now,
            "earliestVersionTime": now,
        }
    )


def _updated(database: Document) -> Document:
    for field, values in _ENUMS.items():
        if database.setdefault(field, values[0]) not in values:
            raise ApiError(400, f"Invalid value at 'database.{field}': '{database[field]}' is not {', '.join(values)}.")
    return database | {
        "updateTime": times.now(),
        "etag": uuid.uuid4().hex,
        "versionRetentionPeriod": _RETENTION[database["pointInTimeRecoveryEnablement"]],
    }


def _deletable(store: Store, name: str, query: Mapping[str, str]) -> None:
    database = collections.get_document(store, FIRESTORE, name)
    if query.get("etag", database["etag"]) != database["etag"]:
        raise ApiError(409, f"The etag of '{name}' is now '{database['etag']}'.", "ABORTED")
    if database["deleteProtectionState"] == _PROTECTED:
        raise ApiError(
            400,
            f"Database '{name}' cannot be deleted while its deleteProtectionState is {_PROTECTED}. Disable it first.",
            "FAILED_PRECONDITION",
        )


_DATABASES = Collection(
    api=FIRESTORE,
    parent="projects/{project}",
    plural="databases",
    made=_database,
    # "Manage databases": the name may not look like a UUID either.
    id_rule=re.compile(r"\(default\)|(?!(?i:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$))[a-z][a-z0-9-]{2,61}[a-z0-9]"),
    id_says=(
        "it must be (default), or have 4 to 63 lower-case letters, digits and hyphens, begin with a letter, not end "
        "with a hyphen and not be a UUID."
    ),
    id_parameter="databaseId",
    mutable=frozenset(_ENUMS) - _FIXED,
    fixed=_FIXED,
    computed=frozenset({"earliestVersionTime", "versionRetentionPeriod", "keyPrefix", "freeTier"}),
    patched=_updated,
    deletable=_deletable,
    operation=_TYPE + ".{verb}DatabaseMetadata",
    own_operations=True,
    resource_type=f"{_TYPE}.Database",
)
