"""What is lost with a resource, and what keeps it from being lost: for the guards and for the preview.

Two rules make up for types that nobody wrote down here: whatever Google gives a protection against deletion of its own
holds something, and each such protection is known by its property's name. Left out: `deletionPolicy: ABANDON`, with
which Google keeps what the program drops, and what of it can be had back from backups, trash or an earlier version.
"""

from collections.abc import Mapping
from typing import Any, Final

PROTECTED: Final[Mapping[str, str]] = {
    "gcp:alloydb/backup:Backup": "the backup",
    "gcp:alloydb/cluster:Cluster": "every database in the cluster",
    "gcp:artifactregistry/repository:Repository": "every image in it, and with them the way back to earlier versions",
    "gcp:backupdisasterrecovery/backupVault:BackupVault": "every backup in the vault",
    "gcp:bigquery/dataset:Dataset": "every table in the dataset",
    "gcp:bigquery/table:Table": "every row in the table",
    "gcp:bigtable/instance:Instance": "every table in the instance",
    "gcp:bigtable/table:Table": "every row in the table",
    "gcp:cloudrun/service:Service": "its revisions and its URL; requests fail until the new one is ready",
    "gcp:cloudrunv2/service:Service": "its revisions and its URL; requests fail until the new one is ready",
    "gcp:cloudtasks/queue:Queue": "every task in the queue",
    "gcp:compute/address:Address": "the IP address, which may not be had again",
    "gcp:compute/disk:Disk": "everything on the disk",
    "gcp:compute/globalAddress:GlobalAddress": "the IP address, which may not be had again",
    "gcp:compute/instance:Instance": "what is on its boot disk, and its address",
    "gcp:compute/machineImage:MachineImage": "the machine image",
    "gcp:compute/regionDisk:RegionDisk": "everything on the disk",
    "gcp:compute/snapshot:Snapshot": "the snapshot",
    "gcp:container/cluster:Cluster": "everything that runs in the cluster",
    "gcp:discoveryengine/dataStore:DataStore": "every document in the store",
    "gcp:dns/managedZone:ManagedZone": "every record in the zone, and its name servers",
    "gcp:filestore/backup:Backup": "the backup",
    "gcp:filestore/instance:Instance": "every file on it",
    "gcp:filestore/snapshot:Snapshot": "the snapshot",
    "gcp:firebase/databaseInstance:DatabaseInstance": "everything in the database",
    "gcp:firebase/hostingCustomDomain:HostingCustomDomain": "the domain's certificate; visitors get errors meanwhile",
    "gcp:firebase/hostingSite:HostingSite": "every release and the address, which may not be had again",
    "gcp:firestore/database:Database": "every document in the database",
    "gcp:firestore/document:Document": "the document",
    "gcp:healthcare/dataset:Dataset": "every store in the dataset",
    "gcp:healthcare/dicomStore:DicomStore": "every record in the store",
    "gcp:healthcare/fhirStore:FhirStore": "every record in the store",
    "gcp:healthcare/hl7Store:Hl7Store": "every record in the store",
    "gcp:identityplatform/tenant:Tenant": "every user of the tenant",
    # Google keeps the names, and destroys the key material.
    "gcp:kms/cryptoKey:CryptoKey": "every version of the key: what was encrypted with it can't be read any more",
    "gcp:kms/cryptoKeyVersion:CryptoKeyVersion": "the key: what was encrypted with it can't be read any more",
    "gcp:logging/projectBucketConfig:ProjectBucketConfig": "every log entry in the bucket",
    "gcp:looker/instance:Instance": "everything in the instance",
    "gcp:lustre/instance:Instance": "every file on it",
    "gcp:managedkafka/cluster:Cluster": "every topic in the cluster",
    "gcp:managedkafka/topic:Topic": "every message in the topic",
    "gcp:memcache/instance:Instance": "everything in its memory",
    "gcp:memorystore/instance:Instance": "everything in its memory",
    "gcp:netapp/backup:Backup": "the backup",
    "gcp:netapp/backupVault:BackupVault": "every backup in the vault",
    "gcp:netapp/volume:Volume": "every file on the volume",
    "gcp:netapp/volumeSnapshot:VolumeSnapshot": "the snapshot",
    "gcp:organizations/project:Project": "everything in the project",
    "gcp:parallelstore/instance:Instance": "every file on it",
    "gcp:parametermanager/parameter:Parameter": "every version of the parameter",
    "gcp:parametermanager/regionalParameter:RegionalParameter": "every version of the parameter",
    "gcp:pubsub/subscription:Subscription": "messages that are not acknowledged yet",
    "gcp:pubsub/topic:Topic": "messages that no subscription has got yet",
    "gcp:redis/cluster:Cluster": "everything in its memory",
    "gcp:redis/instance:Instance": "everything in its memory",
    "gcp:secretmanager/regionalSecret:RegionalSecret": "every version of the secret",
    "gcp:secretmanager/secret:Secret": "every version of the secret",
    "gcp:securesourcemanager/repository:Repository": "every commit in the repository",
    "gcp:sourcerepo/repository:Repository": "every commit in the repository",
    "gcp:spanner/database:Database": "every row in the database",
    "gcp:spanner/instance:Instance": "every database in the instance",
    "gcp:sql/database:Database": "every row in the database",
    "gcp:sql/databaseInstance:DatabaseInstance": "every database in the instance, and its backups",
    "gcp:storage/bucket:Bucket": "every object in the bucket",
    "gcp:vectorsearch/collection:Collection": "every object in the collection",
    "gcp:vertex/aiDataset:AiDataset": "every item in the dataset",
    "gcp:vertex/aiFeatureOnlineStore:AiFeatureOnlineStore": "every feature in the store",
    "gcp:vertex/aiFeatureStore:AiFeatureStore": "every feature in the store",
    "gcp:vertex/aiIndex:AiIndex": "every vector in the index",
}
"""By type, what holds data, or an address that people know: production has to protect it."""

