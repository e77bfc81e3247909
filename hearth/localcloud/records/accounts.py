"""IAM v1: service accounts. Keys and tokens are left out: nothing on a local cloud proves who it is."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from hearth.catalog.apis import IAM
from hearth.localcloud import bodies
from hearth.localcloud.errors import ApiError
from hearth.localcloud.records import collections
from hearth.localcloud.records.collections import Collection
from hearth.localcloud.store import Document, Store

_MUTABLE = frozenset({"displayName", "description"})
_MOST_CHARACTERS = {"displayName": 100, "description": 256}


def routes(store: Store) -> Iterable[web.RouteDef]:
    async def switch(request: web.Request) -> web.Response:
        project, email, verb = (request.match_info[key] for key in ("project", "id", "verb"))
        name = f"projects/{project}/serviceAccounts/{email}"
        account = collections.get_document(store, IAM, name)
        account.pop("disabled", None)
        store.put(f"{IAM.prefix}/{name}", account | ({"disabled": True} if verb == "disable" else {}))
        return web.json_response({})

    for route in collections.routes(store, _ACCOUNTS):
        yield web.route(route.method, route.path, _in_its_project(route.handler))
    base = f"/{IAM.prefix}/{IAM.version}/projects/{{project}}/serviceAccounts"
    yield web.post(f"{base}/{{id:[^/:]+}}:{{verb:enable|disable}}", switch)


def _in_its_project(handler: Any) -> Handler:
    """`-` stands for the project in the account's address; gcloud names accounts so."""

    async def answered(request: web.Request) -> web.StreamResponse:
        place = request.match_info
        if place["project"] == "-" and "id" in place:
            place["project"] = place["id"].partition("@")[2].partition(".")[0]
        response: web.StreamResponse = await handler(request)
        return response

    return answered


def _made(name: str, body: Mapping[str, Any]) -> Document:
    _, project, _, account = name.split("/")
    email = f"{account}@{project}.iam.gserviceaccount.com"
    unique = str(10**20 + int(hashlib.sha256(email.encode()).hexdigest(), 16) % (9 * 10**20))
    return _checked(
        {field: body[field] for field in sorted(_MUTABLE) if body.get(field)}
        | {
            "name": f"projects/{project}/serviceAccounts/{email}",
            "projectId": project,
            "uniqueId": unique,
            "oauth2ClientId": unique,
            "email": email,
        }
    )


def _checked(account: Document) -> Document:
    for field, most in _MOST_CHARACTERS.items():
        # The API counts bytes of UTF-8.
        if len(bodies.text(account, field).encode()) > most:
            raise ApiError(400, f"serviceAccount.{field} is longer than {most} bytes.")
    return account


def _opened(body: Document) -> tuple[str, Mapping[str, Any]]:
    return bodies.text(body, "accountId"), body.get("serviceAccount") or {}


def _changed(body: Document) -> tuple[Mapping[str, Any], str]:
    return body.get("serviceAccount") or {}, bodies.text(body, "updateMask")


_ACCOUNTS = Collection(
    api=IAM,
    parent="projects/{project}",
    plural="serviceAccounts",
    list_field="accounts",
    made=_made,
    id_rule=re.compile(r"(?=.{6,30}$)[a-z][a-z0-9-]*[a-z0-9]"),
    id_says=(
        "accountId must have 6 to 30 lower-case letters, digits and hyphens, begin with a letter and not end with a "
        "hyphen."
    ),
    opened=_opened,
    changed=_changed,
    patched=_checked,
    mutable=_MUTABLE,
    deletable=collections.always_deletable,
    sizes=(20, 100),
)
