"""How the repository's CI deploys this stack without a key: GitHub vouches for a job, and Google takes its word.

Two accounts, because a preview must not be able to change what it shows. Each is open to the jobs of one GitHub
environment alone, in one repository and on one branch: a pull request's job has another branch and gets neither.
docs/deploying.md, "From CI", says what the apply account can do.

Left out: the right to read the state and to open its secrets. Bucket and key lie in a project of their own, and
whoever may deploy this stack should have no say in who else may read them. And the right to change the pool declared
here: who may deploy is changed by a person.
"""

from collections.abc import Sequence

import pulumi
import pulumi_gcp as gcp
from pulumi import Output, ResourceOptions

from hearth.catalog import roles
from infra.settings import StackSettings

APIS = ("iamcredentials.googleapis.com", "sts.googleapis.com")
"""What has to be enabled besides what every stack needs."""

_ISSUER = "https://token.actions.githubusercontent.com"
_PREVIEW_ROLES = ("roles/serviceusage.serviceUsageConsumer", "roles/artifactregistry.reader")
"""A preview compares with the state, and asks Google for nothing but whether the image is built already."""


def condition(stack: StackSettings) -> str:
    """The CEL expression that says which jobs on GitHub are believed.

    The values can hold no quote: `hearth.facts.github`. `repository_id` is a text in GitHub's token.
    """
    claims = {"repository": stack.delivery_repository, "ref": f"refs/heads/{stack.delivery_branch}"}
    if stack.delivery_repository_id:
        claims["repository_id"] = stack.delivery_repository_id
    wanted = [f"assertion.{claim} == '{value}'" for claim, value in claims.items()]
    environment = stack.delivery_environment
    return " && ".join([*wanted, f"assertion.environment in ['{environment}', '{environment}-preview']"])


class Delivery(pulumi.ComponentResource):
    """A pool of identities from GitHub, and the two accounts that they may act as."""

    outputs: dict[str, Output[str]]
    """What the repository's environments need to know, by the name of the stack's output."""

    def __init__(
        self, name: str, stack: StackSettings, *, after: Sequence[pulumi.Resource], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("hearth-app:infra:Delivery", name, None, opts)
        pool = gcp.iam.WorkloadIdentityPool(
            name,
            project=stack.project,
            workload_identity_pool_id=f"{stack.names.delivery_pool}-{stack.delivery_pool}",
            display_name="CI on GitHub",
            description=f"Jobs of {stack.delivery_repository}",
            opts=ResourceOptions(parent=self, depends_on=after),
        )
        provider = gcp.iam.WorkloadIdentityPoolProvider(
            f"{name}-github",
            project=stack.project,
            workload_identity_pool_id=pool.workload_identity_pool_id,
            workload_identity_pool_provider_id="github",
            display_name="GitHub Actions",
            oidc=gcp.iam.WorkloadIdentityPoolProviderOidcArgs(issuer_uri=_ISSUER),
            attribute_mapping={
                # Not GitHub's own subject: its form is the repository's choice, and Google takes 127 bytes at most.
                "google.subject": "assertion.repository_id + ':' + assertion.environment",
                "attribute.environment": "assertion.environment",
                "attribute.repository": "assertion.repository",
            },
            attribute_condition=condition(stack),
            opts=ResourceOptions(parent=self),
        )
        applied = [role.name for role in roles.DEPLOYER if not role.once]
        names, environment = stack.names, stack.delivery_environment
        accounts = (
            ("apply", names.apply_account, environment, applied),
            ("preview", names.preview_account, f"{environment}-preview", _PREVIEW_ROLES),
        )
        self.outputs = {"deliveryProvider": provider.name}
        for purpose, account_id, jobs, granted in accounts:
            account = gcp.serviceaccount.Account(
                f"{name}-{purpose}",
                project=stack.project,
                account_id=account_id,
                display_name=f"CI: {purpose}",
                opts=ResourceOptions(parent=self, depends_on=after),
            )
            gcp.serviceaccount.IAMMember(
                f"{name}-{purpose}-from-github",
                service_account_id=account.name,
                role="roles/iam.workloadIdentityUser",
                member=Output.concat("principalSet://iam.googleapis.com/", pool.name, f"/attribute.environment/{jobs}"),
                opts=ResourceOptions(parent=self),
            )
            for role in granted:
                gcp.projects.IAMMember(
                    f"{name}-{purpose}-{role.removeprefix('roles/')}",
                    project=stack.project,
                    role=role,
                    member=account.member,
                    opts=ResourceOptions(parent=self),
                )
            self.outputs[f"delivery{purpose.capitalize()}Account"] = account.email
        self.register_outputs(dict(self.outputs))
