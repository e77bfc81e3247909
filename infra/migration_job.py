"""Bring the database's schema up to date, after the image is there and before its revision serves.

A Cloud Run job on the service's image, run whenever that image or its settings change. Never at the service's start:
many instances start at once. The old revision serves while it runs and after it failed, so a migration must leave a
schema that both revisions can use.

Left out: going back. A database that is ahead of an earlier image stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, ResourceOptions
from pulumi_gcp import cloudrunv2 as run

from hearth.fingerprint import fingerprint
from hearth.resources import JobExecution
from infra.cloud_sql import MOUNT
from infra.stored_secret import SecretReference

COMMAND = ("flask", "--app", "app", "db", "upgrade")


@dataclass(frozen=True, kw_only=True)
class MigrationJobArgs:
    """Inputs of MigrationJob. `after` must exist before it is created."""

    project: str
    region: str
    job: str
    image: Input[str]
    account: Input[str]
    env: Mapping[str, Input[str]]
    secrets: Mapping[str, SecretReference]
    sockets: Sequence[Input[str]]
    """Cloud SQL servers that it connects to."""
    after: Sequence[pulumi.Resource]


class MigrationJob(pulumi.ComponentResource):
    """A job, and its execution that succeeded."""

    executed: JobExecution
    """What needs the new schema depends on this one."""

    def __init__(self, name: str, args: MigrationJobArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("hearth-app:infra:MigrationJob", name, None, opts)
        template = _template(args)
        job = run.Job(
            name,
            project=args.project,
            location=args.region,
            name=args.job,
            # Made again in a moment, and nothing is lost with it.
            deletion_protection=False,
            template=template,
            opts=ResourceOptions(parent=self, depends_on=args.after),
        )
        self.executed = JobExecution(
            f"{name}-executed",
            project=args.project,
            region=args.region,
            job=job.name,
            image=args.image,
            template=fingerprint(template),
            opts=ResourceOptions(parent=self),
        )
        self.register_outputs({})


def _template(args: MigrationJobArgs) -> run.JobTemplateArgs:
    return run.JobTemplateArgs(
        task_count=1,
        parallelism=1,
        template=run.JobTemplateTemplateArgs(
            service_account=args.account,
            # What takes longer is better done in steps while the service serves.
            timeout="600s",
            # What failed once fails again, and the first failure is the one to read.
            max_retries=0,
            volumes=[
                run.JobTemplateTemplateVolumeArgs(
                    name="sockets",
                    cloud_sql_instance=run.JobTemplateTemplateVolumeCloudSqlInstanceArgs(instances=args.sockets),
                )
            ]
            if args.sockets
            else None,
            containers=[
                run.JobTemplateTemplateContainerArgs(
                    image=args.image,
                    commands=[COMMAND[0]],
                    args=[*COMMAND[1:]],
                    envs=_envs(args),
                    volume_mounts=[run.JobTemplateTemplateContainerVolumeMountArgs(name="sockets", mount_path=MOUNT)]
                    if args.sockets
                    else None,
                    resources=run.JobTemplateTemplateContainerResourcesArgs(limits={"cpu": "1", "memory": "512Mi"}),
                )
            ],
        ),
    )


def _envs(args: MigrationJobArgs) -> list[run.JobTemplateTemplateContainerEnvArgs]:
    return [
        *(run.JobTemplateTemplateContainerEnvArgs(name=key, value=value) for key, value in sorted(args.env.items())),
        *(
            run.JobTemplateTemplateContainerEnvArgs(
                name=key,
                value_source=run.JobTemplateTemplateContainerEnvValueSourceArgs(
                    secret_key_ref=run.JobTemplateTemplateContainerEnvValueSourceSecretKeyRefArgs(
                        secret=reference.secret, version=reference.version
                    )
                ),
            )
            for key, reference in args.secrets.items()
        ),
    ]
