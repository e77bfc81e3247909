"""Turn on the APIs that everything else calls, and wait until they answer.

Left out: Service Usage and Resource Manager, which must be on before a program can turn on anything (see
docs/deploying.md), and turning an API off, ever: something outside this stack may use it too.
"""

from collections.abc import Sequence

import pulumi
import pulumi_gcp as gcp
from pulumi import ResourceOptions

from hearth.catalog import apis
from hearth.resources import Settled
from infra.settings import StackSettings

BEFORE_ANYTHING = (apis.RESOURCE_MANAGER, apis.SERVICE_USAGE)
ON_DEMAND = (
    apis.API_KEYS,
    apis.CLOUD_SCHEDULER,
    apis.CLOUD_TASKS,
    apis.FIRESTORE,
    apis.IDENTITY_TOOLKIT,
    apis.SQL_ADMIN,
)
ALWAYS = tuple(api.name for api in apis.APIS if api not in (*BEFORE_ANYTHING, *ON_DEMAND))


class ProjectServices(pulumi.ComponentResource):
    """The project's APIs, and Cloud Run's service agent. `also` names the APIs that not every stack needs."""

    settled: Settled
    """Whatever calls an API depends on this one."""

    def __init__(
        self, name: str, stack: StackSettings, *, also: Sequence[str] = (), opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("hearth-app:infra:ProjectServices", name, None, opts)
        enabled = {
            api: gcp.projects.Service(
                f"{name}-{api.partition('.')[0]}",
                project=stack.project,
                service=api,
                # The next stack, or a person, would lose the API together with this stack.
                disable_on_destroy=False,
                opts=ResourceOptions(parent=self),
            )
            for api in (*ALWAYS, *also)
        }
        # Google makes this account at the first deployment; made here, grants in other projects can name it before.
        agent = gcp.projects.ServiceIdentity(
            f"{name}-run-agent",
            project=stack.project,
            service=apis.CLOUD_RUN.name,
            opts=ResourceOptions(parent=self, depends_on=[enabled[apis.CLOUD_RUN.name]]),
        )
        self.settled = Settled(
            f"{name}-settled",
            project=stack.project,
            region=stack.region,
            apis=[service.service for service in enabled.values()],
            opts=ResourceOptions(parent=self, depends_on=[*enabled.values(), agent]),
        )
        self.register_outputs({})