UNPROTECTED: Final[Mapping[str, str]] = {
    "gcp:cloudrunv2/job:Job": "its executions",
    "gcp:cloudrunv2/workerPool:WorkerPool": "its revisions; nothing works until the new one is ready",
    "gcp:compute/image:Image": "the disk image",
    "gcp:firestore/index:Index": "the index: queries that need it are refused until it is built again",
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": "deployments from CI; its id stays blocked for 30 days",
    "gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion": "the secret's value",
    "gcp:secretmanager/secretVersion:SecretVersion": "the secret's value",
    "gcp:serviceaccount/account:Account": "the identity: grants to it that other stacks or people made",
    "gcp:sql/user:User": "the database user, and what depends on its password",
    "gcp:storage/batchOperationsJob:BatchOperationsJob": "what it has told of its progress",
    "gcp:workflows/workflow:Workflow": "its executions",
    "hearth:hosting:SiteRelease": "the site's public pages",
    "hearth:secret:KeyVersion": "the key: what was signed with it is void once no version holds it any more",
    "hearth:secret:RandomKey": "the key: what was signed with it is void, and where it is a password, it opens nothing",
}
"""By type, what an ordinary deployment may replace, and what is lost with it nevertheless."""

REFUSED_UNLESS: Final[Mapping[str, str]] = {
    "gcp:bigquery/dataset:Dataset": "deleteContentsOnDestroy",
    "gcp:storage/bucket:Bucket": "forceDestroy",
}
"""By type, the property without which Google refuses to delete it while there is anything in it."""

