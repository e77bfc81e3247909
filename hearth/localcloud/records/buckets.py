"""Cloud Storage's JSON API: buckets. Lifecycle rules are kept, not carried out."""

import re
from collections.abc import Iterable
from typing import Final

from aiohttp import web

from hearth.catalog.apis import STORAGE
from hearth.localcloud import bodies, pages, times
from hearth.localcloud.errors import ApiError
from hearth.localcloud.records import policies, projects
from hearth.localcloud.store import Document, Store, public

BASE: Final = f"/{STORAGE.prefix}/{STORAGE.version}"
_KEY = f"{STORAGE.prefix}/b"
# "About Cloud Storage buckets", bucket names: a name with dots belongs to a domain that nobody here can verify.
_NAME = re.compile(r"(?!goog)(?!.*google)[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]")
# "Buckets" of the JSON API's reference; objects that are deleted stay for seven days.
_DEFAULTS = {
    "storageClass": "STANDARD",
    "iamConfiguration": {
        "publicAccessPrevention": "inherited",
        "uniformBucketLevelAccess": {"enabled": False},
    },
}
_COMPUTED = frozenset(
    {"kind", "id", "selfLink", "projectNumber", "metageneration", "etag", "timeCreated", "updated", "name"}
)


def get_bucket(store: Store, bucket: str) -> Document:
    """The bucket. Raises ApiError (404)."""
    body = store.get(f"{_KEY}/{bucket}")
    if body is None:
        raise ApiError(404, f"The specified bucket does not exist: {bucket}")
    return body


def routes(store: Store) -> Iterable[web.RouteDef]:
    async def insert(request: web.Request) -> web.Response:
        return web.json_response(
            _shown(request, _insert(store, request.query.get("project", ""), await bodies.read(request)))
        )

    async def list_(request: web.Request) -> web.Response:
        project, prefix = request.query.get("project", ""), request.query.get("prefix", "")
        mine = [
            _shown(request, body)
            for _, body in store.children(_KEY)
            if body["_project"] == project and body["name"].startswith(prefix)
        ]
        return pages.list_response(
            request, "items", mine, size="maxResults", default=1000, most=1000, kind="storage#buckets"
        )

    async def get(request: web.Request) -> web.Response:
        return web.json_response(_shown(request, get_bucket(store, request.match_info["bucket"])))

    async def patch(request: web.Request) -> web.Response:
        change = {key: value for key, value in (await bodies.read(request)).items() if key not in _COMPUTED}
        # Only now: while the body came, another change may have been made.
        old = get_bucket(store, request.match_info["bucket"])
        new = _merged(old, change)
        new |= {"metageneration": str(int(old["metageneration"]) + 1), "updated": times.now()}
        store.put(f"{_KEY}/{old['name']}", new)
        return web.json_response(_shown(request, new))

    async def delete(request: web.Request) -> web.Response:
        bucket = request.match_info["bucket"]
        get_bucket(store, bucket)
        if store.below(f"{_KEY}/{bucket}/o"):
            raise ApiError(409, "The bucket you tried to delete is not empty.")
        with store.transaction():
            store.delete_below(f"{_KEY}/{bucket}")
            policies.forget(store, f"{_KEY}/{bucket}")
        return web.Response(status=204)

    async def read_policy(request: web.Request) -> web.Response:
        return web.json_response(_policy(store, request, None))

    async def write_policy(request: web.Request) -> web.Response:
        return web.json_response(_policy(store, request, await bodies.read(request)))

    async def test(request: web.Request) -> web.Response:
        get_bucket(store, request.match_info["bucket"])
        asked = request.query.getall("permissions", [])
        return web.json_response({"kind": "storage#testIamPermissionsResponse", "permissions": asked})

    one = f"{BASE}/b/{{bucket}}"
    return [
        web.post(f"{BASE}/b", insert),
        web.get(f"{BASE}/b", list_),
        web.get(one, get),
        web.patch(one, patch),
        web.delete(one, delete),
        web.get(f"{one}/iam", read_policy),
        web.put(f"{one}/iam", write_policy),
        web.get(f"{one}/iam/testPermissions", test),
        *_seldom(store, one),
    ]


