"""A Firestore database in native mode, and the service's right to read and write it.

A function and no component, since its resources have always belonged to Database: their URNs stay what they are.

Left out: security rules. Without any, Firestore refuses browsers and phones that would come past the service. And
composite indexes: lists are ordered by one field and the document's name, which the built-in index of that field has.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp
from pulumi import Input, Output, ResourceOptions

EXPIRING = ("idempotency_keys", "expires_at")
"""Collection of documents that are of no use after a time, and the field that says when."""


@dataclass(frozen=True, kw_only=True)
class FirestoreArgs:
    """`after` must exist before any of this is created."""

    project: str
    location: str
    database: str
    point_in_time_recovery: bool
    user: Input[str]
    deletion_protection: bool
    protect: bool
    after: Sequence[pulumi.Resource]


def declare(name: str, args: FirestoreArgs, *, parent: pulumi.Resource) -> tuple[Output[str], Sequence[Output[str]]]:
    """Declare it; DATABASE_URL, and the ids of the grants without which the service can't use it."""
    database = gcp.firestore.Database(
        name,
        project=args.project,
        name=args.database,
        location_id=args.location,
        type="FIRESTORE_NATIVE",
        point_in_time_recovery_enablement=f"POINT_IN_TIME_RECOVERY_{_state(args.point_in_time_recovery)}",
        delete_protection_state=f"DELETE_PROTECTION_{_state(args.deletion_protection)}",
        # The default leaves the database behind when it leaves the stack, unseen: said either way instead.
        deletion_policy="PREVENT" if args.deletion_protection else "DELETE",
        opts=ResourceOptions(parent=parent, depends_on=args.after, protect=args.protect),
    )
    user = gcp.projects.IAMMember(
        f"{name}-user",
        project=args.project,
        role="roles/datastore.user",
        member=args.user,
        opts=ResourceOptions(parent=parent),
    )
    collection, field = EXPIRING
    gcp.firestore.Field(
        f"{name}-expiry",
        project=args.project,
        database=database.name,
        collection=collection,
        field=field,
        # The service looks at the time itself; this keeps the collection small, within a day of it (TTL policies).
        ttl_config=gcp.firestore.FieldTtlConfigArgs(),
        # Nobody asks by it, and an index on times that only rise takes 500 writes a second, and storage.
        index_config=gcp.firestore.FieldIndexConfigArgs(),
        # Google takes many minutes to begin, and nothing here needs it to have begun.
        skip_wait=True,
        opts=ResourceOptions(parent=parent),
    )
    return Output.concat("firestore://", database.project, "/", database.name), [user.id]


def _state(on: bool) -> str:  # noqa: FBT001 - read as what it is
    return "ENABLED" if on else "DISABLED"
