"""Where the policies are in which single grants can be made, a row for each type of resource."""

from dataclasses import dataclass
from typing import Final

from hearth.catalog import apis
from hearth.catalog.apis import Api


@dataclass(frozen=True, kw_only=True)
class Grant:
    """How the policies of one type of resource are reached. Property names are the catalog's."""

    type: str
    api: Api
    resource: str
    """The resource below the API's base, from the type's inputs; the last of these may be that whole name itself."""
    id: str | None = None
    """The resource's part of the state's id, where it is not `resource`."""
    shows_whole_name: bool = True
    """Whether the state holds the resource's whole name in the last input, as most of Google's types do."""
    by_post: bool = False
    """Whether getIamPolicy is a POST."""


GRANTS: Final = (
    Grant(
        type="gcp:artifactregistry/repositoryIamMember:RepositoryIamMember",
        api=apis.ARTIFACT_REGISTRY,
        resource="projects/{project}/locations/{location}/repositories/{repository}",
    ),
    Grant(
        type="gcp:cloudrunv2/serviceIamMember:ServiceIamMember",
        api=apis.CLOUD_RUN,
        resource="projects/{project}/locations/{location}/services/{name}",
    ),
    Grant(
        type="gcp:projects/iAMMember:IAMMember",
        api=apis.RESOURCE_MANAGER,
        resource="projects/{project}",
        id="{project}",
        shows_whole_name=False,
        by_post=True,
    ),
    Grant(
        type="gcp:secretmanager/secretIamMember:SecretIamMember",
        api=apis.SECRET_MANAGER,
        resource="projects/{project}/secrets/{secretId}",
    ),
    Grant(
        type="gcp:serviceaccount/iAMMember:IAMMember",
        api=apis.IAM,
        resource="{serviceAccountId}",
        shows_whole_name=False,
        by_post=True,
    ),
    Grant(type="gcp:storage/bucketIAMMember:BucketIAMMember", api=apis.STORAGE, resource="b/{bucket}"),
)
