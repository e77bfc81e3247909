"""The REST resources that the stand-in plays, a row each; what is special about one stands in a module of its own.

Paths, query parameters and fields are those of Google's REST references. Messages' titles, defaults of kept inputs and
renamed fields are those of Google's provider (magic-modules, mmv1/products).
"""

from typing import Final

from hearth.catalog import apis
from hearth.localcloud.standin.names import Field, Way
from hearth.localcloud.standin.row import Row, Update

REPOSITORY: Final = Row(
    type="gcp:artifactregistry/repository:Repository",
    title="Repository",
    api=apis.ARTIFACT_REGISTRY,
    path="projects/{project}/locations/{location}/repositories/{repositoryId}",
    id_query="repository_id",
    names={"name": Field("name", Way.LAST), "cleanupPolicies": Field("cleanupPolicies", Way.KEYED)},
)
RUN_SERVICE: Final = Row(
    type="gcp:cloudrunv2/service:Service",
    title="Service",
    api=apis.CLOUD_RUN,
    path="projects/{project}/locations/{location}/services/{name}",
    id_query="serviceId",
    names={
        "template.containers.buildInfos": Field("buildInfo", Way.LIST_OF_ONE),
        "template.containers.commands": Field("command"),
        "template.containers.envs": Field("env"),
        "template.containers.ports": Field("ports", Way.ONE_OF_LIST),
        "template.sandboxes.templates.commands": Field("command"),
        "template.sandboxes.templates.envs": Field("env"),
        "terminalConditions": Field("terminalCondition", Way.LIST_OF_ONE),
        "traffics": Field("traffic"),
    },
    local=frozenset({"deletionProtection"}),
    update=Update.WHOLE,
)
RUN_JOB: Final = Row(
    type="gcp:cloudrunv2/job:Job",
    title="Job",
    api=apis.CLOUD_RUN,
    path="projects/{project}/locations/{location}/jobs/{name}",
    id_query="jobId",
    names={
        "latestCreatedExecutions": Field("latestCreatedExecution", Way.LIST_OF_ONE),
        "template.template.containers.commands": Field("command"),
        "template.template.containers.envs": Field("env"),
        "terminalConditions": Field("terminalCondition", Way.LIST_OF_ONE),
    },
    local=frozenset({"deletionProtection"}),
    update=Update.WHOLE,
)
SECRET: Final = Row(
    type="gcp:secretmanager/secret:Secret",
    title="Secret",
    api=apis.SECRET_MANAGER,
    path="projects/{project}/secrets/{secretId}",
    id_query="secretId",
    names={"replication.auto": Field("automatic")},
    local=frozenset({"deletionProtection"}),
    unread=frozenset({"tags", "ttl"}),
)
ACCOUNT: Final = Row(
    type="gcp:serviceaccount/account:Account",
    title="service account",
    api=apis.IAM,
    path="projects/{project}/serviceAccounts/{email}",
    local=frozenset({"createIgnoreAlreadyExists"}),
)
IDENTITY_POOL: Final = Row(
    type="gcp:iam/workloadIdentityPool:WorkloadIdentityPool",
    title="WorkloadIdentityPool",
    api=apis.IAM,
    path="projects/{project}/locations/global/workloadIdentityPools/{workloadIdentityPoolId}",
    id_query="workloadIdentityPoolId",
)
IDENTITY_PROVIDER: Final = Row(
    type="gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
    title="WorkloadIdentityPoolProvider",
    api=apis.IAM,
    path=f"{IDENTITY_POOL.path}/providers/{{workloadIdentityPoolProviderId}}",
    id_query="workloadIdentityPoolProviderId",
)
BUCKET: Final = Row(
    type="gcp:storage/bucket:Bucket",
    title="bucket",
    api=apis.STORAGE,
    path="b/{name}",
    names={
        "cors.methods": Field("method"),
        "cors.origins": Field("origin"),
        "cors.responseHeaders": Field("responseHeader"),
        "lifecycleRules": Field("lifecycle.rule"),
        "lifecycleRules.condition.matchesPrefixes": Field("matchesPrefix"),
        "lifecycleRules.condition.matchesStorageClasses": Field("matchesStorageClass"),
        "lifecycleRules.condition.matchesSuffixes": Field("matchesSuffix"),
        "publicAccessPrevention": Field("iamConfiguration.publicAccessPrevention"),
        "requesterPays": Field("billing.requesterPays"),
        "uniformBucketLevelAccess": Field("iamConfiguration.uniformBucketLevelAccess.enabled"),
    },
    local=frozenset({"forceDestroy", "enableObjectRetention", "project"}),
    update=Update.MERGE,
)
DATABASE: Final = Row(
    type="gcp:firestore/database:Database",
    title="Database",
    api=apis.FIRESTORE,
    path="projects/{project}/databases/{name}",
    id_query="databaseId",
    names={"name": Field("name", Way.LAST)},
)
FIELD: Final = Row(
    type="gcp:firestore/field:Field",
    title="Field",
    api=apis.FIRESTORE,
    path="projects/{project}/databases/{database}/collectionGroups/{collection}/fields/{field}",
    local=frozenset({"skipWait"}),
)
FIREBASE_PROJECT: Final = Row(
    type="gcp:firebase/project:Project",
    title="Project",
    api=apis.FIREBASE,
    path="projects/{project}",
)
HOSTING_SITE: Final = Row(
    type="gcp:firebase/hostingSite:HostingSite",
    title="Site",
    api=apis.FIREBASE_HOSTING,
    path="projects/{project}/sites/{siteId}",
    id_query="siteId",
)
CUSTOM_DOMAIN: Final = Row(
    type="gcp:firebase/hostingCustomDomain:HostingCustomDomain",
    title="CustomDomain",
    api=apis.FIREBASE_HOSTING,
    path="projects/{project}/sites/{siteId}/customDomains/{customDomain}",
    id_query="customDomainId",
    names={
        "certs": Field("cert", Way.LIST_OF_ONE),
        "certs.verification.dns.desireds": Field("desired"),
        "certs.verification.dns.discovereds": Field("discovered"),
        "requiredDnsUpdates": Field("requiredDnsUpdates", Way.LIST_OF_ONE),
        "requiredDnsUpdates.desireds": Field("desired"),
        "requiredDnsUpdates.discovereds": Field("discovered"),
    },
    local=frozenset({"waitDnsVerification"}),
)
IDENTITY_CONFIG: Final = Row(
    type="gcp:identityplatform/config:Config",
    title="Config",
    api=apis.IDENTITY_TOOLKIT,
    path="projects/{project}/config",
)
API_KEY: Final = Row(
    type="gcp:projects/apiKey:ApiKey",
    title="Key",
    api=apis.API_KEYS,
    path="projects/{project}/locations/global/keys/{name}",
    id_query="keyId",
    names={"name": Field("name", Way.LAST)},
    local=frozenset({"checkExistingUsage"}),
)
PROJECT_SERVICE: Final = Row(
    type="gcp:projects/service:Service",
    title="Project Service",
    api=apis.SERVICE_USAGE,
    path="projects/{project}/services/{service}",
    local=frozenset({"checkIfServiceHasUsageOnDestroy", "disableDependentServices", "disableOnDestroy"}),
)
