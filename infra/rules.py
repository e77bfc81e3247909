"""Rules on several settings at once, as plain functions that yield what a stack's settings break.

A rule on one key alone stands at that key, in `infra.settings`; what Google offers and takes is in `hearth.facts`. Not
checked is what only Google can tell, such as whether a globally unique name is still free or a quota is left.
"""

import re
from collections.abc import Iterator

from hearth.catalog.apis import LOCAL_PROJECT_PREFIX
from hearth.facts import cloud_run, cloud_sql, github
from hearth.facts import names as allowed
from hearth.faults import Fault
from hearth.target import PLACEHOLDER
from infra.settings import StackSettings

_LIMITS = {
    "service": ("the Cloud Run service", allowed.CLOUD_RUN),
    "migration_job": ("the migration job", allowed.CLOUD_RUN),
    "repository": ("the image repository", allowed.REPOSITORY),
    "source_bucket": ("the bucket for build contexts", allowed.BUCKET),
    "runtime_account": ("the service's account", allowed.ACCOUNT),
    "tasks_account": ("the account of the tasks' calls", allowed.ACCOUNT),
    "edits_account": ("the account of the trigger for clients' documents", allowed.ACCOUNT),
    "build_account": ("the build's account", allowed.ACCOUNT),
    "secret_key": ("the session key's secret", allowed.SECRET),
    "previous_secret_key": ("the previous session key's secret", allowed.SECRET),
    "database_url_secret": ("the database address's secret", allowed.SECRET),
}

REVISIONS = 2
"""Old and new instances, during a rollout."""
MIGRATION = 1
"""The job's one connection."""
RESERVED = 5
"""Three that Postgres keeps for superusers (`superuser_reserved_connections`), two for people who look at it."""


def names(stack: StackSettings) -> Iterator[Fault]:
    """Check all that is derived from the app's name, and the project that calls are counted against."""
    for field, (what, length) in _LIMITS.items():
        derived = getattr(stack.names, field)
        if not length.shortest <= len(derived) <= length.longest:
            aim = "longer" if len(derived) < length.shortest else "shorter"
            yield stack.fault(
                ["name", "project"] if field == "source_bucket" else ["name"],
                why=f"{what} would be called {derived!r}, {len(derived)} characters ({length.source})",
                fix=f"choose a {aim} name: pulumi config set app:name ...",
            )
    if allowed.is_googles(stack.names.source_bucket):
        yield stack.fault(
            ["name", "project"],
            why=f"the bucket for build contexts would be called {stack.names.source_bucket!r}, and Cloud Storage "
            "refuses names that contain 'google' or begin with 'goog'",
            fix="choose another name: pulumi config set app:name ...",
        )
    if stack.billing_project.startswith(PLACEHOLDER):
        yield stack.fault(
            ["billing_project", "project"],
            why="it is still the placeholder that the repository ships, and Google refuses calls on its account",
            fix=f"pulumi config set gcp:billingProject {stack.project}",
        )


def capacity(stack: StackSettings) -> Iterator[Fault]:
    """Check memory and concurrency against the CPU, and the bounds of the number of instances."""
    room, size = cloud_run.room(stack.cpu), cloud_run.mebibytes(stack.memory)
    if room and size and not room.least <= size <= room.most:
        yield stack.fault(
            ["memory", "cpu"],
            why=f"with {stack.cpu} CPU, Cloud Run takes {room.least}Mi to {room.most}Mi",
            fix="change app:memory into that range, or app:cpu to an amount that goes with it",
        )
    if stack.cpu < 1 and stack.concurrency != 1:
        yield stack.fault(
            ["concurrency", "cpu"],
            why=f"with less than one CPU ({stack.cpu}), Cloud Run gives an instance one request at a time",
            fix="pulumi config set app:concurrency 1, or app:cpu 1",
        )
    if stack.min_instances > stack.max_instances:
        yield stack.fault(
            ["min_instances", "max_instances"],
            why=f"it is above app:maxInstances ({stack.max_instances}); Cloud Run would refuse the service",
            fix="lower app:minInstances or raise app:maxInstances",
        )


def databases(stack: StackSettings) -> Iterator[Fault]:
    """Check the kind of database against the project.

    Source: Cloud Run's container contract, "Filesystem access".
    """
    if stack.database == "sqlite" and not stack.project.startswith(LOCAL_PROJECT_PREFIX):
        yield stack.fault(
            ["database", "project"],
            why="on Cloud Run a file lies in the memory of one instance: no other instance sees it, and it is lost "
            "with the instance",
            fix="pulumi config set app:database firestore, or postgres",
        )


def client_edits(stack: StackSettings) -> Iterator[Fault]:
    """Check what clients' documents need: a database that clients reach, users, and tokens that the service can check."""
    if not stack.client_edits:
        return
    if stack.database != "firestore":
        yield stack.fault(
            ["client_edits", "database"],
            why="clients write these documents into Firestore, and in the same commit the service writes its objects",
            fix="pulumi config set app:database firestore, or app:clientEdits false",
        )
    if stack.auth != "firebase":
        yield stack.fault(
            ["client_edits", "auth"],
            why="a document is of a user of Firebase Authentication, and this service knows no users",
            fix="pulumi config set app:auth firebase, or app:clientEdits false",
        )


