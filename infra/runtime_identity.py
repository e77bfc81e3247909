"""The account that the service runs as.

It starts with no right at all. A grant stands beside what it is granted on (AppSecrets), each as a resource of its
own, so that removing one never touches another. Left out: keys; nothing here needs one.
"""

from collections.abc import Sequence

import pulumi
import pulumi_gcp as gcp
from pulumi import Output, ResourceOptions

from infra.settings import StackSettings


class RuntimeIdentity(pulumi.ComponentResource):
    """A service account of the service's own, instead of the default one, which may edit the whole project."""

    account: gcp.serviceaccount.Account
    email: Output[str]
    member: Output[str]
    """The account as IAM policies name it."""

    def __init__(
        self, name: str, stack: StackSettings, *, after: Sequence[pulumi.Resource], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("hearth-app:infra:RuntimeIdentity", name, None, opts)
        self.account = gcp.serviceaccount.Account(
            name,
            project=stack.project,
            account_id=stack.names.runtime_account,
            display_name="Runs the web service",
            # Replaced, it would have another unique id, and every grant to it would name a deleted account.
            opts=ResourceOptions(parent=self, depends_on=after, protect=stack.protect),
        )
        self.email = self.account.email
        self.member = self.account.member
        self.register_outputs({"email": self.email})
