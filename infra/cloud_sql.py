"""A Postgres server of Cloud SQL, with one database, one user, and the address that the service opens.

Reached by Cloud Run's own socket alone: the server has a public address, which Google's proxy needs where there is no
VPC, but no network is let in and connections past a connector are refused. The user logs in with a password that no
person sees; docs/adr/0010 says why not as the service's account.

Left out: private addresses, which need a VPC that a stack would have to own or be told of, read replicas, and taking
the database or its user away again without the server: Postgres refuses both while anything belongs to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp
from pulumi import Input, Output, ResourceOptions

from hearth.resources import RandomKey
from infra.rules.postgres import Tier
from infra.stored_secret import SecretReference, StoredSecretArgs, store

MOUNT = "/cloudsql"
"""Where Cloud Run keeps the sockets ("Connect from Cloud Run")."""

_NAME = "service"
"""Of the database and of its user; a server belongs to one stack, so they need none of its names."""
_PASSWORD_BYTES = 32
_BACKUPS = 7
_LOG_DAYS = 7
"""Of transaction logs, from which any moment can be restored: the most that both editions keep."""


@dataclass(frozen=True, kw_only=True)
class CloudSqlArgs:
    """Inputs of CloudSql. `after` must exist before any of this is created."""

    project: str
    region: str
    instance: str
    version: str
    tier_name: str
    tier: Tier
    high_availability: bool
    point_in_time_recovery: bool
    disk_limit_gigabytes: int
    query_insights: bool
    maintenance_day: int
    maintenance_hour: int
    url_secret: str
    password_rotation: str
    user: Input[str]
    deletion_protection: bool
    protect: bool
    after: Sequence[pulumi.Resource]


class CloudSql(pulumi.ComponentResource):
    """A server with a database for the service."""

    url: SecretReference
    """DATABASE_URL, which holds the password."""
    connection_name: Output[str]
    """`PROJECT:REGION:INSTANCE`, the name of its socket."""
    grants: Sequence[Output[str]]
    """Ids of the grants without which the service can't connect."""

    def __init__(self, name: str, args: CloudSqlArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("hearth-app:infra:CloudSql", name, None, opts)
        server = gcp.sql.DatabaseInstance(
            name,
            project=args.project,
            region=args.region,
            name=args.instance,
            database_version=f"POSTGRES_{args.version}",
            # This one is Google's provider's own; the other, in the settings, holds in the console too.
            deletion_protection=args.deletion_protection,
            settings=_settings(args),
            opts=ResourceOptions(parent=self, depends_on=args.after, protect=args.protect),
        )
        database = gcp.sql.Database(
            name,
            project=args.project,
            instance=server.name,
            name=_NAME,
            charset="UTF8",
            # Gone with the server; by itself Postgres would refuse while anybody is connected.
            deletion_policy="ABANDON",
            opts=ResourceOptions(parent=self, protect=args.protect),
        )
        password = RandomKey(
            f"{name}-password",
            size=_PASSWORD_BYTES,
            rotation=args.password_rotation,
            opts=ResourceOptions(parent=self),
        )
        user = gcp.sql.User(
            name,
            project=args.project,
            instance=server.name,
            name=_NAME,
            password=password.value,
            # Gone with the server; by itself Postgres would refuse, since the tables belong to it.
            deletion_policy="ABANDON",
            opts=ResourceOptions(parent=self),
        )
        client = gcp.projects.IAMMember(
            f"{name}-client",
            project=args.project,
            role="roles/cloudsql.client",
            member=args.user,
            opts=ResourceOptions(parent=self),
        )
        # Read from the resources, so that the address is known only when they are there and the password is set.
        url = Output.concat(
            *("postgresql://", user.name, ":", password.value, "@/", database.name),
            *(f"?host={MOUNT}/", server.connection_name),
        )
        stored = StoredSecretArgs(
            project=args.project,
            secret_id=args.url_secret,
            data=url,
            reader=args.user,
            deletion_protection=args.deletion_protection,
            protect=args.protect,
            after=args.after,
        )
        self.url, reader = store(f"{name}-url", stored, parent=self)
        self.connection_name = server.connection_name
        self.grants = [client.id, reader]
        self.register_outputs({"connectionName": self.connection_name})


def _settings(args: CloudSqlArgs) -> gcp.sql.DatabaseInstanceSettingsArgs:
    return gcp.sql.DatabaseInstanceSettingsArgs(
        tier=args.tier_name,
        # Left out, Postgres 16 and later take the one that has no small tiers, and refuse those.
        edition=args.tier.edition,
        availability_type="REGIONAL" if args.high_availability else "ZONAL",
        deletion_protection_enabled=args.deletion_protection,
        # Grows by itself, since a full disk stops the server; it never shrinks again, hence the limit.
        disk_autoresize=True,
        disk_autoresize_limit=args.disk_limit_gigabytes,
        connector_enforcement="REQUIRED",
        ip_configuration=gcp.sql.DatabaseInstanceSettingsIpConfigurationArgs(
            ipv4_enabled=True, ssl_mode="ENCRYPTED_ONLY"
        ),
        backup_configuration=gcp.sql.DatabaseInstanceSettingsBackupConfigurationArgs(
            enabled=True,
            point_in_time_recovery_enabled=args.point_in_time_recovery,
            transaction_log_retention_days=_LOG_DAYS,
            backup_retention_settings=gcp.sql.DatabaseInstanceSettingsBackupConfigurationBackupRetentionSettingsArgs(
                retained_backups=_BACKUPS, retention_unit="COUNT"
            ),
        ),
        maintenance_window=gcp.sql.DatabaseInstanceSettingsMaintenanceWindowArgs(
            day=args.maintenance_day, hour=args.maintenance_hour, update_track="stable"
        ),
        insights_config=gcp.sql.DatabaseInstanceSettingsInsightsConfigArgs(query_insights_enabled=args.query_insights),
        database_flags=[
            # What the rule on connections counts with, so that it can't be another number at Google.
            gcp.sql.DatabaseInstanceSettingsDatabaseFlagArgs(
                name="max_connections", value=str(args.tier.max_connections)
            )
        ],
    )
