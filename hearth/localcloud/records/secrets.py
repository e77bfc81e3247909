"""Secret Manager v1: secrets and their versions.

Payloads lie in the store as they are: a local cloud's folder is its user's alone, and what it holds is made up.
Left out: rotation, expiry and the delayed destruction of versions, which are kept as settings and not carried out.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from hearth.catalog.apis import SECRET_MANAGER
from hearth.localcloud import bodies, pages, times
from hearth.localcloud.errors import ApiError, not_found
from hearth.localcloud.records import collections
from hearth.localcloud.records.collections import Collection
from hearth.localcloud.store import Document, Store, public

_PREFIX = SECRET_MANAGER.prefix
_VERSION_NAME = re.compile(r"(projects/[^/]+/secrets/[^/]+)/versions/([^/]+)")
_MOST_PAYLOAD_BYTES = 65_536
_STATES = {"enable": "ENABLED", "disable": "DISABLED", "destroy": "DESTROYED"}


def access(store: Store, name: str) -> bytes:
    """The payload of a version, `projects/P/secrets/S/versions/N` (or `latest`, or an alias of the secret).

    Raises ApiError: 404 when there is no such version, 400 (FAILED_PRECONDITION) unless it is enabled.
    """
    version = _version(store, name)
    if version["state"] != "ENABLED":
        raise ApiError(
            400, f"Secret Version [{version['name']}] is in {version['state']} state.", "FAILED_PRECONDITION"
        )
    return base64.b64decode(version["_data"])


def routes(store: Store) -> Iterable[web.RouteDef]:
    async def add(request: web.Request) -> web.Response:
        return web.json_response(public(_add(store, _secret_name(request), await bodies.read(request))))

    async def list_(request: web.Request) -> web.Response:
        name = _secret_name(request)
        collections.get_document(store, SECRET_MANAGER, name)
        # Newest first, as the API orders them.
        versions = [body for _, body in store.children(f"{_PREFIX}/{name}/versions")]
        versions.sort(key=lambda version: -_number(version["name"]))
        return pages.list_response(request, "versions", versions, default=100, most=25_000, totalSize=len(versions))

    async def get(request: web.Request) -> web.Response:
        return web.json_response(public(_version(store, _version_name(request))))

    async def read(request: web.Request) -> web.Response:
        name = _version_name(request)
        data = base64.b64encode(access(store, name)).decode()
        return web.json_response({"name": _version(store, name)["name"], "payload": {"data": data}})

    async def switch(request: web.Request) -> web.Response:
        return web.json_response(public(_switch(store, _version_name(request), _STATES[request.match_info["verb"]])))

    yield from collections.routes(store, _SECRETS)
    one = f"/{_PREFIX}/{SECRET_MANAGER.version}/projects/{{project}}/secrets/{{id:[^/:]+}}"
    yield web.post(f"{one}:addVersion", add)
    yield web.get(f"{one}/versions", list_)
    yield web.get(f"{one}/versions/{{version:[^/:]+}}", get)
    yield web.get(f"{one}/versions/{{version:[^/:]+}}:access", read)
    yield web.post(f"{one}/versions/{{version:[^/:]+}}:{{verb:{'|'.join(_STATES)}}}", switch)


def _add(store: Store, name: str, body: Document) -> Document:
    secret = collections.get_document(store, SECRET_MANAGER, name)
    payload = body.get("payload")
    if not isinstance(payload, dict) or "data" not in payload:
        raise ApiError(400, "payload.data is required: the secret's bytes in base64.")
    try:
        data = base64.b64decode(bodies.text(payload, "data"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ApiError(400, "Invalid value at 'payload.data': it is not base64.") from error
    if not 0 < len(data) <= _MOST_PAYLOAD_BYTES:
        raise ApiError(400, f"payload.data has {len(data)} bytes; it must have between 1 and {_MOST_PAYLOAD_BYTES}.")
    # Numbers are never given twice, so the count lives with the secret and not with its versions.
    number = secret.get("_versions", 0) + 1
    version = {
        "name": f"{name}/versions/{number}",
        "createTime": times.now(),
        "state": "ENABLED",
        "replicationStatus": {"automatic": {}} if "automatic" in secret["replication"] else {"userManaged": {}},
        "_data": base64.b64encode(data).decode(),
    }
    with store.transaction():
        store.put(f"{_PREFIX}/{name}", secret | {"_versions": number})
        store.put(f"{_PREFIX}/{version['name']}", version)
    return version


def _switch(store: Store, name: str, state: str) -> Document:
    version = _version(store, name)
    if version["state"] == "DESTROYED":
        # Destroying twice is no error in Secret Manager; bringing back is.
        if state != "DESTROYED":
            raise ApiError(400, f"Secret Version [{version['name']}] is in DESTROYED state.", "FAILED_PRECONDITION")
        return version
    version["state"] = state
    if state == "DESTROYED":
        version["destroyTime"] = times.now()
        del version["_data"]
    store.put(f"{_PREFIX}/{version['name']}", version)
    return version


def _version(store: Store, name: str) -> Document:
    match = _VERSION_NAME.fullmatch(name)
    if match is None:
        raise ApiError(400, f"'{name}' is not of the form projects/P/secrets/S/versions/N.")
    secret = collections.get_document(store, SECRET_MANAGER, match[1])
    number = secret.get("versionAliases", {}).get(match[2], match[2])
    if number == "latest":
        number = max((_number(key) for key, _ in store.children(f"{_PREFIX}/{match[1]}/versions")), default=0)
    version = store.get(f"{_PREFIX}/{match[1]}/versions/{number}")
    if version is None:
        raise not_found(name)
    return version


def _number(key: str) -> int:
    return int(key.rpartition("/")[2])


def _secret_name(request: web.Request) -> str:
    return f"projects/{request.match_info['project']}/secrets/{request.match_info['id']}"


def _version_name(request: web.Request) -> str:
    return f"{_secret_name(request)}/versions/{request.match_info['version']}"


def _made(name: str, body: Mapping[str, Any]) -> Document:
    replication = body.get("replication")
    if not isinstance(replication, dict) or set(replication) not in ({"automatic"}, {"userManaged"}):
        raise ApiError(400, "secret.replication is required: either automatic or userManaged.")
    return {**body, "name": name, "createTime": times.now()}


_SECRETS = Collection(
    api=SECRET_MANAGER,
    parent="projects/{project}",
    plural="secrets",
    made=_made,
    id_rule=re.compile(r"[A-Za-z0-9_-]{1,255}"),
    id_says="it must have 1 to 255 letters, digits, hyphens and underscores.",
    id_parameter="secretId",
    mutable=frozenset(
        {"labels", "annotations", "topics", "expireTime", "ttl", "rotation", "versionAliases", "versionDestroyTtl"}
    ),
    fixed=frozenset({"replication", "tags"}),
    mask_required=True,
    deletable=collections.always_deletable,
    sizes=(100, 25_000),
)
