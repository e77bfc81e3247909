"""Each type through its life: created, found unchanged, refreshed without a difference, changed, deleted, imported."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from hearth.catalog import ids, types
from hearth.localcloud.standin.declared import select_declared
from hearth.localcloud.standin.provider import MAKERS
from hearth.plugin.kinds import UNKNOWN, Secret
from hearth.plugin.values import decode, encode

RUN = "projects/demo-x/locations/us-central1/services/web"
JOB = "projects/demo-x/locations/us-central1/jobs/web-migrate"
TEMPLATE = {"containers": [{"image": "i@sha256:1", "envs": [{"name": "A", "value": "1"}]}]}


@dataclass(frozen=True, kw_only=True)
class Life:
    type: str
    declared: dict[str, Any]
    id: str
    created: tuple[str, Any]
    """Path and body of the request that makes it."""
    outputs: dict[str, Any]
    """Some of the outputs, exactly."""
    filled_in: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    """Inputs of the update; none where every change replaces."""
    paths: frozenset[str] = frozenset()
    updates: tuple[tuple[str, str, dict[str, str], Any], ...] = ()
    imported: dict[str, Any] | None = None
    """What an import declares, where it is not `declared`."""


# What Google's provider fills into the settings of a database server, and so sends.
SQL_DEFAULTS = {
    "activationPolicy": "ALWAYS",
    "availabilityType": "ZONAL",
    "pricingPlan": "PER_USE",
    "storageAutoResize": True,
}

SQL_DECLARED = {name: value for name, value in SQL_DEFAULTS.items() if name != "storageAutoResize"} | {
    "diskAutoresize": True
}

LIVES = [
    Life(
        type="gcp:artifactregistry/repository:Repository",
        declared={
            "repositoryId": "web",
            "format": "DOCKER",
            "cleanupPolicyDryRun": False,
            "cleanupPolicies": [
                {"id": "z-delete", "action": "DELETE", "condition": {"olderThan": "86400s"}},
                {"id": "a-keep", "action": "KEEP", "mostRecentVersions": {"keepCount": 3}},
            ],
        },
        filled_in={"mode": "STANDARD_REPOSITORY", "createTime": "t0", "registryUri": "us-central1-docker.pkg.dev/x"},
        id="projects/demo-x/locations/us-central1/repositories/web",
        created=(
            "artifactregistry/projects/demo-x/locations/us-central1/repositories",
            {
                "format": "DOCKER",
                "mode": "STANDARD_REPOSITORY",
                "cleanupPolicyDryRun": False,
                "cleanupPolicies": {
                    "z-delete": {
                        "id": "z-delete",
                        "action": "DELETE",
                        "condition": {"olderThan": "86400s", "tagState": "ANY"},
                    },
                    "a-keep": {"id": "a-keep", "action": "KEEP", "mostRecentVersions": {"keepCount": 3}},
                },
                "labels": {"goog-pulumi-provisioned": "true"},
            },
        ),
        outputs={
            "name": "web",
            "location": "us-central1",
            "registryUri": "us-central1-docker.pkg.dev/x",
            "effectiveLabels": {"goog-pulumi-provisioned": "true"},
            "deletionPolicy": "DELETE",
        },
        changed={"repositoryId": "web", "format": "DOCKER", "description": "d", "labels": {"team": "a"}},
        paths=frozenset({"description", "labels", "cleanupPolicies"}),
        updates=(
            (
                "PATCH",
                "artifactregistry/projects/demo-x/locations/us-central1/repositories/web",
                {"updateMask": "cleanupPolicies,description,labels"},
                {"description": "d", "labels": {"goog-pulumi-provisioned": "true", "team": "a"}},
            ),
        ),
        imported={
            "repositoryId": "web",
            "project": "demo-x",
            "location": "us-central1",
            "format": "DOCKER",
            "description": "d",
            "labels": {"team": "a"},
        },
    ),
    Life(
        type="gcp:cloudrunv2/service:Service",
        declared={
            "name": "web",
            "location": "us-central1",
            "deletionProtection": False,
            "invokerIamDisabled": False,
            "scaling": {"minInstanceCount": 0},
            "template": {
                "containers": [
                    {
                        "image": "i@sha256:1",
                        "commands": ["run"],
                        "envs": [{"name": "A", "value": ""}],
                        "ports": {"containerPort": 8080},
                    }
                ]
            },
        },
        filled_in={
            "uri": "http://localhost:8080",
            "generation": "1",
            "ingress": "INGRESS_TRAFFIC_ALL",
            "template": {"timeout": "300s", "containers": [{"resources": {"limits": {"cpu": "1"}}}]},
            "traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}],
            "terminalCondition": {"type": "Ready", "state": "CONDITION_SUCCEEDED"},
        },
        id=RUN,
        created=(
            "run/projects/demo-x/locations/us-central1/services",
            {
                "invokerIamDisabled": False,
                "scaling": {"minInstanceCount": 0},
                "template": {
                    "containers": [
                        {
                            "image": "i@sha256:1",
                            "command": ["run"],
                            "env": [{"name": "A", "value": ""}],
                            "ports": [{"containerPort": 8080}],
                        }
                    ]
                },
                "labels": {"goog-pulumi-provisioned": "true"},
            },
        ),
        outputs={
            "name": "web",
            "project": "demo-x",
            "uri": "http://localhost:8080",
            "generation": "1",
            "ingress": "INGRESS_TRAFFIC_ALL",
            "invokerIamDisabled": False,
            "deletionProtection": False,
            "terminalConditions": [{"type": "Ready", "state": "CONDITION_SUCCEEDED"}],
            "traffics": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}],
            "template": {
                "timeout": "300s",
                "containers": [
                    {
                        "image": "i@sha256:1",
                        "commands": ["run"],
                        "envs": [{"name": "A", "value": ""}],
                        "ports": {"containerPort": 8080},
                        "resources": {"limits": {"cpu": "1"}},
                    }
                ],
            },
        },
        changed={
            "name": "web",
            "location": "us-central1",
            "deletionProtection": False,
            "invokerIamDisabled": False,
            "scaling": {"minInstanceCount": 0},
            "template": {"containers": [{"image": "i@sha256:2", "ports": {"containerPort": 8080}}]},
        },
        paths=frozenset(
            {"template.containers[0].image", "template.containers[0].commands", "template.containers[0].envs"}
        ),
        updates=(
            (
                "PATCH",
                "run/" + RUN,
                {},
                # Everything, with what the API filled in before (observed).
                {
                    "ingress": "INGRESS_TRAFFIC_ALL",
                    "invokerIamDisabled": False,
                    "scaling": {"minInstanceCount": 0},
                    "template": {
                        "timeout": "300s",
                        "containers": [
                            {
                                "image": "i@sha256:2",
                                "ports": [{"containerPort": 8080}],
                                "resources": {"limits": {"cpu": "1"}},
                            }
                        ],
                    },
                    "traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}],
                    "labels": {"goog-pulumi-provisioned": "true"},
                },
            ),
        ),
        imported={
            "name": "web",
            "location": "us-central1",
            "project": "demo-x",
            "template": {
                "timeout": "300s",
                "containers": [
                    {
                        "image": "i@sha256:2",
                        "ports": {"containerPort": 8080},
                        "resources": {"limits": {"cpu": "1"}},
                    }
                ],
            },
        },
    ),
    Life(
        type="gcp:cloudrunv2/job:Job",
        declared={
            "name": "web-migrate",
            "location": "us-central1",
            "deletionProtection": False,
            "template": {
                "template": {
                    "maxRetries": 0,
                    "containers": [
                        {"image": "i@sha256:1", "commands": ["flask"], "envs": [{"name": "A", "value": ""}]}
                    ],
                }
            },
        },
        filled_in={
            "generation": "1",
            "executionCount": 2,
            "launchStage": "GA",
            "template": {"taskCount": 1, "template": {"timeout": "600s"}},
            "latestCreatedExecution": {"name": "web-migrate-x", "createTime": "t0"},
            "terminalCondition": {"type": "Ready", "state": "CONDITION_SUCCEEDED"},
        },
        id=JOB,
        created=(
            "run/projects/demo-x/locations/us-central1/jobs",
            {
                "template": {
                    "template": {
                        "maxRetries": 0,
                        "containers": [
                            {"image": "i@sha256:1", "command": ["flask"], "env": [{"name": "A", "value": ""}]}
                        ],
                    }
                },
                "labels": {"goog-pulumi-provisioned": "true"},
            },
        ),
        outputs={
            "name": "web-migrate",
            "project": "demo-x",
            "deletionProtection": False,
            "executionCount": 2,
            "latestCreatedExecutions": [{"name": "web-migrate-x", "createTime": "t0"}],
            "terminalConditions": [{"type": "Ready", "state": "CONDITION_SUCCEEDED"}],
            "template": {
                "taskCount": 1,
                "template": {
                    "timeout": "600s",
                    "maxRetries": 0,
                    "containers": [
                        {"image": "i@sha256:1", "commands": ["flask"], "envs": [{"name": "A", "value": ""}]}
                    ],
                },
            },
        },
        changed={
            "name": "web-migrate",
            "location": "us-central1",
            "deletionProtection": False,
            "template": {"template": {"maxRetries": 0, "containers": [{"image": "i@sha256:2"}]}},
        },
        paths=frozenset(
            {
                "template.template.containers[0].image",
                "template.template.containers[0].commands",
                "template.template.containers[0].envs",
            }
        ),
        updates=(
            (
                "PATCH",
                "run/" + JOB,
                {},
                {
                    "launchStage": "GA",
                    "template": {
                        "taskCount": 1,
                        "template": {"timeout": "600s", "maxRetries": 0, "containers": [{"image": "i@sha256:2"}]},
                    },
                    "labels": {"goog-pulumi-provisioned": "true"},
                },
            ),
        ),
        imported={
            "name": "web-migrate",
            "location": "us-central1",
            "project": "demo-x",
            "template": {
                "taskCount": 1,
                "template": {"timeout": "600s", "maxRetries": 0, "containers": [{"image": "i@sha256:2"}]},
            },
        },
    ),
    Life(
        type="gcp:sql/databaseInstance:DatabaseInstance",
        declared={
            "name": "web",
            "region": "us-central1",
            "databaseVersion": "POSTGRES_17",
            "deletionProtection": False,
            "settings": {"tier": "db-f1-micro", "edition": "ENTERPRISE", "diskAutoresizeLimit": 20},
        },
        filled_in={
            "project": "demo-x",
            "connectionName": "demo-x:us-central1:web",
            "settings": {"dataDiskSizeGb": "10", "settingsVersion": "1", "activationPolicy": "ALWAYS"},
        },
        id="web",
        created=(
            "sqladmin/projects/demo-x/instances",
            {
                "name": "web",
                "region": "us-central1",
                "databaseVersion": "POSTGRES_17",
                "settings": {
                    "tier": "db-f1-micro",
                    "edition": "ENTERPRISE",
                    "storageAutoResizeLimit": 20,
                    **SQL_DEFAULTS,
                },
            },
        ),
        outputs={
            "name": "web",
            "connectionName": "demo-x:us-central1:web",
            "deletionProtection": False,
            "deletionPolicy": "DELETE",
        },
        changed={
            "name": "web",
            "region": "us-central1",
            "databaseVersion": "POSTGRES_17",
            "deletionProtection": False,
            "settings": {"tier": "db-g1-small", "edition": "ENTERPRISE", "diskAutoresizeLimit": 20},
        },
        paths=frozenset({"settings.tier"}),
        updates=(
            (
                "PATCH",
                "sqladmin/projects/demo-x/instances/web",
                {},
                {
                    "name": "web",
                    "region": "us-central1",
                    "databaseVersion": "POSTGRES_17",
                    "settings": {
                        "tier": "db-g1-small",
                        "edition": "ENTERPRISE",
                        "storageAutoResizeLimit": 20,
                        "dataDiskSizeGb": 10,
                        "settingsVersion": 1,
                        **SQL_DEFAULTS,
                    },
                },
            ),
        ),
        imported={
            "name": "web",
            "project": "demo-x",
            "databaseVersion": "POSTGRES_17",
            "settings": {
                "tier": "db-g1-small",
                "edition": "ENTERPRISE",
                "diskAutoresizeLimit": 20,
                "diskSize": 10,
                **SQL_DECLARED,
            },
        },
    ),
    Life(
        type="gcp:sql/database:Database",
        declared={"name": "service", "instance": "web", "charset": "UTF8", "deletionPolicy": "ABANDON"},
        filled_in={"collation": "en_US.UTF8"},
        id="projects/demo-x/instances/web/databases/service",
        created=("sqladmin/projects/demo-x/instances/web/databases", {"name": "service", "charset": "UTF8"}),
        outputs={"name": "service", "instance": "web", "deletionPolicy": "ABANDON", "collation": "en_US.UTF8"},
        imported={"name": "service", "instance": "web", "project": "demo-x"},
    ),
    Life(
        type="gcp:sql/user:User",
        declared={"name": "service", "instance": "web", "password": "one"},
        id="service//web",
        created=("sqladmin/projects/demo-x/instances/web/users", {"name": "service", "password": "one"}),
        outputs={"name": "service", "instance": "web", "password": "one", "deletionPolicy": "DELETE"},
        changed={"name": "service", "instance": "web", "password": "two"},
        paths=frozenset({"password"}),
        updates=(
            (
                "PUT",
                "sqladmin/projects/demo-x/instances/web/users",
                {"name": "service"},
                {"name": "service", "password": "two"},
            ),
        ),
        imported={"name": "service", "instance": "web", "project": "demo-x"},
    ),
    Life(
        type="gcp:firestore/database:Database",
        declared={
            "name": "(default)",
            "locationId": "us-central1",
            "type": "FIRESTORE_NATIVE",
            "deleteProtectionState": "DELETE_PROTECTION_DISABLED",
            "deletionPolicy": "DELETE",
        },
        filled_in={"concurrencyMode": "PESSIMISTIC", "uid": "u", "versionRetentionPeriod": "3600s"},
        id="projects/demo-x/databases/(default)",
        created=(
            "firestore/projects/demo-x/databases",
            {
                "locationId": "us-central1",
                "type": "FIRESTORE_NATIVE",
                "deleteProtectionState": "DELETE_PROTECTION_DISABLED",
                "pointInTimeRecoveryEnablement": "POINT_IN_TIME_RECOVERY_DISABLED",
            },
        ),
        outputs={
            "name": "(default)",
            "project": "demo-x",
            "concurrencyMode": "PESSIMISTIC",
            "deletionPolicy": "DELETE",
            "uid": "u",
        },
        changed={
            "name": "(default)",
            "locationId": "us-central1",
            "type": "FIRESTORE_NATIVE",
            "deleteProtectionState": "DELETE_PROTECTION_ENABLED",
            "deletionPolicy": "PREVENT",
        },
        paths=frozenset({"deleteProtectionState", "deletionPolicy"}),
        updates=(
            (
                "PATCH",
                "firestore/projects/demo-x/databases/(default)",
                {"updateMask": "deleteProtectionState"},
                {"deleteProtectionState": "DELETE_PROTECTION_ENABLED"},
            ),
        ),
        imported={
            "name": "(default)",
            "project": "demo-x",
            "locationId": "us-central1",
            "type": "FIRESTORE_NATIVE",
        },
    ),
    Life(
        type="gcp:iam/workloadIdentityPool:WorkloadIdentityPool",
        declared={"workloadIdentityPoolId": "web-ci-1", "displayName": "CI"},
        filled_in={"state": "ACTIVE", "mode": "FEDERATION_ONLY"},
        id="projects/demo-x/locations/global/workloadIdentityPools/web-ci-1",
        created=("iam/projects/demo-x/locations/global/workloadIdentityPools", {"displayName": "CI"}),
        outputs={
            "name": "projects/demo-x/locations/global/workloadIdentityPools/web-ci-1",
            "state": "ACTIVE",
            "mode": "FEDERATION_ONLY",
            "deletionPolicy": "DELETE",
        },
        changed={"workloadIdentityPoolId": "web-ci-1", "displayName": "CI", "disabled": True},
        paths=frozenset({"disabled"}),
        updates=(
            (
                "PATCH",
                "iam/projects/demo-x/locations/global/workloadIdentityPools/web-ci-1",
                {"updateMask": "disabled"},
                {"disabled": True},
            ),
        ),
        imported={
            "workloadIdentityPoolId": "web-ci-1",
            "project": "demo-x",
            "displayName": "CI",
            "disabled": True,
        },
    ),
    Life(
        type="gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
        declared={
            "workloadIdentityPoolId": "web-ci-1",
            "workloadIdentityPoolProviderId": "github",
            "oidc": {"issuerUri": "https://issuer.example"},
            "attributeMapping": {"google.subject": "assertion.sub"},
            "attributeCondition": "assertion.ref == 'refs/heads/main'",
        },
        filled_in={"state": "ACTIVE"},
        id="projects/demo-x/locations/global/workloadIdentityPools/web-ci-1/providers/github",
        created=(
            "iam/projects/demo-x/locations/global/workloadIdentityPools/web-ci-1/providers",
            {
                "oidc": {"issuerUri": "https://issuer.example"},
                "attributeMapping": {"google.subject": "assertion.sub"},
                "attributeCondition": "assertion.ref == 'refs/heads/main'",
            },
        ),
        outputs={
            "name": "projects/demo-x/locations/global/workloadIdentityPools/web-ci-1/providers/github",
            "state": "ACTIVE",
        },
        changed={
            "workloadIdentityPoolId": "web-ci-1",
            "workloadIdentityPoolProviderId": "github",
            "oidc": {"issuerUri": "https://issuer.example"},
            "attributeMapping": {"google.subject": "assertion.sub", "attribute.ref": "assertion.ref"},
            "attributeCondition": "assertion.ref == 'refs/heads/release'",
        },
        paths=frozenset({'attributeMapping["attribute.ref"]', "attributeCondition"}),
        updates=(
            (
                "PATCH",
                "iam/projects/demo-x/locations/global/workloadIdentityPools/web-ci-1/providers/github",
                {"updateMask": "attributeCondition,attributeMapping"},
                {
                    "attributeMapping": {"google.subject": "assertion.sub", "attribute.ref": "assertion.ref"},
                    "attributeCondition": "assertion.ref == 'refs/heads/release'",
                },
            ),
        ),
        imported={
            "workloadIdentityPoolId": "web-ci-1",
            "workloadIdentityPoolProviderId": "github",
            "project": "demo-x",
            "oidc": {"issuerUri": "https://issuer.example"},
            "attributeMapping": {"google.subject": "assertion.sub", "attribute.ref": "assertion.ref"},
            "attributeCondition": "assertion.ref == 'refs/heads/release'",
        },
    ),
    Life(
        type="gcp:secretmanager/secret:Secret",
        declared={"secretId": "key", "replication": {"auto": {}}, "deletionProtection": False},
        id="projects/demo-x/secrets/key",
        created=(
            "secretmanager/projects/demo-x/secrets",
            {"replication": {"automatic": {}}, "labels": {"goog-pulumi-provisioned": "true"}},
        ),
        outputs={"name": "projects/demo-x/secrets/key", "replication": {"auto": {}}, "effectiveAnnotations": {}},
        changed={
            "secretId": "key",
            "replication": {"auto": {}},
            "deletionProtection": False,
            "annotations": {"why": "x"},
        },
        paths=frozenset({"annotations"}),
        updates=(
            (
                "PATCH",
                "secretmanager/projects/demo-x/secrets/key",
                {"updateMask": "annotations"},
                {"annotations": {"why": "x"}},
            ),
        ),
        imported={"secretId": "key", "project": "demo-x", "annotations": {"why": "x"}},
    ),
    Life(
        type="gcp:serviceaccount/account:Account",
        declared={"accountId": "web-runner", "displayName": "Runs"},
        id="projects/demo-x/serviceAccounts/web-runner@demo-x.iam.gserviceaccount.com",
        created=(
            "iam/projects/demo-x/serviceAccounts",
            {"accountId": "web-runner", "serviceAccount": {"displayName": "Runs"}},
        ),
        outputs={
            "email": "web-runner@demo-x.iam.gserviceaccount.com",
            "member": "serviceAccount:web-runner@demo-x.iam.gserviceaccount.com",
            "accountId": "web-runner",
            "project": "demo-x",
            "uniqueId": "1",
        },
        changed={"accountId": "web-runner", "description": "d"},
        paths=frozenset({"displayName", "description"}),
        updates=(
            (
                "PATCH",
                "iam/projects/demo-x/serviceAccounts/web-runner@demo-x.iam.gserviceaccount.com",
                {},
                {"serviceAccount": {"description": "d", "displayName": ""}, "updateMask": "description,displayName"},
            ),
        ),
        imported={"accountId": "web-runner", "project": "demo-x", "description": "d"},
    ),
    Life(
        type="gcp:storage/bucket:Bucket",
        declared={
            "name": "demo-x-source",
            "location": "us-central1",
            "uniformBucketLevelAccess": True,
            "publicAccessPrevention": "enforced",
            "forceDestroy": True,
            "softDeletePolicy": {"retentionDurationSeconds": 0},
            "lifecycleRules": [
                {"action": {"type": "Delete"}, "condition": {"age": 1, "withState": "LIVE", "sendAgeIfZero": True}}
            ],
            "labels": {"team": "a", "old": "b"},
        },
        filled_in={"storageClass": "STANDARD", "projectNumber": "77", "rpo": "DEFAULT"},
        id="demo-x-source",
        created=(
            "storage/b",
            {
                "name": "demo-x-source",
                "location": "us-central1",
                "storageClass": "STANDARD",
                "iamConfiguration": {
                    "uniformBucketLevelAccess": {"enabled": True},
                    "publicAccessPrevention": "enforced",
                },
                "softDeletePolicy": {"retentionDurationSeconds": 0},
                "lifecycle": {"rule": [{"action": {"type": "Delete"}, "condition": {"age": 1, "isLive": True}}]},
                "labels": {"goog-pulumi-provisioned": "true", "team": "a", "old": "b"},
            },
        ),
        outputs={"url": "gs://demo-x-source", "projectNumber": 77, "project": "demo-x", "forceDestroy": True},
        changed={
            "name": "demo-x-source",
            "location": "us-central1",
            "uniformBucketLevelAccess": True,
            "publicAccessPrevention": "inherited",
            "forceDestroy": True,
            "softDeletePolicy": {"retentionDurationSeconds": 0},
            "labels": {"team": "a"},
        },
        paths=frozenset({"publicAccessPrevention", "lifecycleRules", "labels.old"}),
        updates=(
            ("PATCH", "storage/b/demo-x-source", {}, {"labels": {"old": None}}),
            (
                "PATCH",
                "storage/b/demo-x-source",
                {},
                {
                    "iamConfiguration": {
                        "uniformBucketLevelAccess": {"enabled": True},
                        "publicAccessPrevention": "inherited",
                    },
                    "labels": {"goog-pulumi-provisioned": "true", "team": "a"},
                    "lifecycle": None,
                },
            ),
        ),
        imported={
            "name": "demo-x-source",
            "location": "US-CENTRAL1",
            "labels": {"team": "a"},
        },
    ),
    Life(
        type="gcp:identityplatform/config:Config",
        declared={
            "authorizedDomains": ["demo-x.web.app"],
            "signIn": {"email": {"enabled": True, "passwordRequired": True}, "phoneNumber": {"enabled": False}},
        },
        filled_in={"client": {"firebaseSubdomain": "demo-x"}},
        id="projects/demo-x/config",
        created=("identitytoolkit/projects/demo-x/identityPlatform:initializeAuth", {}),
        outputs={
            "name": "projects/7/config",
            "project": "demo-x",
            "authorizedDomains": ["demo-x.web.app"],
            "client": {"firebaseSubdomain": "demo-x"},
        },
        changed={
            "authorizedDomains": ["demo-x.web.app", "www.example.com"],
            "signIn": {"email": {"enabled": True, "passwordRequired": True}, "phoneNumber": {"enabled": False}},
        },
        paths=frozenset({"authorizedDomains[1]"}),
        updates=(
            (
                "PATCH",
                "identitytoolkit/projects/demo-x/config",
                {"updateMask": "authorizedDomains"},
                {"authorizedDomains": ["demo-x.web.app", "www.example.com"]},
            ),
        ),
        imported={"project": "demo-x"},
    ),
    Life(
        type="gcp:projects/apiKey:ApiKey",
        declared={"name": "web-key", "displayName": "Web", "restrictions": {"apiTargets": [{"service": "x.com"}]}},
        filled_in={"uid": "u"},
        id="projects/demo-x/locations/global/keys/web-key",
        created=(
            "apikeys/projects/demo-x/locations/global/keys",
            {"displayName": "Web", "restrictions": {"apiTargets": [{"service": "x.com"}]}},
        ),
        outputs={"name": "web-key", "uid": "u"},
        changed={"name": "web-key", "displayName": "Web", "restrictions": {"apiTargets": [{"service": "y.com"}]}},
        paths=frozenset({"restrictions.apiTargets[0].service"}),
        updates=(
            (
                "PATCH",
                "apikeys/projects/demo-x/locations/global/keys/web-key",
                {"updateMask": "restrictions"},
                {"restrictions": {"apiTargets": [{"service": "y.com"}]}},
            ),
        ),
        imported={
            "name": "web-key",
            "project": "demo-x",
            "displayName": "Web",
            "restrictions": {"apiTargets": [{"service": "y.com"}]},
        },
    ),
    Life(
        type="gcp:firebase/project:Project",
        declared={},
        id="projects/demo-x",
        created=("firebase/projects/demo-x:addFirebase", {}),
        outputs={"project": "demo-x", "projectNumber": "7"},
        imported={"project": "demo-x"},
    ),
    Life(
        type="gcp:firebase/hostingSite:HostingSite",
        declared={"siteId": "demo-x-docs"},
        filled_in={"defaultUrl": "http://demo-x-docs.localhost:5000", "type": "USER_SITE"},
        id="projects/demo-x/sites/demo-x-docs",
        created=("firebasehosting/projects/demo-x/sites", {}),
        outputs={"siteId": "demo-x-docs", "defaultUrl": "http://demo-x-docs.localhost:5000", "type": "USER_SITE"},
        changed={"siteId": "demo-x-docs", "appId": "1:2:web:3"},
        paths=frozenset({"appId"}),
        updates=(
            (
                "PATCH",
                "firebasehosting/projects/demo-x/sites/demo-x-docs",
                {"updateMask": "appId"},
                {"appId": "1:2:web:3"},
            ),
        ),
        imported={"siteId": "demo-x-docs", "project": "demo-x", "appId": "1:2:web:3"},
    ),
    Life(
        type="gcp:firebase/hostingCustomDomain:HostingCustomDomain",
        declared={"siteId": "demo-x", "customDomain": "example.com", "waitDnsVerification": False},
        filled_in={
            "cert": {"state": "CERT_PREPARING", "verification": {"dns": {"desired": [{"domainName": "example.com"}]}}},
            "requiredDnsUpdates": {"desired": [{"domainName": "example.com", "records": [{"type": "A"}]}]},
        },
        id="projects/demo-x/sites/demo-x/customDomains/example.com",
        created=("firebasehosting/projects/demo-x/sites/demo-x/customDomains", {}),
        outputs={
            "certs": [
                {"state": "CERT_PREPARING", "verification": {"dns": {"desireds": [{"domainName": "example.com"}]}}}
            ],
            "requiredDnsUpdates": [{"desireds": [{"domainName": "example.com", "records": [{"type": "A"}]}]}],
            "waitDnsVerification": False,
        },
        changed={
            "siteId": "demo-x",
            "customDomain": "example.com",
            "waitDnsVerification": False,
            "redirectTarget": "www.example.com",
        },
        paths=frozenset({"redirectTarget"}),
        updates=(
            (
                "PATCH",
                "firebasehosting/projects/demo-x/sites/demo-x/customDomains/example.com",
                {"updateMask": "redirectTarget"},
                {"redirectTarget": "www.example.com"},
            ),
        ),
        imported={
            "siteId": "demo-x",
            "project": "demo-x",
            "customDomain": "example.com",
            "redirectTarget": "www.example.com",
        },
    ),
    Life(
        type="gcp:projects/service:Service",
        declared={"service": "run.googleapis.com", "disableOnDestroy": False},
        id="demo-x/run.googleapis.com",
        created=("serviceusage/projects/demo-x/services/run.googleapis.com:enable", {}),
        outputs={"service": "run.googleapis.com", "project": "demo-x", "disableOnDestroy": False},
        imported={"service": "run.googleapis.com", "project": "demo-x"},
    ),
    Life(
        type="gcp:secretmanager/secretVersion:SecretVersion",
        declared={"secret": "projects/demo-x/secrets/key", "secretData": "größe"},
        id="projects/demo-x/secrets/key/versions/1",
        created=("secretmanager/projects/demo-x/secrets/key:addVersion", {"payload": {"data": "Z3LDtsOfZQ=="}}),
        outputs={
            "version": "1",
            "name": "projects/demo-x/secrets/key/versions/1",
            "enabled": True,
            "secretData": "größe",
        },
        changed={"secret": "projects/demo-x/secrets/key", "secretData": "größe", "enabled": False},
        paths=frozenset({"enabled"}),
        updates=(("POST", "secretmanager/projects/demo-x/secrets/key/versions/1:disable", {}, {}),),
        imported={"secret": "projects/demo-x/secrets/key", "enabled": False},
    ),
]
lives = pytest.mark.parametrize("life", LIVES, ids=[life.type.split(":")[1] for life in LIVES])
CHANGING = [life for life in LIVES if life.changed]
changing_lives = pytest.mark.parametrize("life", CHANGING, ids=[life.type.split(":")[1] for life in CHANGING])


@pytest.fixture
def grown(life: Life, google: Any, stack: Any) -> Any:
    """The resource, made."""
    google.filled_in = life.filled_in
    grown = stack(life.type)
    grown.up(life.declared)
    return grown


def opened(value: Any) -> Any:
    return value.value if isinstance(value, Secret) else value


@lives
def test_it_is_made_as_googles_provider_makes_it(life: Life, google: Any, grown: Any) -> None:
    path, body = life.created

    assert google.sent("POST")[0] == (path, body)
    assert grown.id == life.id
    assert {key: grown.outputs.get(key) for key in life.outputs} == life.outputs


@lives
def test_the_state_holds_nothing_that_googles_provider_would_not_put_there(life: Life, grown: Any) -> None:
    declared = types.get(life.type)
    assert declared

    assert set(grown.outputs) <= declared.inputs.keys() | declared.outputs_only


@lives
def test_a_preview_makes_no_request_and_knows_what_was_declared(
    life: Life, google: Any, provider: Any, told: Any
) -> None:
    created = provider.kind(life.type).create(told.context(life.type), life.declared, preview=True)

    assert google.requests == []
    assert created.id == ""
    # Beside it stands what only the API decides, unknown.
    assert select_declared(life.declared, {key: decode(encode(created.outputs))[key] for key in life.declared}) == (
        life.declared
    )
    assert {value for key, value in created.outputs.items() if key == "etag"} <= {UNKNOWN}


@lives
def test_it_is_unchanged_right_after_and_after_a_refresh(life: Life, google: Any, grown: Any) -> None:
    """No difference may come back at every `up`."""
    assert not grown.diff(grown.check(life.declared)).changed
    before = (grown.inputs, grown.outputs)
    google.requests.clear()

    assert grown.refresh()

    assert {each[0] for each in google.requests} == {"GET"}
    assert (grown.inputs, grown.outputs) == before
    assert not grown.diff(grown.check(life.declared)).changed


@changing_lives
def test_a_change_sends_what_changed_and_settles(life: Life, google: Any, grown: Any) -> None:
    google.requests.clear()

    assert grown.up(life.changed) == life.paths

    assert [each for each in google.requests if each[0] != "GET"] == list(life.updates)
    assert grown.refresh()
    assert not grown.diff(grown.check(life.changed)).changed


@changing_lives
def test_a_preview_of_a_change_keeps_what_the_api_decided(life: Life, google: Any, grown: Any) -> None:
    google.requests.clear()
    news = grown.check(life.changed)

    outputs = grown.kind.update(grown.context, grown.id, grown.inputs, grown.outputs, news, preview=True)

    assert google.requests == []
    declared = types.get(life.type)
    assert declared
    kept = declared.outputs_only & set(grown.outputs) - {"effectiveAnnotations", "effectiveLabels", "pulumiLabels"}
    assert {key: opened(outputs[key]) for key in kept} == {key: grown.outputs[key] for key in kept}


@lives
def test_what_is_gone_is_dropped_by_a_refresh_and_deleted_without_complaint(
    life: Life, google: Any, grown: Any
) -> None:
    google.documents.clear()

    assert not grown.refresh()
    grown.delete()


@lives
def test_an_import_can_be_declared_as_it_is(life: Life, grown: Any, provider: Any, told: Any) -> None:
    """`pulumi import` writes it down for the user to put into a program."""
    kind, context = provider.kind(life.type), told.context(life.type)

    found = kind.read(context, life.id, None, None)

    assert kind.check(context, None, found.inputs).failures == []


@lives
def test_an_import_by_id_declares_what_is_not_a_default(life: Life, grown: Any, provider: Any, told: Any) -> None:
    if life.changed:
        grown.up(life.changed)

    found = provider.kind(life.type).read(told.context(life.type), life.id, None, None)

    expected = life.declared if life.imported is None else life.imported
    assert found.id == life.id
    assert {key: found.inputs.get(key) for key in expected} == expected
    assert set(found.inputs) <= set(expected) | set(life.declared)


def test_every_type_that_is_played_stands_in_the_catalog() -> None:
    assert set(MAKERS) <= set(types.tokens())


def test_every_resource_has_a_life_here() -> None:
    grants = {name for name in MAKERS if ids.is_grant(types.get(name) or pytest.fail(name))}

    elsewhere = {"gcp:firestore/field:Field", "gcp:projects/serviceIdentity:ServiceIdentity"}
    # Kept as all types are that are not played: test_every_type.py.
    elsewhere |= {"gcp:cloudscheduler/job:Job", "gcp:cloudtasks/queue:Queue", "gcp:eventarc/trigger:Trigger"}
    assert {life.type for life in LIVES} == set(MAKERS) - grants - elsewhere
