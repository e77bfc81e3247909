"""IAM policies: who may do what with a resource. One set of rules for every API that has them.

Kept for any resource by its store name. What depends on them is in `hearth.localcloud.grants`; callers of the APIs are
taken for the owner. Left out: conditions are kept, not evaluated, and a deleted account stays in the policies that name
it, where Google marks it as deleted.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from hearth.catalog.apis import ARTIFACT_REGISTRY, CLOUD_RUN, IAM, RESOURCE_MANAGER, SECRET_MANAGER, Api
from hearth.localcloud import bodies
from hearth.localcloud.errors import ApiError, not_found
from hearth.localcloud.store import Document, Store, public

_ROOT = "policy"
# What Google answers for a resource that never had a policy.
_EMPTY: Final = {"etag": "ACAB", "version": 1}
_ROLE = re.compile(r"(projects/[^/]+/|organizations/\d+/)?roles/[A-Za-z0-9_.]+")
_MEMBER = re.compile(
    r"allUsers|allAuthenticatedUsers"
    r"|(user|serviceAccount|group):[^@\s]+@[^@\s]+|domain:[^@\s]+"
    r"|(projectOwner|projectEditor|projectViewer):\S+|(principal|principalSet)://\S+|deleted:\S+"
)
_ACCOUNT = re.compile(r"serviceAccount:([^@]+@(demo-[a-z0-9-]+)\.iam\.gserviceaccount\.com)")


def get(store: Store, resource: str) -> Document:
    """The policy of `resource`, a store name (`run/projects/P/locations/L/services/S`)."""
    return public(_kept(store, resource))


def put(store: Store, resource: str, policy: Mapping[str, Any], *, lag: int = 0) -> Document:
    """Replace the policy of `resource` and return it as it stands.

    A new grant is not seen the next `lag` times that it is looked for, as Google's are not for minutes.
    Raises ApiError: 409 when its etag is no longer the current one (another writer came in between), 400 for a
    malformed binding or an account that doesn't exist.
    """
    etag = policy.get("etag")
    if etag and etag != get(store, resource)["etag"]:
        raise ApiError(
            409,
            "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff. "
            f"The request's ETag '{etag}' did not match the current policy's ETag '{get(store, resource)['etag']}'.",
            "ABORTED",
        )
    bindings = _merged(_bindings(store, policy.get("bindings") or []))
    version = 3 if any("condition" in binding for binding in bindings) else 1
    body: Document = {"version": version} | ({"bindings": bindings} if bindings else {})
    body["etag"] = _EMPTY["etag"] if not bindings else _etag(body)
    before = _kept(store, resource)
    known, late = set(_grants(before)), before.get("_late", {})
    late = {grant: late.get(grant, 0) if grant in known else lag for grant in _grants(body)}
    store.put(f"{_ROOT}/{resource}", body | ({"_late": late} if any(late.values()) else {}))
    return body


def forget(store: Store, resource: str) -> None:
    """Drop the policies of a resource that is being deleted, and of all below it."""
    store.delete_below(f"{_ROOT}/{resource}")


def allows(store: Store, resource: str, role: str, member: str) -> bool:
    """Whether the resource's own policy grants `role` to `member` without a condition."""
    policy, grant = _kept(store, resource), f"{role} {member}"
    if grant not in _grants(policy, conditional=False):
        return False
    if left := policy.get("_late", {}).get(grant, 0):
        store.put(f"{_ROOT}/{resource}", policy | {"_late": policy["_late"] | {grant: left - 1}})
    return not left


def _kept(store: Store, resource: str) -> Document:
    return store.get(f"{_ROOT}/{resource}") or dict(_EMPTY)


def _grants(policy: Document, *, conditional: bool = True) -> Iterator[str]:
    """Each role with each member that has it."""
    for binding in policy.get("bindings", []):
        if conditional or "condition" not in binding:
            yield from (f"{binding['role']} {member}" for member in binding["members"])


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A kind of resource that has a policy of its own, under the API's `:getIamPolicy` and its siblings."""

    api: Api
    name: str
    """Relative name as a route pattern."""
    read_by: str = "GET"
    """Resource Manager and IAM read by POST, the others by GET."""
    always: bool = False
    """Whether such a resource exists without a document."""


