"""Which resource types the local cloud plays, and what of each; it keeps all others as records that do nothing.

What it does with each stands in `hearth.localcloud.standin.provider`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

# A Member, a Binding and a Policy of each write the same policy.
_GRANTS: Final[Mapping[str, str]] = {
    "gcp:artifactregistry/repositoryIam": "decides which account may push a build's image",
    "gcp:cloudrunv2/serviceIam": "decides whether everybody may call the service",
    "gcp:projects/iAM": "a policy for the whole project; counts where the resource's own does",
    "gcp:secretmanager/secretIam": "decides whose variables may hold the secret",
    "gcp:serviceaccount/iAM": "a policy; nobody acts as another account",
    "gcp:storage/bucketIAM": "decides which account may fetch a build's source",
}
_WAYS: Final = ("Member", "Binding", "Policy")


def _grants() -> Iterator[tuple[str, str]]:
    for stem, what in _GRANTS.items():
        kind = stem.partition("/")[2]
        for way in _WAYS:
            yield f"{stem}{way}:{kind[0].upper()}{kind[1:]}{way}", what


PLAYED: Final[Mapping[str, str]] = {
    "gcp:artifactregistry/repository:Repository": "holds the images that builds push, by digest and tag",
    "gcp:cloudrunv2/job:Job": "runs the image's command as tasks, with exit codes, retries and time limits",
    "gcp:cloudrunv2/service:Service": "runs the image's command behind a port, with probes, secrets and revisions",
    "gcp:cloudscheduler/job:Job": "calls a service on this machine when it is due, with a token and retries",
    "gcp:cloudtasks/queue:Queue": "takes tasks and calls a service on this machine, with a token, retries and rates",
    "gcp:eventarc/trigger:Trigger": "tells a service on this machine of new documents in Firestore, with a token",
    "gcp:firebase/hostingCustomDomain:HostingCustomDomain": "its state, with the DNS records that it would need",
    "gcp:firebase/hostingSite:HostingSite": "serves files and rewrites at the edge",
    "gcp:firebase/project:Project": "brings the default site",
    "gcp:firestore/database:Database": "documents in Google's emulator",
    "gcp:firestore/field:Field": "a field's settings, which do nothing",
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": "its settings; nobody signs in by it",
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": "its settings; nobody signs in by it",
    "gcp:identityplatform/config:Config": "which ways of signing in are open",
    "gcp:projects/apiKey:ApiKey": "signs users in",
    "gcp:projects/service:Service": "an API answers only where it is switched on",
    "gcp:projects/serviceIdentity:ServiceIdentity": "the address of a service's agent",
    "gcp:secretmanager/secret:Secret": "holds versions, which services get as variables",
    "gcp:secretmanager/secretVersion:SecretVersion": "numbered, disabled and destroyed",
    "gcp:serviceaccount/account:Account": "is who services and builds act as",
    "gcp:sql/database:Database": "a database on the server",
    "gcp:sql/databaseInstance:DatabaseInstance": "a real Postgres",
    "gcp:sql/user:User": "an account of the server, with its password",
    "gcp:storage/bucket:Bucket": "holds objects",
    **dict(_grants()),
}
"""By type, what of it there is on the local cloud."""

_MOST = 8


def is_kept(type: str) -> bool:
    """Whether it is a type of Google's provider that the local cloud does not play."""
    return type.startswith("gcp:") and type not in PLAYED


def short(type: str) -> str:
    """`redis.Instance` of `gcp:redis/instance:Instance`."""
    _, module, kind = type.split(":")
    return f"{module.partition('/')[0]}.{kind}"


def summarize(types: Iterable[str]) -> str:
    """`3 resources (2 pubsub.Topic, redis.Instance)`, the most frequent first; a long list is cut, and says so."""
    counts = Counter(short(each) for each in types)
    told = [f"{count} {name}" if count > 1 else name for name, count in counts.most_common(_MOST)]
    if more := len(counts) - len(told):
        told.append(f"{more} more type{'s' if more > 1 else ''}")
    total = counts.total()
    return f"{total} resource{'s' if total != 1 else ''} ({', '.join(told)})"
