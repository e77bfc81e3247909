"""A Postgres server of Cloud SQL, with one database, one user, and the address that the service opens.

Only Cloud Run's own socket reaches it: the server has a public address, which Google's proxy needs where there is no
VPC, but no network is let in and connections past a connector are refused. Not tried on Google: its pages say that the
proxy and the connectors get through, and the socket is made by that proxy. The user logs in with a password that no
person sees; docs/adr/0010 says why not as the service's account.

Left out: private addresses, which need a VPC that a stack would have to own or be told of, read replicas, and taking
the database or its user away again without the server: Postgres refuses both while anything belongs to them.
"""

from collections.abc import Sequence

import pulumi
import pulumi_gcp as gcp
from pulumi import Input, Output, ResourceOptions

from hearth.facts import cloud_sql
from hearth.resources import RandomKey
from infra.settings import StackSettings
from infra.stored_secret import SecretReference, store

MOUNT = "/cloudsql"
"""Where Cloud Run keeps the sockets ("Connect from Cloud Run")."""

ROLE = "roles/cloudsql.client"
"""What the service is granted on the project, for this server alone."""

_NAME = "service"
"""Name of the database and of its user. A server belongs to one stack, so they need no name of the stack's."""
_PASSWORD_BYTES = 32
_LOG_DAYS = 7
"""Days of transaction logs, from which any moment can be restored: the most that both editions keep. Not more than
there are backups to begin from."""


class CloudSql(pulumi.ComponentResource):
    """A server with a database for the service."""

    url: SecretReference
    """DATABASE_URL, which holds the password."""
    connection_name: Output[str]
    """`PROJECT:REGION:INSTANCE`, the name of its socket."""
    grants: Sequence[Output[str]]
    """Ids of the grants without which the service can't connect."""

    def __init__(
        self,
        name: str,
        stack: StackSettings,
        *,
        user: Input[str],
        after: Sequence[pulumi.Resource],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("hearth-app:infra:CloudSql", name, None, opts)
        server = gcp.sql.DatabaseInstance(
            name,
            project=stack.project,
            region=stack.region,
            name=stack.names.database_instance,
            database_version=f"POSTGRES_{stack.postgres_version}",
            # This one is Google's provider's own; the other, in the settings, holds in the console too.
            deletion_protection=stack.deletion_protection,
            settings=_settings(stack),
            opts=ResourceOptions(parent=self, depends_on=after, protect=stack.protect),
        )
        database = gcp.sql.Database(
            name,
            project=stack.project,
            instance=server.name,
            name=_NAME,
            charset="UTF8",
            # Deleted with the server: Postgres refuses to drop it alone while anybody is connected.
            deletion_policy="ABANDON",
            opts=ResourceOptions(parent=self, protect=stack.protect),
        )
        password = RandomKey(
            f"{name}-password",
            size=_PASSWORD_BYTES,
            rotation=stack.database_password_rotation,
            opts=ResourceOptions(parent=self),
        )
        login = gcp.sql.User(
            name,
            project=stack.project,
            instance=server.name,
            name=_NAME,
            password=password.value,
            # Deleted with the server: Postgres refuses to drop it alone, since the tables belong to it.
            deletion_policy="ABANDON",
            opts=ResourceOptions(parent=self),
        )
        client = gcp.projects.IAMMember(
            f"{name}-client",
            project=stack.project,
            role=ROLE,
            member=user,
            # Cloud SQL, "Use IAM Conditions": the role alone opens every server of the project.
            condition=gcp.projects.IAMMemberConditionArgs(title="own server", expression=_only(stack)),
            opts=ResourceOptions(parent=self),
        )
        # Read from the resources, so that the address is known only when they are there and the password is set.
        url = Output.concat(
            *("postgresql://", login.name, ":", password.value, "@/", database.name),
            *(f"?host={MOUNT}/", server.connection_name),
        )
        self.url, reader = store(
            f"{name}-url",
            stack,
            secret_id=stack.names.database_url_secret,
            data=url,
            reader=user,
            parent=self,
            after=after,
        )
        self.connection_name = server.connection_name
        self.grants = [client.id, reader]
        self.register_outputs({"connectionName": self.connection_name})


def _only(stack: StackSettings) -> str:
    name = f"projects/{stack.project}/instances/{stack.names.database_instance}"
    return f"resource.name == '{name}' && resource.service == 'sqladmin.googleapis.com'"


def _settings(stack: StackSettings) -> gcp.sql.DatabaseInstanceSettingsArgs:
    tier = cloud_sql.tier(stack.postgres_tier)
    assert tier is not None
    return gcp.sql.DatabaseInstanceSettingsArgs(
        tier=stack.postgres_tier,
        # Without it, Postgres 16 and later take the edition that has no small tiers, and refuse those.
        edition=tier.edition,
        availability_type="REGIONAL" if stack.postgres_high_availability else "ZONAL",
        deletion_protection_enabled=stack.deletion_protection,
        # Grows by itself, since a full disk stops the server; it never shrinks again, hence the limit.
        disk_autoresize=True,
        disk_autoresize_limit=stack.postgres_disk_limit_gigabytes,
        connector_enforcement="REQUIRED",
        ip_configuration=gcp.sql.DatabaseInstanceSettingsIpConfigurationArgs(
            ipv4_enabled=True, ssl_mode="ENCRYPTED_ONLY"
        ),
        backup_configuration=_backups(stack),
        # Without these two, all backups go with the server ("Cloud SQL backups overview", "Manage final backups").
        retain_backups_on_delete=stack.backup_days > 0,
        final_backup_config=gcp.sql.DatabaseInstanceSettingsFinalBackupConfigArgs(
            enabled=stack.backup_days > 0, retention_days=stack.backup_days or None
        ),
        maintenance_window=gcp.sql.DatabaseInstanceSettingsMaintenanceWindowArgs(
            day=stack.postgres_maintenance_day, hour=stack.postgres_maintenance_hour, update_track="stable"
        ),
        insights_config=gcp.sql.DatabaseInstanceSettingsInsightsConfigArgs(
            query_insights_enabled=stack.postgres_query_insights
        ),
        database_flags=[
            # The number that the rule on connections counts with, so that Google uses no other.
            gcp.sql.DatabaseInstanceSettingsDatabaseFlagArgs(name="max_connections", value=str(tier.max_connections))
        ],
    )


def _backups(stack: StackSettings) -> gcp.sql.DatabaseInstanceSettingsBackupConfigurationArgs:
    if not stack.backup_days:
        return gcp.sql.DatabaseInstanceSettingsBackupConfigurationArgs(
            enabled=False, point_in_time_recovery_enabled=False
        )
    return gcp.sql.DatabaseInstanceSettingsBackupConfigurationArgs(
        enabled=True,
        point_in_time_recovery_enabled=stack.point_in_time_recovery,
        transaction_log_retention_days=min(_LOG_DAYS, stack.backup_days),
        # One a day.
        backup_retention_settings=gcp.sql.DatabaseInstanceSettingsBackupConfigurationBackupRetentionSettingsArgs(
            retained_backups=stack.backup_days, retention_unit="COUNT"
        ),
    )