_ID = "{id:[^/:]+}"
HOLDERS: Final = (
    Holder(api=RESOURCE_MANAGER, name="projects/{project:[^/:]+}", read_by="POST", always=True),
    Holder(api=IAM, name=f"projects/{{project}}/serviceAccounts/{_ID}", read_by="POST"),
    Holder(api=SECRET_MANAGER, name=f"projects/{{project}}/secrets/{_ID}"),
    Holder(api=ARTIFACT_REGISTRY, name=f"projects/{{project}}/locations/{{location}}/repositories/{_ID}"),
    Holder(api=CLOUD_RUN, name=f"projects/{{project}}/locations/{{location}}/{{kind:services|jobs}}/{_ID}"),
)


def routes(store: Store, *, lag: int = 0) -> Iterable[web.RouteDef]:
    for holder in HOLDERS:
        yield from _routes_of(store, holder, lag)


def _routes_of(store: Store, holder: Holder, lag: int) -> Sequence[web.RouteDef]:
    base = f"/{holder.api.prefix}/{holder.api.version}/"

    def resource(request: web.Request) -> str:
        name = request.path.removeprefix(base).rpartition(":")[0]
        if not holder.always and store.get(f"{holder.api.prefix}/{name}") is None:
            raise not_found(name)
        return f"{holder.api.prefix}/{name}"

    async def read(request: web.Request) -> web.Response:
        return web.json_response(get(store, resource(request)))

    async def write(request: web.Request) -> web.Response:
        policy = (await bodies.read(request)).get("policy")
        if not isinstance(policy, dict):
            raise ApiError(400, "policy is required: an object with bindings and the etag that getIamPolicy returned.")
        return web.json_response(put(store, resource(request), policy, lag=lag))

    async def test(request: web.Request) -> web.Response:
        resource(request)
        asked = (await bodies.read(request)).get("permissions") or []
        return web.json_response({"permissions": asked})

    path = base + holder.name
    return [
        web.route(holder.read_by, f"{path}:getIamPolicy", read),
        web.post(f"{path}:setIamPolicy", write),
        web.post(f"{path}:testIamPermissions", test),
    ]


def _bindings(store: Store, bindings: Any) -> Iterable[Document]:
    if not isinstance(bindings, list) or not all(isinstance(each, dict) for each in bindings):
        raise ApiError(400, "policy.bindings must be a list of objects with role and members.")
    for binding in bindings:
        role, members = binding.get("role"), binding.get("members") or []
        if not isinstance(role, str) or not _ROLE.fullmatch(role):
            raise ApiError(400, f"Role '{role}' is not of the form roles/NAME or projects/PROJECT/roles/NAME.")
        for member in members:
            _check_member(store, member)
        condition = {"condition": binding["condition"]} if binding.get("condition") else {}
        yield {"role": role, "members": members} | condition


def _check_member(store: Store, member: Any) -> None:
    if not isinstance(member, str) or not _MEMBER.fullmatch(member):
        raise ApiError(
            400, f"Invalid value for member '{member}': it must be allUsers, or a type and an identity (user:a@b.c)."
        )
    account = _ACCOUNT.fullmatch(member)
    if account and store.get(f"{IAM.prefix}/projects/{account[2]}/serviceAccounts/{account[1]}") is None:
        raise ApiError(400, f"Service account {account[1]} does not exist.")


def _merged(bindings: Iterable[Document]) -> list[Document]:
    """One binding for each role and condition, in order of role, members once each; empty ones dropped."""
    found: dict[str, Document] = {}
    for binding in bindings:
        key = json.dumps([binding["role"], binding.get("condition")], sort_keys=True)
        members = found.setdefault(key, binding | {"members": []})["members"]
        members += [member for member in binding["members"] if member not in members]
    return [found[key] for key in sorted(found) if found[key]["members"]]


def _etag(body: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest()
    return base64.b64encode(digest[:9]).decode()
