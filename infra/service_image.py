"""Bring the service's image into the stack's own repository, with no Docker on this machine.

Cloud Build builds it from what the checkout holds, or with `app:image` an image that another stack built and tried is
copied. What building needs is there in either case, so that the way back takes nothing but the setting.

Left out: the deployer's own rights (docs/deploying.md), and tags that mean something to people: what runs is known by
its digest.
"""

from collections.abc import Sequence

import pulumi
import pulumi_gcp as gcp
from pulumi import Input, Output, ResourceOptions

from hearth.resources import Image, Settled
from infra.settings import StackSettings

ROLE = "roles/logging.logWriter"
"""What the build's account is granted on the project: a build under an account of its own writes its log itself."""


class ServiceImage(pulumi.ComponentResource):
    """An image, with the bucket its sources go through and the account that builds it."""

    ref: Output[str]
    """The image by digest, in the stack's own repository; unknown in a preview that would build."""
    account: gcp.serviceaccount.Account
    """As which the build runs."""

    def __init__(
        self,
        name: str,
        stack: StackSettings,
        *,
        repository: Input[str],
        after: Sequence[pulumi.Resource],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("hearth-app:infra:ServiceImage", name, None, opts)
        bucket = gcp.storage.Bucket(
            f"{name}-source",
            project=stack.project,
            name=stack.names.source_bucket,
            location=stack.region,
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
            opts=ResourceOptions(parent=self, depends_on=after),
        )
        # Its own account, because Cloud Build's default one may do far more than build this image.
        self.account = account = gcp.serviceaccount.Account(
            f"{name}-builder",
            project=stack.project,
            account_id=stack.names.build_account,
            display_name="Builds the web service's image",
            opts=ResourceOptions(parent=self, depends_on=after),
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
                project=stack.project,
                location=stack.region,
                repository=repository,
                role="roles/artifactregistry.writer",
                member=account.member,
                opts=ResourceOptions(parent=self),
            ),
            gcp.projects.IAMMember(
                f"{name}-builder-logs",
                project=stack.project,
                role=ROLE,
                member=account.member,
                opts=ResourceOptions(parent=self),
            ),
        ]
        settled = Settled(
            f"{name}-grants-settled",
            project=stack.project,
            region=stack.region,
            grants=[grant.id for grant in grants],
            settle_seconds=stack.grant_settle_seconds,
            opts=ResourceOptions(parent=self),
        )
        image = Image(
            name,
            project=stack.project,
            region=stack.region,
            repository=repository,
            image=stack.names.image,
            bucket=bucket.name,
            service_account=account.email,
            build_region=stack.build_region,
            context=".",
            dockerfile=stack.dockerfile,
            copy_of=stack.image or None,
            opts=ResourceOptions(parent=self, depends_on=[settled]),
        )
        self.ref = image.ref
        self.register_outputs({"ref": self.ref})
