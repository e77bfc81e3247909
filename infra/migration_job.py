"""Bring the database's schema up to date, after the image is there and before its revision serves.

A Cloud Run job on the service's image, run whenever that image or its settings change. Never at the service's start:
many instances start at once. The old revision serves while it runs and after it failed, so a migration must leave a
schema that both revisions can use.

Left out: going back. A database that is ahead of an earlier image stays as it is.
"""

import shlex
from collections.abc import Sequence

import pulumi
from pulumi import ResourceOptions
from pulumi_gcp import cloudrunv2 as run

from hearth.fingerprint import fingerprint
from hearth.resources import JobExecution
from infra.container import Container
from infra.settings import StackSettings


class MigrationJob(pulumi.ComponentResource):
    """A job, and its execution that succeeded."""

    executed: JobExecution
    """What needs the new schema depends on this one."""

    def __init__(
        self,
        name: str,
        stack: StackSettings,
        *,
        container: Container,
        after: Sequence[pulumi.Resource],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("hearth-app:infra:MigrationJob", name, None, opts)
        program, *arguments = shlex.split(stack.migration_command)
        template = run.JobTemplateArgs(
            task_count=1,
            parallelism=1,
            annotations=container.annotations(),
            template=run.JobTemplateTemplateArgs(
                service_account=container.account,
                # What takes longer is better done in steps while the service serves.
                timeout="600s",
                # What failed once fails again, and the first failure is the one to read.
                max_retries=0,
                volumes=container.volumes(),
                containers=[
                    run.JobTemplateTemplateContainerArgs(
                        image=container.image,
                        commands=[program],
                        args=arguments,
                        envs=container.envs(),
                        volume_mounts=container.mounts(),
                        resources=run.JobTemplateTemplateContainerResourcesArgs(limits={"cpu": "1", "memory": "512Mi"}),
                    )
                ],
            ),
        )
        job = run.Job(
            name,
            project=stack.project,
            location=stack.region,
            name=stack.names.migration_job,
            # Made again in a moment, and nothing is lost with it.
            deletion_protection=False,
            template=template,
            opts=ResourceOptions(parent=self, depends_on=after),
        )
        self.executed = JobExecution(
            f"{name}-executed",
            project=stack.project,
            region=stack.region,
            job=job.name,
            image=container.image,
            template=fingerprint(template),
            opts=ResourceOptions(parent=self),
        )
        self.register_outputs({})
