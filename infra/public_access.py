"""Let anyone call the web service.

Alone in its file because it is the one that makes the service public. Hosting calls the service as anybody, so a site
that rewrites to it needs one of the two ways. It does not set ingress: that belongs to WebService, and has to stay
open, since Hosting comes from the internet.

- `iam`: allUsers may invoke. The default, and visible in the service's policy.
- `invoker-check-off`: the service asks nobody who they are. For organizations whose policy (domain-restricted
  sharing) refuses allUsers; the switch is a property of the service, so this component has nothing to create.
- `private`: neither.
"""

from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp
from pulumi import Input, ResourceOptions

from infra.settings import PublicAccess as Way


def invoker_check_disabled(way: Way) -> bool:
    """Whether the service skips the check itself, which WebService has to declare."""
    return way == "invoker-check-off"


@dataclass(frozen=True, kw_only=True)
class PublicAccessArgs:
    """Inputs of PublicAccess."""

    project: str
    region: str
    service: Input[str]
    way: Way


class PublicAccess(pulumi.ComponentResource):
    """The grant to everybody, where `way` is `iam`."""

    def __init__(self, name: str, args: PublicAccessArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("hearth-app:infra:PublicAccess", name, None, opts)
        if args.way == "iam":
            gcp.cloudrunv2.ServiceIamMember(
                name,
                project=args.project,
                location=args.region,
                name=args.service,
                role="roles/run.invoker",
                member="allUsers",
                opts=ResourceOptions(parent=self),
            )
        self.register_outputs({})
