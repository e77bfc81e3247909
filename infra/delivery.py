"""How the repository's CI deploys this stack without a key: GitHub vouches for a job, and Google takes its word.

Two accounts, because a preview must not be able to change what it shows. Each is open to the jobs of one GitHub
environment alone, in one repository, on one branch and for two events: a pull request's job has another event and gets
neither. docs/security.md says what each account can do.

Left out: the right to read the state and to open its secrets. Bucket and key lie in a project of their own, and
whoever may deploy this stack should have no say in who else may read them. And the right to change the pool declared
here: who may deploy is changed by a person.
"""

from collections.abc import Iterable, Mapping, Sequence

import pulumi
import pulumi_gcp as gcp
from pulumi import Output, ResourceOptions

from hearth.catalog import roles
from infra import client_edits, database, service_image
from infra.settings import StackSettings

APIS = ("iamcredentials.googleapis.com", "sts.googleapis.com")
"""What has to be enabled besides what every stack needs."""

_ISSUER = "https://token.actions.githubusercontent.com"
_EVENTS = ("push", "workflow_dispatch")
"""Only those who may write to the repository can cause them. The `ref` alone does not tell: a pull request that is
closed, or of `pull_request_target`, has the base branch as its `ref` too (GitHub, "Events that trigger workflows")."""
_PREVIEW_ROLES = (
    "roles/serviceusage.serviceUsageConsumer",
    "roles/artifactregistry.reader",
    "roles/cloudbuild.builds.viewer",
)
"""A preview compares with the state, and asks Google for nothing but whether the image is built already."""

_INSTEAD: Mapping[str, tuple[str, ...]] = {
    # Whoever may set who acts as an account can act as every account of the project.
    "roles/iam.serviceAccountAdmin": ("roles/iam.serviceAccountCreator", "roles/iam.serviceAccountDeleter"),
    # Granted below, on the accounts as which the stack runs something.
    "roles/iam.serviceAccountUser": (),
}
"""Roles of a person who deploys, and what CI gets in place of each."""


def condition(stack: StackSettings) -> str:
    """The CEL expression that says which jobs on GitHub are believed.

    The values can hold no quote: `hearth.facts.github`. `repository_id` is a text in GitHub's token.
    """
    environment = stack.delivery_environment
    claims = {
        "repository": stack.delivery_repository,
        "ref": f"refs/heads/{stack.delivery_branch}",
        "repository_id": stack.delivery_repository_id,
    }
    wanted = [f"assertion.{claim} == '{value}'" for claim, value in claims.items()]
    return " && ".join(
        [
            *wanted,
            f"assertion.event_name in {_listed(_EVENTS)}",
            f"assertion.environment in {_listed((environment, f'{environment}-preview'))}",
        ]
    )


def roles_to_apply(stack: StackSettings) -> dict[str, str]:
    """What CI needs on the project to deploy this stack: each role with its condition, '' for none."""
    bucket = f"projects/_/buckets/{stack.names.source_bucket}"
    grantable = sorted(
        {service_image.ROLE, *database.ROLES[stack.database], *((client_edits.ROLE,) if stack.client_edits else ())}
    )
    bounds = {
        # The roles that the stack's other components grant on the project, and so none that grants further
        # (IAM, "Set limits on granting roles"). It can't bound to whom they are granted.
        "roles/resourcemanager.projectIamAdmin": (
            f"api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly({_listed(grantable)})"
        ),
        "roles/storage.admin": f"resource.name == '{bucket}' || resource.name.startsWith('{bucket}/')",
    }
    chosen = {
        "app:database": stack.database,
        "app:auth": stack.auth,
        "app:taskQueue": stack.task_queue,
        "app:schedules": "".join(stack.schedules),
        "app:clientEdits": str(stack.client_edits).lower(),
    }
    needed = [role for role in roles.DEPLOYER if not role.once and role.is_needed(chosen)]
    return {given: bounds.get(given, "") for role in needed for given in _INSTEAD.get(role.name, (role.name,))}


def _listed(texts: Iterable[str]) -> str:
    return f"[{', '.join(repr(text) for text in texts)}]"


class Delivery(pulumi.ComponentResource):
    """A pool of identities from GitHub, and the two accounts that they may act as.

    `accounts` are those as which the stack runs something, by purpose.
    """

    outputs: dict[str, Output[str]]
    """What the repository's environments need to know, by the name of the stack's output."""

    def __init__(
        self,
        name: str,
        stack: StackSettings,
        *,
        accounts: Mapping[str, gcp.serviceaccount.Account],
        after: Sequence[pulumi.Resource],
        opts: ResourceOptions | None = None,
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
        names, environment = stack.names, stack.delivery_environment
        deployers = (
            ("apply", names.apply_account, environment, roles_to_apply(stack)),
            ("preview", names.preview_account, f"{environment}-preview", dict.fromkeys(_PREVIEW_ROLES, "")),
        )
        self.outputs = {"deliveryProvider": provider.name}
        for purpose, account_id, jobs, granted in deployers:
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
            for role, bound in granted.items():
                gcp.projects.IAMMember(
                    f"{name}-{purpose}-{role.removeprefix('roles/')}",
                    project=stack.project,
                    role=role,
                    member=account.member,
                    condition=gcp.projects.IAMMemberConditionArgs(title="own resources only", expression=bound)
                    if bound
                    else None,
                    opts=ResourceOptions(parent=self),
                )
            if purpose == "apply":
                _act_as(name, account, accounts, parent=self)
            self.outputs[f"delivery{purpose.capitalize()}Account"] = account.email
        self.register_outputs(dict(self.outputs))


def _act_as(
    name: str,
    apply: gcp.serviceaccount.Account,
    accounts: Mapping[str, gcp.serviceaccount.Account],
    *,
    parent: pulumi.Resource,
) -> None:
    for purpose, account in accounts.items():
        gcp.serviceaccount.IAMMember(
            f"{name}-apply-acts-as-{purpose}",
            service_account_id=account.name,
            role="roles/iam.serviceAccountUser",
            member=apply.member,
            # CI may delete an account, with all that is granted on it, but take no single grant away.
            opts=ResourceOptions(parent=parent, deleted_with=account),
        )
