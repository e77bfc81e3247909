"""The container that the service and the jobs on its image run in: image, account, environment and sockets.

Cloud Run has the same fields in services and jobs. Pulumi has a class of its own for each and takes one for the other,
which its types do not say: hence `Any`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi import Input, Output
from pulumi_gcp import cloudrunv2 as run

from infra.cloud_sql import MOUNT
from infra.stored_secret import SecretReference

_SOCKETS = "sockets"


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container, for the service or a job."""

    image: Input[str]
    account: Input[str]
    env: Mapping[str, Input[str]]
    secrets: Mapping[str, SecretReference]
    servers: Sequence[Input[str]]
    """Cloud SQL servers, by the names of their sockets."""
    attempt: Input[int]
    """Counted up where the one before did not come up (hearth:project:Settled): another template is another try."""

    def envs(self, more: Mapping[str, Input[str]] | None = None) -> list[Any]:
        """Plain variables by name, then those whose value is in Secret Manager."""
        plain = {**self.env, **(more or {})}
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
                for name, reference in self.secrets.items()
            ),
        ]

    def annotations(self) -> Output[dict[str, str] | None]:
        """None at the first attempt, which most stacks never leave."""
        return Output.from_input(self.attempt).apply(lambda at: {"hearth/attempt": str(at)} if at > 1 else None)

    def volumes(self) -> list[Any] | None:
        """The sockets."""
        sockets = run.ServiceTemplateVolumeCloudSqlInstanceArgs(instances=self.servers)
        return [run.ServiceTemplateVolumeArgs(name=_SOCKETS, cloud_sql_instance=sockets)] if self.servers else None

    def mounts(self) -> list[Any] | None:
        """Where it finds the sockets."""
        mount = run.ServiceTemplateContainerVolumeMountArgs(name=_SOCKETS, mount_path=MOUNT)
        return [mount] if self.servers else None
