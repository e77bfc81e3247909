"""Calls of the service's tasks by the clock (Cloud Scheduler), each as often as `app:schedules` says.

A schedule calls the service itself, past a queue, so that the one does not need the other. Its service agent makes the
tokens, by a role that Google grants it as the API is enabled (`roles/cloudscheduler.serviceAgent`).

Left out: what to do about a call that was missed. A task that must not miss one looks for what is due.
"""

import pulumi
import pulumi_gcp as gcp
from pulumi import Output, ResourceOptions

from flask_hearth import task_names
from infra import task_caller
from infra.settings import StackSettings

SHORTEST_DEADLINE, LONGEST_DEADLINE = 15, 1800
"""Seconds (Cloud Scheduler v1, Job.attemptDeadline)."""


class Schedules(pulumi.ComponentResource):
    """A job for each of them."""

    def __init__(
        self,
        name: str,
        stack: StackSettings,
        *,
        caller: gcp.serviceaccount.Account,
        service_uri: Output[str],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("hearth-app:infra:Schedules", name, None, opts)
        # The service itself ends a call after this time.
        deadline = min(max(stack.request_timeout_seconds, SHORTEST_DEADLINE), LONGEST_DEADLINE)
        for task, schedule in stack.schedules.items():
            gcp.cloudscheduler.Job(
                f"{name}-{task}",
                project=stack.project,
                region=stack.region,
                name=stack.names.schedule(task),
                schedule=schedule,
                time_zone=stack.time_zone,
                attempt_deadline=f"{deadline}s",
                # Without, a call that failed would be the last one until the next time.
                retry_config=gcp.cloudscheduler.JobRetryConfigArgs(
                    retry_count=3, min_backoff_duration="30s", max_backoff_duration="600s", max_doublings=5
                ),
                http_target=gcp.cloudscheduler.JobHttpTargetArgs(
                    http_method="POST",
                    uri=Output.concat(service_uri, task_names.PATH, "/", task),
                    oidc_token=gcp.cloudscheduler.JobHttpTargetOidcTokenArgs(
                        service_account_email=caller.email, audience=task_caller.audience(stack)
                    ),
                ),
                opts=ResourceOptions(parent=self),
            )
        self.register_outputs({})
