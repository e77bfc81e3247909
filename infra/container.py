"""What the containers of the service and of the jobs on its image have in common: environment and sockets.

Cloud Run has the same fields in both. Pulumi has a class of its own for each and takes one for the other, which its
types do not say: hence `Any`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import Input
from pulumi_gcp import cloudrunv2 as run

from infra.cloud_sql import MOUNT
from infra.stored_secret import SecretReference

_SOCKETS = "sockets"


def envs(plain: Mapping[str, Input[str]], secrets: Mapping[str, SecretReference]) -> list[Any]:
    """Plain variables by name, then those whose value is in Secret Manager."""
    return [
        *(run.ServiceTemplateContainerEnvArgs(name=name, value=value) for name, value in sorted(plain.items())),
        *(
            run.ServiceTemplateContainerEnvArgs(
                name=name,
                value_source=run.ServiceTemplateContainerEnvValueSourceArgs(
                    secret_key_ref=run.ServiceTemplateContainerEnvValueSourceSecretKeyRefArgs(
                        secret=reference.secret, version=reference.version
                    )
                ),
            )
            for name, reference in secrets.items()
        ),
    ]


def volumes(servers: Sequence[Input[str]]) -> list[Any] | None:
    """The sockets of these Cloud SQL servers."""
    sockets = run.ServiceTemplateVolumeCloudSqlInstanceArgs(instances=servers)
    return [run.ServiceTemplateVolumeArgs(name=_SOCKETS, cloud_sql_instance=sockets)] if servers else None


def mounts(servers: Sequence[Input[str]]) -> list[Any] | None:
    """Where a container finds them."""
    return [run.ServiceTemplateContainerVolumeMountArgs(name=_SOCKETS, mount_path=MOUNT)] if servers else None
