"""A queue of Cloud Tasks that calls the service's tasks, and the service's right to fill it.

The queue says which host is called, and as whom, so that a task says neither (Cloud Tasks, "Configure queue-level
routing"). That is why it follows the service. The site is released after it, so that no visitor's task finds no queue.

Left out: a time limit of its own for a call. The service's (`app:requestTimeoutSeconds`) ends it before the queue would.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

import pulumi
import pulumi_gcp as gcp
from pulumi import Input, Output, ResourceOptions

from hearth.catalog import apis
from infra import task_caller
from infra.settings import StackSettings


class TaskQueue(pulumi.ComponentResource):
    """The queue, filled by `user`."""

    def __init__(
        self,
        name: str,
        stack: StackSettings,
        *,
        caller: gcp.serviceaccount.Account,
        user: Input[str],
        service_uri: Output[str],
        after: Sequence[pulumi.Resource],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("hearth-app:infra:TaskQueue", name, None, opts)
        agent = gcp.projects.ServiceIdentity(
            f"{name}-agent",
            project=stack.project,
            service=apis.CLOUD_TASKS.name,
            opts=ResourceOptions(parent=self, depends_on=after),
        )
        # Cloud Tasks asks for the first one of its agent, which makes the tokens ("Set up a service account for HTTP
        # target handler authentication"), and for the second one of whoever makes tasks that carry one.
        may_act = [
            gcp.serviceaccount.IAMMember(
                f"{name}-{who}-acts-as-caller",
                service_account_id=caller.name,
                role="roles/iam.serviceAccountUser",
                member=member,
                # CI may delete an account, with all that is granted on it, but take no single grant away.
                opts=ResourceOptions(parent=self, deleted_with=caller),
            )
            for who, member in {"agent": agent.member, "service": user}.items()
        ]
        queue = gcp.cloudtasks.Queue(
            name,
            project=stack.project,
            location=stack.region,
            name=stack.names.queue(stack.task_queue),
            http_target=gcp.cloudtasks.QueueHttpTargetArgs(
                uri_override=_address(service_uri),
                oidc_token=gcp.cloudtasks.QueueHttpTargetOidcTokenArgs(
                    service_account_email=caller.email, audience=task_caller.audience(stack)
                ),
            ),
            rate_limits=gcp.cloudtasks.QueueRateLimitsArgs(
                # Half of what the service can do at a time: the other half is the visitors'.
                max_concurrent_dispatches=max(1, stack.concurrency * stack.max_instances // 2),
                max_dispatches_per_second=500,
            ),
            retry_config=gcp.cloudtasks.QueueRetryConfigArgs(
                # With these pauses, a hundred attempts take more than three days: a fault of Friday evening can be
                # mended on Monday, and the tasks since then run.
                max_attempts=100,
                min_backoff="1s",
                max_backoff="3600s",
                max_doublings=12,
            ),
            # What was given up after all is told by this log alone.
            stackdriver_logging_config=gcp.cloudtasks.QueueStackdriverLoggingConfigArgs(sampling_ratio=1.0),
            # Deleted, it takes along what waits in it, and its name is blocked for seven days.
            opts=ResourceOptions(parent=self, depends_on=may_act, protect=stack.protect),
        )
        gcp.cloudtasks.QueueIamMember(
            f"{name}-enqueuer",
            project=stack.project,
            location=stack.region,
            name=queue.name,
            role="roles/cloudtasks.enqueuer",
            member=user,
            opts=ResourceOptions(parent=self),
        )
        self.register_outputs({})


def _address(uri: Output[str]) -> gcp.cloudtasks.QueueHttpTargetUriOverrideArgs:
    """In place of the one in a task, of which the path stays."""
    parts = uri.apply(urlsplit)
    return gcp.cloudtasks.QueueHttpTargetUriOverrideArgs(
        scheme=parts.apply(lambda parts: parts.scheme.upper()),
        host=parts.apply(lambda parts: str(parts.hostname)),
        # A local cloud's service has a port of its own; 0 is none.
        port=parts.apply(lambda parts: str(parts.port or 0)),
        uri_override_enforce_mode="ALWAYS",
    )
