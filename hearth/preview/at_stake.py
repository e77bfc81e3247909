"""What is lost with a resource, and what keeps it from being lost."""

from collections.abc import Mapping

from hearth.preview.changes import Change

DATA: Mapping[str, str] = {
    "gcp:artifactregistry/repository:Repository": "every image in it, and with them the way back to earlier versions",
    "gcp:cloudrunv2/job:Job": "its executions",
    "gcp:cloudrunv2/service:Service": "its revisions and its URL; requests fail until the new one is ready",
    "gcp:firebase/hostingCustomDomain:HostingCustomDomain": "the domain's certificate; visitors get errors meanwhile",
    "gcp:firebase/hostingSite:HostingSite": "every release and the address, which may not be had again",
    "gcp:firestore/database:Database": "every document in the database",
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": "deployments from CI; its id stays blocked for 30 days",
    "gcp:pubsub/subscription:Subscription": "messages that are not acknowledged yet",
    "gcp:pubsub/topic:Topic": "messages that no subscription has got yet",
    "gcp:secretmanager/secret:Secret": "every version of the secret",
    "gcp:secretmanager/secretVersion:SecretVersion": "the secret's value",
    "gcp:serviceaccount/account:Account": "the identity: grants to it that other stacks or people made",
    "gcp:sql/database:Database": "every row in the database",
    "gcp:sql/databaseInstance:DatabaseInstance": "every database in the instance, and its backups",
    "gcp:sql/user:User": "the database user, and what depends on its password",
    "gcp:storage/bucket:Bucket": "every object in the bucket",
    "hearth:hosting:SiteRelease": "the site's public pages",
    "hearth:secret:RandomKey": "the key: what was signed with it is void, and where it is a password, it opens nothing",
}
"""By type; a type that is not here holds no data of its own."""

# Refused by Google, or by its provider before it asks.
_GUARDS = ("deletionProtection", "deletionProtectionEnabled", "settings.deletionProtectionEnabled")
_STATEFUL_ENOUGH = "DELETE_PROTECTION_ENABLED"


def data(change: Change) -> str:
    """What goes with it; empty for nothing."""
    if change.type == "gcp:storage/bucket:Bucket" and change.old.get("forceDestroy") is not True:
        return f"{DATA[change.type]}; Google refuses while there is any, for want of forceDestroy"
    return DATA.get(change.type, "")


def refusals(change: Change) -> list[str]:
    """The protections for which the deployment will be refused.

    What holds is what is deployed: to take protection off and to replace in one step does not help.
    """
    if not change.lost:
        return []
    reasons = ["protect"] if change.was_protected else []
    reasons += [name for name in _GUARDS if _holds(change.old, name)]
    if change.old.get("deleteProtectionState") == _STATEFUL_ENOUGH:
        reasons.append("deleteProtectionState")
    return reasons


def lifted(change: Change) -> list[str]:
    """Names of the protections that head takes away from a resource that base protects."""
    if change.op in {"create", "delete"}:
        return []
    gone = ["protect"] if change.was_protected and not change.is_protected else []
    gone += [name for name in _GUARDS if _holds(change.old, name) and not _holds(change.new, name)]
    state = "deleteProtectionState"
    if change.old.get(state) == _STATEFUL_ENOUGH != change.new.get(state):
        gone.append(state)
    return gone


def _holds(inputs: Mapping[str, object], path: str) -> bool:
    found: object = inputs
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found is True
