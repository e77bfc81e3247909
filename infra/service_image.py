"""Build the service's image with Cloud Build, from what the checkout holds, with no Docker on this machine.

Left out: the deployer's own rights (docs/deploying.md), and tags that mean something to people: what runs is known by
its digest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp
from pulumi import Input, Output, ResourceOptions

from hearth.resources import Image, Settled
from infra.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ServiceImageArgs:
    """Inputs of ServiceImage. `after` must exist before any of this is created."""

    project: str
    region: str
    repository: Input[str]
    image: str
    bucket: str
    account: str
    build_region: str
    grant_settle_seconds: int
    after: Sequence[pulumi.Resource]


def args(stack: Settings, repository: Input[str], after: Sequence[pulumi.Resource]) -> ServiceImageArgs:
    """The inputs as the settings say; `repository` is where the image goes."""
    return ServiceImageArgs(
        project=stack.project,
        region=stack.region,
        repository=repository,
        image=stack.names.image,
        bucket=stack.names.source_bucket,
        account=stack.names.build_account,
        build_region=stack.build_region,
        grant_settle_seconds=stack.grant_settle_seconds,
        after=after,
    )


class ServiceImage(pulumi.ComponentResource):
    """An image, with the bucket its sources go through and the account that builds it."""

    ref: Output[str]
    """The image by digest; unknown in a preview that would build."""

    def __init__(self, name: str, args: ServiceImageArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("hearth-app:infra:ServiceImage", name, None, opts)
        bucket = gcp.storage.Bucket(
            f"{name}-source",
            project=args.project,
            name=args.bucket,
            location=args.region,
            uniform_bucket_level_access=True,
            public_access_prevention="enforced",
            # A source is read once, by the build that follows its upload; nothing in here is worth keeping.
            lifecycle_rules=[
                gcp.storage.BucketLifecycleRuleArgs(
                    action=gcp.storage.BucketLifecycleRuleActionArgs(type="Delete"),
                    condition=gcp.storage.BucketLifecycleRuleConditionArgs(age=1),
                )
            ],
            soft_delete_policy=gcp.storage.BucketSoftDeletePolicyArgs(retention_duration_seconds=0),
            force_destroy=True,
            opts=ResourceOptions(parent=self, depends_on=args.after),
        )
        # An own account, because Cloud Build's default one may do far more than build this image.
        account = gcp.serviceaccount.Account(
            f"{name}-builder",
            project=args.project,
            account_id=args.account,
            display_name="Builds the web service's image",
            opts=ResourceOptions(parent=self, depends_on=args.after),
        )
        grants: list[pulumi.CustomResource] = [
            gcp.storage.BucketIAMMember(
                f"{name}-builder-reads-source",
                bucket=bucket.name,
                role="roles/storage.objectViewer",
                member=account.member,
                opts=ResourceOptions(parent=self),
            ),
            gcp.artifactregistry.RepositoryIamMember(
                f"{name}-builder-pushes",
                project=args.project,
                location=args.region,
                repository=args.repository,
                role="roles/artifactregistry.writer",
                member=account.member,
                opts=ResourceOptions(parent=self),
            ),
            gcp.projects.IAMMember(
                f"{name}-builder-logs",
                project=args.project,
                role="roles/logging.logWriter",
                member=account.member,
                opts=ResourceOptions(parent=self),
            ),
        ]
        settled = Settled(
            f"{name}-grants-settled",
            project=args.project,
            region=args.region,
            grants=[grant.id for grant in grants],
            settle_seconds=args.grant_settle_seconds,
            opts=ResourceOptions(parent=self),
        )
        image = Image(
            name,
            project=args.project,
            region=args.region,
            repository=args.repository,
            image=args.image,
            bucket=bucket.name,
            service_account=account.email,
            build_region=args.build_region,
            context=".",
            dockerfile="service/Dockerfile",
            opts=ResourceOptions(parent=self, depends_on=[settled]),
        )
        self.ref = image.ref
        self.register_outputs({"ref": self.ref})
