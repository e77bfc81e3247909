"""Custom domains of sites (`projects.sites.customDomains` of the Hosting API), as records.

There is no DNS here to prove anything with: a domain counts as owned and hosted at once, and the edge does not serve
under its name. What is left out: certificates and undelete.
"""

import re
import uuid
from collections.abc import Mapping
from typing import Any

from hearth.catalog.apis import FIREBASE_HOSTING
from hearth.localcloud.records import collections
from hearth.localcloud.records.collections import Collection
from hearth.localcloud.store import Document
from hearth.localcloud.times import now

_TYPES = "type.googleapis.com/google.firebase.hosting.v1beta1"


def _made(name: str, body: Mapping[str, Any]) -> Document:
    owned = {"hostState": "HOST_ACTIVE", "ownershipState": "OWNERSHIP_ACTIVE"}
    return _written({**body, "name": name, "createTime": now(), **owned})


def _written(domain: Document) -> Document:
    return domain | {"updateTime": now(), "etag": uuid.uuid4().hex}


DOMAINS = Collection(
    api=FIREBASE_HOSTING,
    parent="projects/{project}/sites/{site}",
    plural="customDomains",
    made=_made,
    id_rule=re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?"),
    id_says="it must be a domain such as www.example.com.",
    id_parameter="customDomainId",
    mutable=frozenset({"annotations", "certPreference", "labels", "redirectTarget"}),
    computed=frozenset(
        {
            "deleteTime",
            "expireTime",
            "hostState",
            "ownershipState",
            "reconciling",
            "requiredDnsUpdates",
            "cert",
            "issues",
        }
    ),
    patched=_written,
    deletable=collections.always_deletable,
    operation=f"{_TYPES}.CustomDomainMetadata",
    own_operations=True,
    resource_type=f"{_TYPES}.CustomDomain",
    parent_kept=True,
    sizes=(10, 100),
)
