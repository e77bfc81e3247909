"""Who calls the app's tasks: an account without any right, whose token is what the service looks at.

The queue and the schedules have Google make the token, for this service. Its audience is no address: the service has to
know it before it has one, so it is the service's name in Cloud Run's API, which no other service has.
With `app:publicAccess: private`, Cloud Run would check the token itself and take its signature out (`infra.rules`).

Left out: keys of the account, and `run.invoker`, which everybody has where the service can be called at all.
"""

from collections.abc import Sequence

import pulumi
import pulumi_gcp as gcp
from pulumi import Output, ResourceOptions

from hearth.catalog import apis
from infra.settings import StackSettings

CALLER, AUDIENCE, QUEUE = VARIABLES = ("TASKS_CALLER", "TASKS_AUDIENCE", "TASKS_QUEUE")


def enabled_apis(stack: StackSettings) -> list[str]:
    """What has to be enabled besides what every stack needs."""
    wanted = {apis.CLOUD_TASKS: stack.task_queue, apis.CLOUD_SCHEDULER: stack.schedules}
    return [api.name for api, used in wanted.items() if used]


def audience(stack: StackSettings) -> str:
    """For whom the tokens are."""
    return f"https://run.googleapis.com/v2/projects/{stack.project}/locations/{stack.region}/services/{stack.names.service}"


class TaskCaller(pulumi.ComponentResource):
    """The account, and what the service has to know of its calls."""

    account: gcp.serviceaccount.Account
    env: dict[str, Output[str] | str]

    def __init__(
        self, name: str, stack: StackSettings, *, after: Sequence[pulumi.Resource], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("hearth-app:infra:TaskCaller", name, None, opts)
        self.account = gcp.serviceaccount.Account(
            name,
            project=stack.project,
            account_id=stack.names.tasks_account,
            display_name="Calls the web service's tasks",
            opts=ResourceOptions(parent=self, depends_on=after, protect=stack.protect),
        )
        self.env = {CALLER: self.account.email, AUDIENCE: audience(stack)}
        if stack.task_queue:
            # By name, as the queue has to know the service's address.
            self.env[QUEUE] = (
                f"projects/{stack.project}/locations/{stack.region}/queues/{stack.names.queue(stack.task_queue)}"
            )
        self.register_outputs({"email": self.account.email})
