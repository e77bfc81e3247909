"""Let anyone call the web service.

Alone in its file because it is the one that makes the service public. Hosting calls the service as anybody, so a site
that rewrites to it needs one of the two ways. It does not set ingress: that belongs to WebService, and has to stay
open, since Hosting comes from the internet.

- `iam`: allUsers may invoke. The default, because it is visible in the service's policy, where audits look.
- `invoker-check-off`: the service asks nobody who they are. Google recommends it (Cloud Run, "Allow public access"), and
  it is the only way in an organization whose policy (domain-restricted sharing) refuses allUsers. The switch is a
  property of the service, so this component has nothing to create.
- `private`: neither.
"""

from collections.abc import Sequence

import pulumi
import pulumi_gcp as gcp
from pulumi import Input, ResourceOptions

from hearth.resources import PublicGrant
from infra.settings import StackSettings


def invoker_check_disabled(stack: StackSettings) -> bool:
    """Whether the service skips the check itself, which WebService has to declare."""
    return stack.public_access == "invoker-check-off"


def granted_before(name: str, stack: StackSettings, *, after: Sequence[pulumi.Resource]) -> list[pulumi.Resource]:
    """What the service waits for, so that it answers everybody while it changes from `invoker-check-off` to `iam`."""
    if stack.public_access != "iam":
        return []
    return [
        PublicGrant(
            name,
            project=stack.project,
            region=stack.region,
            service=stack.names.service,
            settle_seconds=stack.grant_settle_seconds,
            opts=ResourceOptions(depends_on=after),
        )
    ]


class PublicAccess(pulumi.ComponentResource):
    """The grant to everybody, where the stack's way is `iam`."""

    def __init__(
        self, name: str, stack: StackSettings, *, service: Input[str], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("hearth-app:infra:PublicAccess", name, None, opts)
        if stack.public_access == "iam":
            gcp.cloudrunv2.ServiceIamMember(
                name,
                project=stack.project,
                location=stack.region,
                name=service,
                role="roles/run.invoker",
                member="allUsers",
                opts=ResourceOptions(parent=self),
            )
        self.register_outputs({})
