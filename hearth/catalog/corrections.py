"""What the sources of the catalog do not tell, set right by hand, each with its reason.

Of made-up names and of what is deleted first, pulumi-gcp's own list of resources tells (`provider/resources.go`): all
types whose `name` can be left out have it made up, but for these. What else stands here, Google's provider was seen to
do (`hearth/tests/localcloud/standin/answers.json`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hearth.catalog import rules

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Autoname:
    """A name made of the resource's own and a random end, where a program leaves it out."""

    most: int = 255
    """Characters at most."""
    lower: bool = False
    """Whether it is written in small letters."""
    random: int = 7
    """Characters of the random end; 0 for none."""

    def made(self, own: str, end: str) -> str:
        """The name of a resource that is called `own`, with as much of `end` as belongs there."""
        stem = own.lower() if self.lower else own
        return f"{stem}-{end[: self.random]}" if self.random else stem

    def fault(self, own: str) -> str | None:
        """What keeps it from being made; None where nothing does."""
        if len(own) + self.random + 1 <= self.most:
            return None
        return f"{own!r} with {self.random} random characters is longer than {self.most}: set it here"


_SMALL = {"name": Autoname(most=63, lower=True)}

_AUTONAMES: Mapping[str, Mapping[str, Autoname]] = {
    "gcp:cloudrun/service:Service": _SMALL,
    "gcp:compute/backendService:BackendService": _SMALL,
    "gcp:compute/httpHealthCheck:HttpHealthCheck": _SMALL,
    "gcp:compute/httpsHealthCheck:HttpsHealthCheck": _SMALL,
    "gcp:compute/network:Network": _SMALL,
    "gcp:compute/router:Router": _SMALL,
    "gcp:compute/routerNat:RouterNat": _SMALL,
    "gcp:compute/securityPolicy:SecurityPolicy": _SMALL,
    "gcp:compute/subnetwork:Subnetwork": _SMALL,
    "gcp:compute/targetHttpProxy:TargetHttpProxy": _SMALL,
    "gcp:compute/targetHttpsProxy:TargetHttpsProxy": _SMALL,
    "gcp:compute/uRLMap:URLMap": _SMALL,
    "gcp:firestore/database:Database": _SMALL,
    "gcp:cloudfunctions/function:Function": {"name": Autoname(most=63)},
    "gcp:cloudrunv2/service:Service": {"name": Autoname(most=50, lower=True)},
    "gcp:dataproc/metastoreService:MetastoreService": {"serviceId": Autoname(most=63)},
    "gcp:organizations/iAMCustomRole:IAMCustomRole": {"roleId": Autoname()},
    "gcp:organizations/project:Project": {"name": Autoname(random=0), "projectId": Autoname(most=30, lower=True)},
    "gcp:projects/iAMCustomRole:IAMCustomRole": {"roleId": Autoname()},
    "gcp:secretmanager/secret:Secret": {"secretId": Autoname()},
    "gcp:serviceaccount/account:Account": {"accountId": Autoname(most=30)},
    "gcp:storage/bucket:Bucket": {"name": Autoname(most=222)},
}

_DELETED_FIRST = frozenset(
    {
        "gcp:bigquery/table:Table",
        "gcp:projects/iAMMember:IAMMember",
        "gcp:projects/iAMPolicy:IAMPolicy",
        "gcp:secretmanager/secret:Secret",
    }
)

# `deletionPolicy` is filled in by the plan, of nearly all types with this, so it is no default among the inputs. None
# where leaving it out keeps what it was.
_DELETE = "DELETE"
_DELETION_POLICIES: Mapping[str, str | None] = {
    "gcp:alloydb/cluster:Cluster": None,
    "gcp:bigqueryanalyticshub/queryTemplate:QueryTemplate": "DELETE_IF_DRAFTED",
    "gcp:bigtable/gCPolicy:GCPolicy": None,
    "gcp:billing/subAccount:SubAccount": None,
    "gcp:chronicle/dataTable:DataTable": None,
    "gcp:chronicle/rule:Rule": None,
    "gcp:datastream/privateConnection:PrivateConnection": "FORCE",
    "gcp:firebase/dataConnectService:DataConnectService": None,
    "gcp:firestore/database:Database": "ABANDON",
    "gcp:looker/instance:Instance": None,
    "gcp:netapp/volume:Volume": None,
    "gcp:oracledatabase/goldengateDeployment:GoldengateDeployment": "PREVENT",
    "gcp:organizations/project:Project": "PREVENT",
    "gcp:securesourcemanager/instance:Instance": "PREVENT",
    "gcp:securesourcemanager/repository:Repository": "PREVENT",
    "gcp:vertex/aiReasoningEngine:AiReasoningEngine": None,
}


# The provider answers an update when environment variables change places, although its schema calls them a set.
_NO_SETS: Mapping[str, frozenset[str]] = {
    "gcp:cloudrunv2/job:Job": frozenset({"template.template.containers.envs"}),
    "gcp:cloudrunv2/service:Service": frozenset({"template.containers.envs"}),
}

# Of types that are written with Terraform's newer framework for providers, the provider's schema does not tell what
# replaces, nor what is a set; their declarations do (`fw_resource_*.go` of Google's Terraform provider).
_REPLACE: Mapping[str, frozenset[str]] = {
    "gcp:apigee/keystoresAliasesKeyCertFile:KeystoresAliasesKeyCertFile": frozenset(
        {"alias", "environment", "key", "keystore", "orgId"}
    ),
    "gcp:storage/notification:Notification": frozenset(
        {"bucket", "customAttributes", "eventTypes", "objectNamePrefix", "payloadFormat", "topic"}
    ),
}
_SETS: Mapping[str, frozenset[str]] = {"gcp:storage/notification:Notification": frozenset({"eventTypes"})}


def corrected(token: str, row: Row) -> Row:
    """A type's row of the table, with `autonames` and `implied`."""
    own = rules.of(token)
    return {
        **row,
        "autonames": _AUTONAMES.get(token, {"name": Autoname()} if "name" in row["inputs"] else {}),
        "implied": _implied(token, row),
        "delete_first": token in _DELETED_FIRST,
        "replace": {*row.get("replace", ()), *_REPLACE.get(token, ())},
        "sets": {*row.get("sets", ()), *_SETS.get(token, ()), *own.unordered} - _NO_SETS.get(token, set()),
        "kept": {*row.get("kept", ()), *own.kept},
        "values": {**row.get("values", {}), **own.values},
    }


def _implied(token: str, row: Row) -> dict[str, Any]:
    policy = _DELETION_POLICIES.get(token, _DELETE)
    return {"deletionPolicy": policy} if policy and "deletionPolicy" in row.get("computed", ()) else {}
