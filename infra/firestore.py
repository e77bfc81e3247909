"""A Firestore database in native mode, and the service's right to read and write it.

A function, not a component: its resources belong to Database, and their URNs must not change.

Composite indexes are in `infra.firestore_indexes`, security rules in `infra.firestore_rules`.
"""

from collections.abc import Iterable, Sequence

import pulumi
import pulumi_gcp as gcp
from pulumi import Input, Output, ResourceOptions

from hearth.firestore_indexes import Index
from infra import firestore_indexes, firestore_rules
from infra.settings import StackSettings

ROLE = "roles/datastore.user"
"""What the service is granted on the project, for this database alone."""

EXPIRING = ("idempotency_keys", "expires_at")
"""Collection of documents that are of no use after a time, and the field that says when."""


def declare(
    name: str,
    stack: StackSettings,
    *,
    user: Input[str],
    indexes: Iterable[Index],
    rules: str | None,
    parent: pulumi.Resource,
    after: Sequence[pulumi.Resource],
) -> tuple[Output[str], Sequence[Output[str]], Sequence[pulumi.Resource]]:
    """Declare it. Returns DATABASE_URL, the ids of the grants that the service needs to use it, and its indexes."""
    database = gcp.firestore.Database(
        name,
        project=stack.project,
        name=stack.firestore_database,
        location_id=stack.firestore_location,
        type="FIRESTORE_NATIVE",
        point_in_time_recovery_enablement=f"POINT_IN_TIME_RECOVERY_{_state(stack.point_in_time_recovery)}",
        delete_protection_state=f"DELETE_PROTECTION_{_state(stack.deletion_protection)}",
        # By default the database would stay behind, unseen, when it leaves the stack: so both cases are set here.
        deletion_policy="PREVENT" if stack.deletion_protection else "DELETE",
        opts=ResourceOptions(parent=parent, depends_on=after, protect=stack.protect),
    )
    grant = gcp.projects.IAMMember(
        f"{name}-user",
        project=stack.project,
        role=ROLE,
        member=user,
        condition=gcp.projects.IAMMemberConditionArgs(title="own database", expression=_only(stack)),
        opts=ResourceOptions(parent=parent),
    )
    if stack.backup_days:
        # It goes with the database; what it made stays for its time (Firestore, "Back up and restore data").
        gcp.firestore.BackupSchedule(
            f"{name}-backup",
            project=stack.project,
            database=database.name,
            daily_recurrence=gcp.firestore.BackupScheduleDailyRecurrenceArgs(),
            retention=f"{stack.backup_days * 24 * 60 * 60}s",
            opts=ResourceOptions(parent=parent),
        )
    collection, field = EXPIRING
    gcp.firestore.Field(
        f"{name}-expiry",
        project=stack.project,
        database=database.name,
        collection=collection,
        field=field,
        # The service checks the time itself; this keeps the collection small, within a day (TTL policies).
        ttl_config=gcp.firestore.FieldTtlConfigArgs(),
        # Nobody queries by it, and an index on rising times allows 500 writes a second and costs storage.
        index_config=gcp.firestore.FieldIndexConfigArgs(),
        # Google takes many minutes to begin, and nothing here needs it to have begun. Whether Google returns both
        # settings at once is not known. If it does not, one later `up` shows them as changed although they are not.
        skip_wait=True,
        opts=ResourceOptions(parent=parent),
    )
    if rules is not None:
        firestore_rules.declare(f"{name}-rules", stack, rules=rules, database=database, parent=parent, after=after)
    built = firestore_indexes.declare(f"{name}-index", stack, indexes=indexes, database=database, parent=parent)
    return Output.concat("firestore://", database.project, "/", database.name), [grant.id], built


def _only(stack: StackSettings) -> str:
    """An expression that is true for the stack's database and all in it (IAM, "Resource attributes", Firestore)."""
    name = f"projects/{stack.project}/databases/{stack.firestore_database}"
    return f"resource.name == '{name}' || resource.name.startsWith('{name}/')"


def _state(on: bool) -> str:
    return "ENABLED" if on else "DISABLED"
