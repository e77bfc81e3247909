"""The repository of the service's images, how long they stay, and who else may read them.

Left out: immutable tags, because with them the cleanup below can delete nothing; and vulnerability scanning, which
costs per image and is the project owner's decision.
"""

from collections.abc import Sequence

import pulumi
import pulumi_gcp as gcp
from pulumi import Output, ResourceOptions

from hearth.facts.names import reader_member
from infra.settings import StackSettings

_DAY_SECONDS = 24 * 60 * 60


class ImageRegistry(pulumi.ComponentResource):
    """An Artifact Registry repository for Docker images."""

    repository: gcp.artifactregistry.Repository
    uri: Output[str]
    """`REGION-docker.pkg.dev/PROJECT/REPOSITORY`."""

    def __init__(
        self, name: str, stack: StackSettings, *, after: Sequence[pulumi.Resource], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("hearth-app:infra:ImageRegistry", name, None, opts)
        self.repository = gcp.artifactregistry.Repository(
            name,
            project=stack.project,
            location=stack.region,
            repository_id=stack.names.repository,
            format="DOCKER",
            mode="STANDARD_REPOSITORY",
            description="Images of the web service.",
            cleanup_policy_dry_run=False,
            # Whatever a KEEP policy covers stays, even if the DELETE policy covers it as well.
            cleanup_policies=[
                gcp.artifactregistry.RepositoryCleanupPolicyArgs(
                    id="delete-outside-the-rollback-window",
                    action="DELETE",
                    condition=gcp.artifactregistry.RepositoryCleanupPolicyConditionArgs(
                        tag_state="ANY", older_than=f"{stack.rollback_days * _DAY_SECONDS}s"
                    ),
                ),
                gcp.artifactregistry.RepositoryCleanupPolicyArgs(
                    id="keep-the-newest",
                    action="KEEP",
                    most_recent_versions=gcp.artifactregistry.RepositoryCleanupPolicyMostRecentVersionsArgs(
                        keep_count=stack.keep_images
                    ),
                ),
            ],
            opts=ResourceOptions(parent=self, depends_on=after, protect=stack.protect),
        )
        for reader in stack.image_readers:
            gcp.artifactregistry.RepositoryIamMember(
                f"{name}-reader-{reader}",
                project=stack.project,
                location=stack.region,
                repository=self.repository.repository_id,
                role="roles/artifactregistry.reader",
                member=reader_member(reader),
                opts=ResourceOptions(parent=self),
            )
        # Put together here, and not read from the resource, so that a preview knows it as well.
        self.uri = Output.concat(
            self.repository.location, "-docker.pkg.dev/", self.repository.project, "/", self.repository.repository_id
        )
        self.register_outputs({"uri": self.uri})