def _seldom(store: Store, one: str) -> Iterable[web.RouteDef]:
    """What hardly anybody but Google's provider calls."""

    async def lock(request: web.Request) -> web.Response:
        """What holds objects back stays for good; the caller says of which state of the bucket it speaks."""
        old = get_bucket(store, request.match_info["bucket"])
        if request.query.get("ifMetagenerationMatch") != old["metageneration"]:
            raise ApiError(412, f"ifMetagenerationMatch must be {old['metageneration']}, the bucket's metageneration.")
        if not old.get("retentionPolicy"):
            raise ApiError(400, f"Bucket {old['name']} has no retention policy to lock.")
        new = _merged(old, {"retentionPolicy": {"isLocked": True}})
        new |= {"metageneration": str(int(old["metageneration"]) + 1), "updated": times.now()}
        store.put(f"{_KEY}/{old['name']}", new)
        return web.json_response(_shown(request, new))

    async def caches(request: web.Request) -> web.Response:
        """None: Google's provider looks for some before it deletes a bucket."""
        get_bucket(store, request.match_info["bucket"])
        return web.json_response({"kind": "storage#anywhereCaches"})

    return [
        web.post(f"{one}/lockRetentionPolicy", lock),
        web.get(f"{one}/anywhereCaches", caches),
        # As that provider writes it.
        web.get(f"{one}/anywhereCaches/", caches),
    ]


def _insert(store: Store, project: str, body: Document) -> Document:
    name, now = bodies.text(body, "name"), times.now()
    if not project:
        raise ApiError(400, "Required parameter: project")
    if not _NAME.fullmatch(name):
        raise ApiError(
            400,
            f"Invalid bucket name: '{name}'. It must have 3 to 63 lower-case letters, digits, hyphens and "
            "underscores, begin and end with a letter or digit, and not contain 'google'. Names with dots are "
            "domains, which the local cloud does not play.",
        )
    if store.get(f"{_KEY}/{name}") is not None:
        raise ApiError(
            409,
            f"Your previous request to create the named bucket succeeded and you already own it: {name}",
        )
    kept_deleted = {"retentionDurationSeconds": "604800", "effectiveTime": now}
    made = {
        **_merged({**_DEFAULTS, "softDeletePolicy": kept_deleted}, public(body)),
        "kind": "storage#bucket",
        "id": name,
        "name": name,
        "projectNumber": projects.number(project),
        "location": (bodies.text(body, "location") or "US").upper(),
        "metageneration": "1",
        "timeCreated": now,
        "updated": now,
        "_project": project,
    }
    made["locationType"] = "region" if "-" in made["location"] else "multi-region"
    store.put(f"{_KEY}/{name}", made)
    return made


def _merged(old: Document, change: Document) -> Document:
    """JSON merge patch (RFC 7396), which Storage's PATCH is: null removes a field, objects merge."""
    new = dict(old)
    for key, value in change.items():
        if key.startswith("_"):
            continue
        if value is None:
            new.pop(key, None)
        elif isinstance(value, dict):
            inner = new.get(key)
            new[key] = _merged(inner if isinstance(inner, dict) else {}, value)
        else:
            new[key] = value
    return new


def _shown(request: web.Request, body: Document) -> Document:
    link = f"{request.url.origin()}{BASE}/b/{body['name']}"
    return public(body) | {"selfLink": link, "etag": f"CA{body['metageneration']}="}


def _policy(store: Store, request: web.Request, new: Document | None) -> Document:
    bucket = request.match_info["bucket"]
    get_bucket(store, bucket)
    resource = f"{_KEY}/{bucket}"
    policy = policies.get(store, resource) if new is None else policies.put(store, resource, new)
    return {"kind": "storage#policy", "resourceId": f"projects/_/buckets/{bucket}"} | policy