PROTECTIONS: Final[Mapping[str, object]] = {
    "deletionProtection": True,
    "deletionProtectionEnabled": True,
    "deleteProtection": True,
    "deleteProtectionState": "DELETE_PROTECTION_ENABLED",
    "enableDeletionProtection": True,
    "enableDropProtection": True,
    "settings.deletionProtectionEnabled": True,
}
"""By path, Google's and its provider's own protections against deletion, and the value that is on.

`deletionProtection` is the provider's alone for most types; the others hold in the console, too.
"""
_LOCKED: Final = (
    "gcp:activedirectory/domain:Domain",
    "gcp:alloydb/cluster:Cluster",
    "gcp:bigquery/table:Table",
    "gcp:bigtable/instance:Instance",
    "gcp:certificateauthority/authority:Authority",
    "gcp:cloudrunv2/job:Job",
    "gcp:cloudrunv2/service:Service",
    "gcp:cloudrunv2/workerPool:WorkerPool",
    "gcp:compute/storagePool:StoragePool",
    "gcp:container/cluster:Cluster",
    "gcp:memcache/instance:Instance",
    "gcp:oracledatabase/autonomousDatabase:AutonomousDatabase",
    "gcp:oracledatabase/cloudExadataInfrastructure:CloudExadataInfrastructure",
    "gcp:oracledatabase/cloudVmCluster:CloudVmCluster",
    "gcp:oracledatabase/dbSystem:DbSystem",
    "gcp:oracledatabase/exadbVmCluster:ExadbVmCluster",
    "gcp:oracledatabase/exascaleDbStorageVault:ExascaleDbStorageVault",
    "gcp:oracledatabase/goldengateConnection:GoldengateConnection",
    "gcp:oracledatabase/goldengateConnectionAssignment:GoldengateConnectionAssignment",
    "gcp:oracledatabase/odbNetwork:OdbNetwork",
    "gcp:oracledatabase/odbSubnet:OdbSubnet",
    "gcp:organizations/folder:Folder",
    "gcp:redis/instance:Instance",
    "gcp:spanner/database:Database",
    "gcp:sql/databaseInstance:DatabaseInstance",
    "gcp:workflows/workflow:Workflow",
)
LOCKED: Final[Mapping[str, Mapping[str, object]]] = {
    **{each: {"deletionProtection": True} for each in _LOCKED},
    "gcp:redis/cluster:Cluster": {"deletionProtectionEnabled": True},
}
"""By type, the protection that is on unless a program says otherwise (the SDK's own descriptions)."""
# Types whose `deletionProtection` is a text.
_IN_WORDS: Final = ("gcp:bigtable/authorizedView:AuthorizedView", "gcp:bigtable/table:Table")
_PROTECTED: Final = "PROTECTED"
# The provider's lock for nearly every type. It does what `protect` does, so nobody has to set it.
_POLICY: Final = ("deletionPolicy", "PREVENT")

HELD: Final = "what it holds: it has a deletion protection of its own"


def lost(type: str, taken: Mapping[str, Any]) -> str:
    """What goes with a resource; empty for nothing. `taken` has what it declares, or what its type takes."""
    return PROTECTED.get(type) or UNPROTECTED.get(type) or (HELD if _paths(taken) else "")


def needs_protection(type: str, taken: Mapping[str, Any]) -> bool:
    """Whether a production stack has to protect it. `taken` has what it declares, or what its type takes."""
    return type not in UNPROTECTED and bool(lost(type, taken))


def protections(type: str, taken: Mapping[str, Any]) -> Mapping[str, object]:
    """By path, the value that is on of each protection. `taken` has what it declares, or what its type takes."""
    return {path: _PROTECTED if type in _IN_WORDS else PROTECTIONS[path] for path in _paths(taken)}


def held(inputs: Mapping[str, Any]) -> list[str]:
    """Paths of the protections that are on in these inputs."""
    on = [*PROTECTIONS.items(), ("deletionProtection", _PROTECTED), _POLICY]
    return [path for path, value in on if _at(inputs, path) == value]


def _paths(taken: Mapping[str, Any]) -> list[str]:
    return [path for path in PROTECTIONS if _at(taken, path) is not None]


def _at(taken: Any, path: str) -> Any:
    for step in path.split("."):
        taken = taken.get(step) if isinstance(taken, Mapping) else None
    return taken
