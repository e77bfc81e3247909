"""What the providers answer when a resource is created: the outputs that this program reads, and no others.

Kept honest by the table of facts and by the provider's own schema: an output that neither has is refused.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from hearth.catalog import types
from hearth.provider.schema import RESOURCES as HEARTH

Values = Mapping[str, Any]

DIGEST = "sha256:" + "d" * 64
PROJECT_NUMBER = "123456789012"


def _service_name(of: Values) -> str:
    return f"projects/{of['project']}/locations/{of['location']}/services/{of['name']}"


def _account(of: Values) -> Values:
    email = f"{of['accountId']}@{of['project']}.iam.gserviceaccount.com"
    return {
        "email": email,
        "member": f"serviceAccount:{email}",
        "name": f"projects/{of['project']}/serviceAccounts/{email}",
    }


def _pool(of: Values) -> str:
    return f"projects/{PROJECT_NUMBER}/locations/global/workloadIdentityPools/{of['workloadIdentityPoolId']}"


# By type: the resource's id, and the outputs that Google computes and this program reads.
COMPUTED: dict[str, tuple[Callable[[Values], str], Callable[[Values], Values]]] = {
    "gcp:artifactregistry/repository:Repository": (
        lambda of: f"projects/{of['project']}/locations/{of['location']}/repositories/{of['repositoryId']}",
        lambda _: {},
    ),
    "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": (
        lambda of: f"{of['repository']}/{of['role']}/{of['member']}",
        lambda _: {},
    ),
    "gcp:cloudrunv2/job:Job": (
        lambda of: f"projects/{of['project']}/locations/{of['location']}/jobs/{of['name']}",
        lambda _: {},
    ),
    "gcp:cloudrunv2/service:Service": (
        _service_name,
        lambda of: {"uri": f"https://{of['name']}-{PROJECT_NUMBER}.{of['location']}.run.app"},
    ),
    "gcp:cloudrunv2/serviceIamMember:ServiceIamMember": (
        lambda of: f"{_service_name(of)}/{of['role']}/{of['member']}",
        lambda _: {},
    ),
    "gcp:firebase/hostingCustomDomain:HostingCustomDomain": (
        lambda of: f"projects/{of['project']}/sites/{of['siteId']}/customDomains/{of['customDomain']}",
        lambda of: {"requiredDnsUpdates": [{"desireds": [{"domainName": of["customDomain"]}]}]},
    ),
    "gcp:identityplatform/config:Config": (lambda of: f"projects/{of['project']}/config", lambda _: {}),
    "gcp:projects/apiKey:ApiKey": (
        lambda of: f"projects/{of['project']}/locations/global/keys/sign-in-web-key-1a2b3c4",
        lambda _: {"keyString": "AIzaSyD-made-up-for-tests-0123456789abc"},
    ),
    "gcp:firebase/hostingSite:HostingSite": (
        lambda of: f"projects/{of['project']}/sites/{of['siteId']}",
        lambda of: {"defaultUrl": f"https://{of['siteId']}.web.app"},
    ),
    "gcp:firebase/project:Project": (lambda of: f"projects/{of['project']}", lambda _: {}),
    "gcp:firestore/database:Database": (lambda of: f"projects/{of['project']}/databases/{of['name']}", lambda _: {}),
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": (
        lambda of: f"projects/{of['project']}/locations/global/workloadIdentityPools/{of['workloadIdentityPoolId']}",
        lambda of: {"name": _pool(of)},
    ),
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": (
        lambda of: f"{_pool(of)}/providers/{of['workloadIdentityPoolProviderId']}",
        lambda of: {"name": f"{_pool(of)}/providers/{of['workloadIdentityPoolProviderId']}"},
    ),
    "gcp:firestore/field:Field": (
        lambda of: (
            f"projects/{of['project']}/databases/{of['database']}/collectionGroups/{of['collection']}"
            f"/fields/{of['field']}"
        ),
        lambda _: {},
    ),
    "gcp:projects/iAMMember:IAMMember": (lambda of: f"{of['project']}/{of['role']}/{of['member']}", lambda _: {}),
    "gcp:projects/service:Service": (lambda of: f"{of['project']}/{of['service']}", lambda _: {}),
    "gcp:projects/serviceIdentity:ServiceIdentity": (
        lambda of: f"projects/{of['project']}/services/{of['service']}",
        lambda _: {},
    ),
    "gcp:secretmanager/secret:Secret": (
        lambda of: f"projects/{of['project']}/secrets/{of['secretId']}",
        lambda _: {},
    ),
    "gcp:secretmanager/secretIamMember:SecretIamMember": (
        lambda of: f"projects/{of['project']}/secrets/{of['secretId']}/{of['role']}/{of['member']}",
        lambda _: {},
    ),
    "gcp:secretmanager/secretVersion:SecretVersion": (
        lambda of: f"{of['secret']}/versions/1",
        lambda _: {"version": "1"},
    ),
    "gcp:serviceaccount/iAMMember:IAMMember": (
        lambda of: f"{of['serviceAccountId']}/{of['role']}/{of['member']}",
        lambda _: {},
    ),
    "gcp:serviceaccount/account:Account": (lambda of: _account(of)["name"], _account),
    "gcp:sql/database:Database": (
        lambda of: f"projects/{of['project']}/instances/{of['instance']}/databases/{of['name']}",
        lambda _: {},
    ),
    "gcp:sql/databaseInstance:DatabaseInstance": (
        lambda of: of["name"],
        lambda of: {"connectionName": f"{of['project']}:{of['region']}:{of['name']}"},
    ),
    "gcp:sql/user:User": (lambda of: f"{of['name']}//{of['instance']}", lambda _: {}),
    "gcp:storage/bucket:Bucket": (lambda of: of["name"], lambda _: {}),
    "gcp:storage/bucketIAMMember:BucketIAMMember": (
        lambda of: f"b/{of['bucket']}/{of['role']}/{of['member']}",
        lambda _: {},
    ),
    "hearth:build:Image": (
        lambda of: f"projects/{of['project']}/locations/{of['region']}/repositories/{of['repository']}/packages/web",
        lambda of: {
            "ref": f"{of['region']}-docker.pkg.dev/{of['project']}/{of['repository']}/{of['name']}@{DIGEST}",
            "digest": DIGEST,
        },
    ),
    "hearth:project:Settled": (lambda of: f"{of['project']}/settled", lambda _: {}),
    "hearth:run:JobExecution": (
        lambda of: f"projects/{of['project']}/locations/{of['region']}/jobs/{of['job']}",
        lambda of: {"execution": f"{of['job']}-1", "completed": "2026-01-01T00:00:00Z"},
    ),
    "hearth:secret:RandomKey": (
        lambda _: "key",
        lambda of: {
            "value": hashlib.sha256(of["rotation"].encode()).hexdigest(),
            "previous": hashlib.sha256(f"before {of['rotation']}".encode()).hexdigest(),
        },
    ),
    "hearth:hosting:SiteRelease": (
        lambda of: f"projects/{of['project']}/sites/{of['site']}/channels/{of['channel']}",
        lambda of: {
            "version": f"projects/{of['project']}/sites/{of['site']}/versions/1",
            "release": f"projects/{of['project']}/sites/{of['site']}/channels/{of['channel']}/releases/1",
            "url": f"https://{of['site']}.web.app",
        },
    ),
}


def check_inputs(type: str, name: str, inputs: Values) -> None:
    """Refuse what the provider would refuse by name: missing, unknown or misshapen inputs. Raises LookupError."""
    if type in HEARTH:
        declared = HEARTH[type]
        faults = [f"{key}: required, and missing" for key in sorted(set(declared["requiredInputs"]) - set(inputs))]
        faults += [f"{key}: no such property" for key in sorted(set(inputs) - set(declared["inputProperties"]))]
    else:
        faults = _google(type).faults(inputs)
    if faults:
        raise LookupError(f"{type} {name!r} declares what the provider would refuse:\n  " + "\n  ".join(faults))


def answer(type: str, inputs: Values) -> tuple[str, Values]:
    """A created resource's id and outputs. Raises LookupError for a type that COMPUTED does not know."""
    if type not in COMPUTED:
        raise LookupError(f"no outputs for {type}: add them to COMPUTED, or what reads them is dropped unseen")
    identity, computed = COMPUTED[type]
    added = computed(inputs)
    if type in HEARTH:
        invented = sorted(set(added) - set(HEARTH[type]["properties"]))
    else:
        invented = sorted(set(added) - _google(type).computed - _google(type).outputs_only)
    if invented:
        raise LookupError(f"COMPUTED invents {invented} for {type}: the provider has no such outputs")
    return identity(inputs), {**inputs, **added}


def _google(type: str) -> types.ResourceType:
    found = types.get(type)
    if found is None:
        raise LookupError(types.no_such_type(type))
    return found
