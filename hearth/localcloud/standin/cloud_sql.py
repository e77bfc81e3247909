"""Cloud SQL: a server, its databases and users, whose names stand in the body and whose operations end at once."""

from typing import Any, Final

from hearth.catalog import apis
from hearth.localcloud.standin.client import Body
from hearth.localcloud.standin.names import Field, Way
from hearth.localcloud.standin.resource import RestKind
from hearth.localcloud.standin.row import Row, Update
from hearth.plugin.kinds import Values

INSTANCE: Final = Row(
    type="gcp:sql/databaseInstance:DatabaseInstance",
    title="DatabaseInstance",
    api=apis.SQL_ADMIN,
    path="projects/{project}/instances/{name}",
    names={
        "encryptionKeyName": Field("diskEncryptionConfiguration.kmsKeyName"),
        "serverCaCerts": Field("serverCaCert", Way.LIST_OF_ONE),
        "settings.dataDiskProvisionedIops": Field("dataDiskProvisionedIops"),
        "settings.diskAutoresize": Field("storageAutoResize"),
        "settings.diskAutoresizeLimit": Field("storageAutoResizeLimit"),
        "settings.diskSize": Field("dataDiskSizeGb"),
        "settings.diskType": Field("dataDiskType"),
        "settings.version": Field("settingsVersion"),
    },
    local=frozenset({"deletionProtection"}),
    unread=frozenset({"rootPassword"}),
    update=Update.WHOLE,
)
DATABASE: Final = Row(
    type="gcp:sql/database:Database",
    title="Database",
    api=apis.SQL_ADMIN,
    path="projects/{project}/instances/{instance}/databases/{name}",
    update=Update.WHOLE,
)
USER: Final = Row(
    type="gcp:sql/user:User",
    title="User",
    api=apis.SQL_ADMIN,
    path="projects/{project}/instances/{instance}/users/{name}",
    unread=frozenset({"password", "databaseRoles"}),
    update=Update.WHOLE,
)


class SqlKind(RestKind):
    """A database, or what has its name in the body as it does."""

    def body(self, values: Values, marks: Values) -> Body:
        return super().body(values, marks) | {"name": values["name"]}


class SqlInstanceKind(SqlKind):
    """A server, which the state calls by its name alone."""

    def id(self, where: Values) -> str:
        return str(where["name"])

    def outputs(self, live: Body, inputs: Values, where: Values) -> dict[str, Any]:
        addresses = {each["type"]: each["ipAddress"] for each in live.get("ipAddresses") or ()}
        return super().outputs(live, inputs, where) | {
            "firstIpAddress": next(iter(addresses.values()), ""),
            "publicIpAddress": addresses.get("PRIMARY", ""),
            "privateIpAddress": addresses.get("PRIVATE", ""),
        }

    def importable(self, outputs: Values) -> dict[str, Any]:
        found = super().importable(outputs)
        # Counted up by each change: a program that declared it would have to follow.
        return found | {"settings": {name: each for name, each in found["settings"].items() if name != "version"}}


class SqlUserKind(SqlKind):
    """A user, which is changed and deleted by a name in the query, and which the state calls `NAME/HOST/INSTANCE`."""

    def id(self, where: Values) -> str:
        # Postgres knows no hosts.
        return f"{where['name']}//{where['instance']}"

    def locate(self, id: str) -> dict[str, Any]:
        name, _, instance = id.partition("//")
        return self.where({"name": name, "instance": instance}) if instance else super().locate(id)

    def change(self, where: Values, old_inputs: Values, planned: Values, changed: set[str]) -> Body:
        return self.client.call("PUT", self.row.api, self._users(where), _named(where), self.body(planned, {}))

    def remove(self, where: Values, old: Values) -> Body:
        return self.client.call("DELETE", self.row.api, self._users(where), _named(where))

    def _users(self, where: Values) -> str:
        return self.row.collection.format(**where)


def _named(where: Values) -> dict[str, str]:
    return {"name": str(where["name"])}
