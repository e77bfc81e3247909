"""Where the service keeps its data, and the one DATABASE_URL that says so.

- `firestore`: a Firestore database in native mode. Nothing runs and nothing is paid for while nobody asks, and every
  instance sees the same data.
- `sqlite`: a file in the data directory that a local cloud gives. Nothing to declare; settings refuse it elsewhere.

Left out: security rules. Without any, Firestore refuses browsers and phones that would come past the service.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp
from pulumi import Input, Output, ResourceOptions

from catalog import apis
from catalog.apis import Api
from infra.settings import Database as Kind

APIS: dict[Kind, tuple[Api, ...]] = {"firestore": (apis.FIRESTORE,), "sqlite": ()}
"""What has to be enabled besides what every stack needs."""

WITH_SCHEMA: frozenset[Kind] = frozenset({"sqlite"})
"""SQL databases: migrated before a revision that expects the new schema serves."""


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs:
    """Inputs of Database. `after` must exist before any of this is created."""

    project: str
    kind: Kind
    location: str
    database: str
    point_in_time_recovery: bool
    user: Input[str]
    deletion_protection: bool
    protect: bool
    after: Sequence[pulumi.Resource]


class Database(pulumi.ComponentResource):
    """A database, and the service's right to read and write it."""

    url: Output[str]
    """DATABASE_URL."""
    grants: Sequence[Output[str]]
    """Ids of the grants that the service needs before it can use it."""

    def __init__(self, name: str, args: DatabaseArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("hearth-app:infra:Database", name, None, opts)
        if args.kind == "sqlite":
            # The file's place is told by HEARTH_DATA_DIR, which differs from one checkout to the next.
            self.url, self.grants = Output.from_input("sqlite://"), []
        else:
            self.url, self.grants = self._firestore(name, args)
        self.register_outputs({"url": self.url})

    def _firestore(self, name: str, args: DatabaseArgs) -> tuple[Output[str], Sequence[Output[str]]]:
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
            opts=ResourceOptions(parent=self, depends_on=args.after, protect=args.protect),
        )
        user = gcp.projects.IAMMember(
            f"{name}-user",
            project=args.project,
            role="roles/datastore.user",
            member=args.user,
            opts=ResourceOptions(parent=self),
        )
        return Output.concat("firestore://", database.project, "/", database.name), [user.id]


def _state(on: bool) -> str:  # noqa: FBT001 - read as what it is
    return "ENABLED" if on else "DISABLED"
