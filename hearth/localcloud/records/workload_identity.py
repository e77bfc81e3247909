"""IAM v1: workload identity pools and their providers, as records.

Who would be believed, not the believing: nothing on a local cloud signs or exchanges tokens. A deleted pool or
provider keeps its name for 30 days, as on Google, so that a second one of that name is refused here, too. Left out:
bringing a deleted one back, lists of deleted ones, keys, managed identities, and the attestation rules that only these
have: the list of a pool's rules is there, and empty. Names carry the project's id where Google answers with its number.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from hearth.catalog.apis import IAM
from hearth.localcloud import bodies
from hearth.localcloud.errors import ApiError, exists
from hearth.localcloud.records import collections
from hearth.localcloud.records.collections import Collection
from hearth.localcloud.store import Document, Store

_BLOCKED = timedelta(days=30)
_TYPE = "type.googleapis.com/google.iam.admin.v1"
# "Manage workload identity pools and providers".
_ID = re.compile(r"(?!gcp-)[a-z0-9-]{4,32}")
_ID_SAYS = "it must have 4 to 32 lower-case letters, digits and hyphens and not begin with gcp-."
_POOL = frozenset({"displayName", "description", "disabled", "mode"})
_WAYS = frozenset({"oidc", "aws", "saml", "x509"})
_PROVIDER = frozenset({"displayName", "description", "disabled", "attributeMapping", "attributeCondition"}) | _WAYS
_MOST_CHARACTERS = {"displayName": 32, "description": 256, "attributeCondition": 4096}


def routes(store: Store) -> Iterable[web.RouteDef]:
    pools = "projects/{project}/locations/global"
    pool = _collection(store, pools, "workloadIdentityPools", _POOL, _pool)
    yield from collections.routes(store, pool)
    parent = f"{pools}/workloadIdentityPools/{{pool}}"

    async def attestation_rules(request: web.Request) -> web.Response:
        """Google's provider asks whenever it reads a pool."""
        collections.get_document(store, IAM, parent.format(**request.match_info))
        return web.json_response({})

    one = parent.replace("{pool}", "{pool:[^/:]+}")
    yield web.get(f"/{IAM.prefix}/{IAM.version}/{one}:listAttestationRules", attestation_rules)
    provider = _collection(store, parent, "providers", _PROVIDER, _provider)
    yield from collections.routes(
        store,
        replace(
            provider,
            id_parameter="workloadIdentityPoolProviderId",
            resource_type=f"{_TYPE}.WorkloadIdentityPoolProvider",
            parent_kept=True,
        ),
    )


def _collection(
    store: Store, parent: str, plural: str, fields: frozenset[str], checked: Callable[[Document], Document]
) -> Collection:

    def made(name: str, body: Mapping[str, Any]) -> Document:
        gone = store.get(_grave(name))
        if gone is not None and datetime.now(UTC) < datetime.fromisoformat(gone["until"]):
            raise exists(name)
        return checked({**body, "name": name, "state": "ACTIVE"})

    def buried(_store: Store, name: str, _query: Mapping[str, str]) -> None:
        below = [each["name"] for _, each in store.children(f"{IAM.prefix}/{name}/providers")]
        for each in (name, *below):
            store.put(_grave(each), {"until": (datetime.now(UTC) + _BLOCKED).isoformat()})

    return Collection(
        api=IAM,
        parent=parent,
        plural=plural,
        made=made,
        id_rule=_ID,
        id_says=_ID_SAYS,
        id_parameter="workloadIdentityPoolId",
        mutable=fields - {"mode"},
        fixed=fields & {"mode"},
        computed=frozenset({"state", "expireTime"}),
        patched=checked,
        mask_required=True,
        deletable=buried,
        operation=_TYPE + ".WorkloadIdentityPoolOperationMetadata",
        own_operations=True,
        resource_type=f"{_TYPE}.WorkloadIdentityPool",
    )


def _grave(name: str) -> str:
    return f"deleted/{IAM.prefix}/{name}"


def _pool(pool: Document) -> Document:
    return _short({"mode": "FEDERATION_ONLY"} | pool)


def _provider(provider: Document) -> Document:
    ways = sorted(_WAYS & provider.keys())
    if len(ways) != 1:
        raise ApiError(
            400, f"A provider must have exactly one of {', '.join(sorted(_WAYS))}; this one has {ways or 'none'}."
        )
    mapping = provider.get("attributeMapping") or {}
    if not isinstance(mapping, dict) or (ways != ["aws"] and not mapping.get("google.subject")):
        raise ApiError(400, "attributeMapping must map google.subject.")
    if "oidc" in ways and not str(provider["oidc"].get("issuerUri", "")).startswith("https://"):
        raise ApiError(400, "oidc.issuerUri must be an https URL.")
    return _short(provider)


def _short(body: Document) -> Document:
    for field, most in _MOST_CHARACTERS.items():
        if len(bodies.text(body, field)) > most:
            raise ApiError(400, f"{field} is longer than {most} characters.")
    return body
