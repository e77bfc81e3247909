"""The roles that `pulumi up` needs of whoever runs it, and the permissions by which a role is recognised.

`python -m hearth bootstrap --check` looks for them, a project's CI is granted what it may have of them, and
docs/deploying.md shows this table; a test compares them. Permissions are the ones that the program's requests
need and that no narrower role of the list gives, so that a custom role with the same permissions passes too.
Source: the permission tables of each product's "Access control with IAM" page.
"""

from collections.abc import Mapping
from dataclasses import dataclass

ANY = "*"


@dataclass(frozen=True)
class Role:
    name: str
    why: str
    permissions: tuple[str, ...]
    only: tuple[str, str] | None = None
    """The key of the stack, and the value with which alone it is needed; ANY for any but an empty one."""
    once: bool = False
    """Whether the first `pulumi up` alone needs it, which a person has to run."""

    def is_needed(self, choices: Mapping[str, str]) -> bool:
        """By a stack with these values of the keys that decide; an empty mapping is written `{}`."""
        if self.only is None:
            return True
        key, value = self.only
        return choices[key] not in {"", "{}"} if value == ANY else choices[key] == value


DEPLOYER: tuple[Role, ...] = (
    Role(
        "roles/serviceusage.serviceUsageAdmin",
        "enables the APIs",
        ("serviceusage.services.enable", "serviceusage.services.get"),
    ),
    Role(
        "roles/serviceusage.serviceUsageConsumer",
        "lets the project pay for the API calls (the quota project)",
        ("serviceusage.services.use",),
    ),
    Role(
        "roles/artifactregistry.admin",
        "image repository, its cleanup policies and readers, and copies of images",
        (
            "artifactregistry.repositories.create",
            "artifactregistry.repositories.setIamPolicy",
            "artifactregistry.repositories.uploadArtifacts",
        ),
    ),
    Role(
        "roles/storage.admin",
        "bucket for the sources of builds",
        ("storage.buckets.create", "storage.buckets.setIamPolicy", "storage.objects.create"),
    ),
    Role(
        "roles/cloudbuild.builds.editor",
        "starts builds and follows them",
        ("cloudbuild.builds.create", "cloudbuild.builds.get"),
    ),
    Role("roles/logging.viewer", "shows the log of a build or a migration that failed", ("logging.logEntries.list",)),
    Role(
        "roles/iam.serviceAccountAdmin",
        "accounts of the service and of its builds",
        ("iam.serviceAccounts.create", "iam.serviceAccounts.get"),
    ),
    Role(
        "roles/iam.serviceAccountUser",
        "lets the service and its builds run as those accounts",
        ("iam.serviceAccounts.actAs",),
    ),
    Role(
        "roles/resourcemanager.projectIamAdmin",
        "grants the build account its right to write logs, and the service's its right to the database",
        ("resourcemanager.projects.getIamPolicy", "resourcemanager.projects.setIamPolicy"),
    ),
    Role(
        "roles/secretmanager.admin",
        "the secret key, its versions and who may read it",
        (
            "secretmanager.secrets.create",
            "secretmanager.secrets.setIamPolicy",
            "secretmanager.versions.add",
            "secretmanager.versions.access",
        ),
    ),
    Role(
        "roles/run.admin",
        "the service, and who may call it",
        ("run.services.create", "run.services.update", "run.services.setIamPolicy"),
    ),
    Role(
        "roles/datastore.owner",
        "the Firestore database, where `app:database` is `firestore`",
        (
            "datastore.databases.create",
            "datastore.databases.getMetadata",
            "datastore.databases.update",
            "datastore.backupSchedules.create",
            "datastore.indexes.create",
            "datastore.indexes.update",
        ),
        only=("app:database", "firestore"),
    ),
    Role(
        "roles/firebaserules.admin",
        "Firestore's security rules, where `app:database` is `firestore`",
        ("firebaserules.releases.create", "firebaserules.releases.delete", "firebaserules.rulesets.create"),
        only=("app:database", "firestore"),
    ),
    Role(
        "roles/cloudsql.admin",
        "the Postgres server, where `app:database` is `postgres`",
        (
            "cloudsql.instances.create",
            "cloudsql.instances.update",
            "cloudsql.databases.create",
            "cloudsql.users.create",
        ),
        only=("app:database", "postgres"),
    ),
    Role(
        "roles/identityplatform.admin",
        "sign-in by email and password, where `app:auth` is `firebase`",
        ("firebaseauth.configs.create", "firebaseauth.configs.get", "firebaseauth.configs.update"),
        only=("app:auth", "firebase"),
    ),
    Role(
        "roles/serviceusage.apiKeysAdmin",
        "the sign-in page's key, where `app:auth` is `firebase`",
        ("apikeys.keys.create", "apikeys.keys.getKeyString", "apikeys.keys.update"),
        only=("app:auth", "firebase"),
    ),
    Role(
        "roles/cloudtasks.queueAdmin",
        "the task queue and who may fill it, where `app:taskQueue` is set",
        ("cloudtasks.queues.create", "cloudtasks.queues.setIamPolicy", "cloudtasks.queues.update"),
        only=("app:taskQueue", ANY),
    ),
    Role(
        "roles/cloudscheduler.admin",
        "scheduled calls, where `app:schedules` is set",
        ("cloudscheduler.jobs.create", "cloudscheduler.jobs.update"),
        only=("app:schedules", ANY),
    ),
    Role(
        "roles/eventarc.admin",
        "the trigger for clients' documents, where `app:clientEdits` is `true`",
        ("eventarc.triggers.create", "eventarc.triggers.update"),
        only=("app:clientEdits", "true"),
    ),
    Role(
        "roles/firebase.admin",
        "adds Firebase to the project, once; not needed afterwards",
        ("firebase.projects.get", "firebase.projects.update"),
        once=True,
    ),
    Role(
        "roles/firebasehosting.admin",
        "sites, versions and releases",
        ("firebasehosting.sites.create", "firebasehosting.sites.update"),
    ),
)
