"""API Keys v2: keys, as records, and which project a key names.

A key's text says which key it is, and is therefore no secret here. Left out: that a deleted key can be brought back
for 30 days, whose name stays taken meanwhile; calls are held against the APIs that a key is for, but not against
pages, addresses and apps, which are others here than in the stack's configuration.
"""

import base64
import binascii
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from hearth.catalog.apis import API_KEYS
from hearth.localcloud import times
from hearth.localcloud.errors import ApiError
from hearth.localcloud.records import collections
from hearth.localcloud.records.collections import Collection
from hearth.localcloud.store import Document, Store

_TYPE = "type.googleapis.com/google.api.apikeys.v2.Key"
_BASE = "projects/{project}/locations/global"
# How Google's begin, so that what looks for keys finds these.
_BEGINS = "AIza"
_RESTRICTIONS = {
    "browserKeyRestrictions",
    "serverKeyRestrictions",
    "androidKeyRestrictions",
    "iosKeyRestrictions",
    "apiTargets",
}


def routes(store: Store) -> Iterable[web.RouteDef]:
    async def key_string(request: web.Request) -> web.Response:
        place = request.match_info
        found = collections.get_document(store, API_KEYS, f"{_BASE.format(**place)}/keys/{place['id']}")
        return web.json_response({"keyString": found["_keyString"]})

    yield from collections.routes(store, _KEYS)
    yield web.get(f"/{API_KEYS.prefix}/{API_KEYS.version}/{_BASE}/keys/{{id}}/keyString", key_string)


def project(store: Store, key: str, service: str) -> str:
    """The project that a call to the service (`identitytoolkit.googleapis.com`) with this key is for.

    Raises ApiError (400, or 403 for another service's key).
    """
    try:
        padding = "=" * (-len(key.removeprefix(_BEGINS)) % 4)
        owner, _, own = (
            base64.b64decode(key.removeprefix(_BEGINS) + padding, b"-_", validate=True).decode().partition("/")
        )
    except (binascii.Error, ValueError):
        owner, own = "", ""
    found = store.get(f"{API_KEYS.prefix}/{_BASE.format(project=owner)}/keys/{own}")
    if found is None or found["_keyString"] != key:
        raise ApiError(400, "API key not valid. Please pass a valid API key.")
    targets = found.get("restrictions", {}).get("apiTargets") or [{"service": service}]
    if service not in {target.get("service") for target in targets}:
        raise ApiError(403, f"Requests to this API {service} are blocked by the restrictions of the key.")
    return owner


def _key(name: str, body: Mapping[str, Any]) -> Document:
    _, owner, *_, own = name.split("/")
    text = base64.urlsafe_b64encode(f"{owner}/{own}".encode()).decode().rstrip("=")
    made = {**body, "name": name, "uid": str(uuid.uuid4()), "createTime": times.now(), "_keyString": _BEGINS + text}
    return _checked(made)


def _checked(key: Document) -> Document:
    restrictions = key.get("restrictions", {})
    if not isinstance(restrictions, dict) or restrictions.keys() - _RESTRICTIONS:
        raise ApiError(400, f"Invalid value at 'key.restrictions': only {', '.join(sorted(_RESTRICTIONS))} are known.")
    return key | {"updateTime": times.now(), "etag": f'W/"{uuid.uuid4().hex}"'}


_KEYS = Collection(
    api=API_KEYS,
    parent=_BASE,
    plural="keys",
    made=_key,
    # REST Resource: projects.locations.keys, "create".
    id_rule=re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?"),
    id_says=(
        "it must have 1 to 63 lower-case letters, digits and hyphens, begin with a letter and not end with a hyphen."
    ),
    id_parameter="keyId",
    mutable=frozenset({"displayName", "restrictions", "annotations"}),
    patched=_checked,
    deletable=collections.always_deletable,
    operation="type.googleapis.com/google.api.apikeys.v2.{verb}KeyMetadata",
    own_operations=True,
    resource_type=_TYPE,
)