def postgres(stack: StackSettings) -> Iterator[Fault]:
    """Check what a stack on Postgres asks of its server.

    Cloud Run may exceed its limit of instances for a moment ("About maximum instances"). Such an instance has the
    reserve, and its requests may wait for a connection. Source: Cloud SQL for PostgreSQL, "About high availability", "Use point-in-time recovery".
    """
    if stack.database != "postgres":
        return
    if stack.point_in_time_recovery and not stack.backup_days:
        yield stack.fault(
            ["backup_days", "database", "point_in_time_recovery"],
            why="Cloud SQL recovers a moment from a backup before it and the log since, and there would be no backup",
            fix="pulumi config set app:backupDays 7, or app:pointInTimeRecovery false",
        )
    if stack.postgres_high_availability and not stack.point_in_time_recovery:
        yield stack.fault(
            ["postgres_high_availability", "database", "point_in_time_recovery"],
            why="Cloud SQL keeps a standby only of an instance with point-in-time recovery",
            fix="pulumi config set app:pointInTimeRecovery true, or app:postgresHighAvailability false",
        )
    tier, instances, pool = cloud_sql.tier(stack.postgres_tier), stack.max_instances, stack.database_pool_size
    wanted = instances * pool * REVISIONS + MIGRATION + RESERVED
    if tier and wanted > tier.max_connections:
        fitting = (tier.max_connections - MIGRATION - RESERVED) // (instances * REVISIONS)
        smaller = f"app:databasePoolSize to {fitting} or less" if fitting else "app:maxInstances"
        yield stack.fault(
            ["database_pool_size", "database", "max_instances", "postgres_tier"],
            why=f"{instances} instances with {pool} connections each, {REVISIONS} revisions during a rollout, "
            f"{MIGRATION} for migrations and {RESERVED} in reserve are {wanted}, and {stack.postgres_tier} takes "
            f"{tier.max_connections}: requests would be refused in the middle of a rollout",
            fix=f"lower {smaller}, or choose an app:postgresTier with more memory",
        )


def delivery(stack: StackSettings) -> Iterator[Fault]:
    """Check which jobs of a repository's CI may deploy. Without a repository the other keys can do nothing."""
    if not stack.delivery_repository:
        return
    # Required by Google's and GitHub's guides ("Configure Workload Identity Federation with deployment pipelines").
    if not github.REPOSITORY_ID.fullmatch(stack.delivery_repository_id):
        yield stack.fault(
            ["delivery_repository_id", "delivery_repository"],
            why="it is GitHub's number of the repository, which stays when a name is given up and taken by others; "
            "without it, whoever takes the name could deploy",
            fix=f"gh api repos/{stack.delivery_repository} --jq .id prints it",
        )
    if not github.BRANCH.fullmatch(stack.delivery_branch):
        yield stack.fault(
            ["delivery_branch"],
            why="only jobs on this branch may deploy; letters, digits, dots, slashes, hyphens and underscores",
            fix="write it without refs/heads/, like main",
        )
    if not github.ENVIRONMENT.fullmatch(stack.delivery_environment):
        yield stack.fault(
            ["delivery_environment"],
            why="the jobs of this GitHub environment deploy, and it becomes part of an IAM member: at most 50 letters, "
            "digits, hyphens and underscores",
            fix="name the environment like the stack: dev, prod",
        )
    if not re.fullmatch(r"[a-z0-9]{1,4}", stack.delivery_pool):
        yield stack.fault(
            ["delivery_pool"],
            why="the identity pool's name, at most 32 characters, ends with it: 1 to 4 lowercase letters and digits",
            fix="pulumi config set app:deliveryPool 1, or the next number if that name was deleted",
        )
    if f"{stack.name}-".startswith(allowed.RESERVED_POOL_PREFIX):
        yield stack.fault(
            ["name", "delivery_repository"],
            why="the identity pool for deployments from CI is named after it, and Google keeps names that begin with "
            "gcp- for itself",
            fix="choose another name: pulumi config set app:name web",
        )


def exposure(stack: StackSettings, *, rewritten: bool) -> Iterator[Fault]:
    """Check who may reach the service. `rewritten` says whether Hosting sends requests to it."""
    if stack.public_access == "private" and rewritten:
        yield stack.fault(
            ["public_access"],
            why="firebase.json rewrites to the service, and Hosting calls it as anybody: every page would answer 403",
            fix="pulumi config set app:publicAccess iam, or take the `run` rewrites out of firebase.json",
        )
    if stack.public_access == "private" and (stack.task_queue or stack.schedules or stack.client_edits):
        yield stack.fault(
            ["public_access", "task_queue", "schedules", "client_edits"],
            why="Cloud Run would check the tokens of calls by Google's services itself and take their signatures out, "
            "so that the service, which checks the account, refused every call",
            fix="pulumi config set app:publicAccess iam, or set none of app:taskQueue, app:schedules and "
            "app:clientEdits",
        )
