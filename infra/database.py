"""Where the service keeps its data, and the one DATABASE_URL that says so.

- `firestore`: a Firestore database in native mode. Nothing runs and nothing is paid for while nobody asks, and every
  instance sees the same data.
- `postgres`: a server of Cloud SQL, which runs and is paid for all the time.
- `sqlite`: a file in the data directory that a local cloud gives. Nothing to declare; settings refuse it elsewhere.
- `none`: nothing, and no DATABASE_URL: an app that keeps nothing, or brings its own database.
"""

from collections.abc import Iterable, Mapping, Sequence

import pulumi
from pulumi import Input, Output, ResourceOptions

from hearth.catalog import apis
from hearth.firestore_indexes import Index
from infra import cloud_sql, firestore, firestore_rules
from infra.cloud_sql import CloudSql
from infra.settings import Database as Kind
from infra.settings import StackSettings
from infra.stored_secret import SecretReference

APIS: dict[Kind, list[str]] = {
    "firestore": [apis.FIRESTORE.name, firestore_rules.API],
    "postgres": [apis.SQL_ADMIN.name],
    "sqlite": [],
    "none": [],
}
"""What has to be enabled besides what every stack needs."""

ROLES: dict[Kind, list[str]] = {
    "firestore": [firestore.ROLE],
    "postgres": [cloud_sql.ROLE],
    "sqlite": [],
    "none": [],
}
"""What the service is granted on the project."""

WITHOUT_SCHEMA: frozenset[Kind] = frozenset({"firestore"})
"""Where there is nothing to migrate. A database that the stack doesn't make (`none`) may well have a schema."""

VARIABLE = "DATABASE_URL"


class Database(pulumi.ComponentResource):
    """A database, and the service's right to read and write it."""

    env: Mapping[str, Input[str]]
    """DATABASE_URL, where it holds no secret."""
    secrets: Mapping[str, SecretReference]
    """DATABASE_URL, where it holds a password."""
    servers: Sequence[Output[str]]
    """The Cloud SQL servers that the service connects to, by the names of their sockets."""
    grants: Sequence[Output[str]]
    """Ids of the grants that the service needs before it can use it."""
    indexes: Sequence[pulumi.Resource]
    """What the service's queries need besides."""

    def __init__(
        self,
        name: str,
        stack: StackSettings,
        *,
        user: Input[str],
        indexes: Iterable[Index],
        rules: str | None,
        after: Sequence[pulumi.Resource],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("hearth-app:infra:Database", name, None, opts)
        self.env, self.secrets, self.servers, self.grants, self.indexes = {}, {}, [], [], []
        match stack.database:
            case "sqlite":
                # The file's place is told by HEARTH_DATA_DIR, which differs from one checkout to the next.
                self.env = {VARIABLE: "sqlite://"}
            case "firestore":
                url, self.grants, self.indexes = firestore.declare(
                    name, stack, user=user, indexes=indexes, rules=rules, parent=self, after=after
                )
                self.env = {VARIABLE: url}
            case "postgres":
                server = CloudSql(name, stack, user=user, after=after, opts=ResourceOptions(parent=self))
                self.secrets = {VARIABLE: server.url}
                self.servers, self.grants = [server.connection_name], server.grants
        self.register_outputs({})
