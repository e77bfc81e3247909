"""Where the service keeps its data, and the one DATABASE_URL that says so.

- `firestore`: a Firestore database in native mode. Nothing runs and nothing is paid for while nobody asks, and every
  instance sees the same data.
- `postgres`: a server of Cloud SQL, which runs and is paid for all the time.
- `sqlite`: a file in the data directory that a local cloud gives. Nothing to declare; settings refuse it elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions

from hearth.catalog import apis
from hearth.catalog.apis import Api
from infra import firestore
from infra.cloud_sql import CloudSql, CloudSqlArgs
from infra.firestore import FirestoreArgs
from infra.rules import postgres
from infra.settings import Database as Kind
from infra.settings import Settings
from infra.stored_secret import SecretReference

APIS: dict[Kind, tuple[Api, ...]] = {"firestore": (apis.FIRESTORE,), "postgres": (apis.SQL_ADMIN,), "sqlite": ()}
"""What has to be enabled besides what every stack needs."""

WITH_SCHEMA: frozenset[Kind] = frozenset({"postgres", "sqlite"})
"""SQL databases: migrated before a revision that expects the new schema serves."""

_URL = "DATABASE_URL"


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs:
    """Inputs of Database: the kind, and what each kind that Google runs would be."""

    kind: Kind
    firestore: FirestoreArgs
    cloud_sql: CloudSqlArgs


class Database(pulumi.ComponentResource):
    """A database, and the service's right to read and write it."""

    env: Mapping[str, Input[str]]
    """DATABASE_URL, where it holds no secret."""
    secrets: Mapping[str, SecretReference]
    """DATABASE_URL, where it holds a password."""
    sockets: Sequence[Output[str]]
    """Names of the Cloud SQL servers that the service connects to."""
    grants: Sequence[Output[str]]
    """Ids of the grants that the service needs before it can use it."""

    def __init__(self, name: str, args: DatabaseArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("hearth-app:infra:Database", name, None, opts)
        self.env, self.secrets, self.sockets, self.grants = {}, {}, [], []
        match args.kind:
            case "sqlite":
                # The file's place is told by HEARTH_DATA_DIR, which differs from one checkout to the next.
                self.env = {_URL: "sqlite://"}
            case "firestore":
                url, self.grants = firestore.declare(name, args.firestore, parent=self)
                self.env = {_URL: url}
            case "postgres":
                server = CloudSql(name, args.cloud_sql, ResourceOptions(parent=self))
                self.secrets = {_URL: server.url}
                self.sockets, self.grants = [server.connection_name], server.grants
        self.register_outputs({})


def args(stack: Settings, *, user: Input[str], after: Sequence[pulumi.Resource]) -> DatabaseArgs:
    """What a stack's settings say about its database; `user` is who reads and writes it."""
    tier = postgres.tier(stack.postgres_tier)
    assert tier is not None  # noqa: S101 - the settings were checked
    return DatabaseArgs(
        kind=stack.database,
        firestore=FirestoreArgs(
            project=stack.project,
            location=stack.firestore_location,
            database=stack.firestore_database,
            point_in_time_recovery=stack.point_in_time_recovery,
            user=user,
            deletion_protection=stack.deletion_protection,
            protect=stack.protect,
            after=after,
        ),
        cloud_sql=CloudSqlArgs(
            project=stack.project,
            region=stack.region,
            instance=stack.names.database_instance,
            version=stack.postgres_version,
            tier_name=stack.postgres_tier,
            tier=tier,
            high_availability=stack.postgres_high_availability,
            point_in_time_recovery=stack.point_in_time_recovery,
            disk_limit_gigabytes=stack.postgres_disk_limit_gigabytes,
            query_insights=stack.postgres_query_insights,
            maintenance_day=stack.postgres_maintenance_day,
            maintenance_hour=stack.postgres_maintenance_hour,
            url_secret=stack.names.database_url_secret,
            password_rotation=stack.database_password_rotation,
            user=user,
            deletion_protection=stack.deletion_protection,
            protect=stack.protect,
            after=after,
        ),
    )
