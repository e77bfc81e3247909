"""Artifact Registry v1, as far as finding an image again needs it, and what only the local cloud has of it."""

from dataclasses import dataclass
from urllib.parse import quote

from hearth.catalog.apis import ARTIFACT_REGISTRY
from hearth.provider.clients.errors import ApiError
from hearth.provider.clients.session import Call, Session


@dataclass(frozen=True, kw_only=True)
class Package:
    """A Docker image's name in a repository, without tag or digest."""

    project: str
    region: str
    repository: str
    name: str

    @property
    def resource(self) -> str:
        """Relative resource name."""
        place = f"projects/{self.project}/locations/{self.region}/repositories/{self.repository}"
        return f"{place}/packages/{quote(self.name, safe='')}"

    @property
    def address(self) -> str:
        """What docker calls it."""
        return f"{self.region}-docker.pkg.dev/{self.project}/{self.repository}/{self.name}"


class ArtifactRegistry:
    def __init__(self, session: Session) -> None:
        self._session = session

    def has(self, package: Package, digest: str) -> bool:
        what = f"look for {package.address}@{digest} in the registry"
        return self._get(package, f"versions/{digest}", what) is not None

    def copy_record(self, reference: str, package: Package, tag: str) -> None:
        """On a local cloud, whose registry has no content: have the version there is of a reference in the package."""
        self._session.call(
            Call(
                api=ARTIFACT_REGISTRY,
                project=package.project,
                method="POST",
                url=f"{package.resource}/versions:copyRecord",
                what=f"copy {reference} into {package.address}",
                body={"source": reference, "tag": tag},
                repeatable=True,
            )
        )

    def _get(self, package: Package, below: str, what: str) -> dict[str, object] | None:
        try:
            return self._session.call(
                Call(
                    api=ARTIFACT_REGISTRY,
                    project=package.project,
                    method="GET",
                    url=f"{package.resource}/{below}",
                    what=what,
                )
            )
        except ApiError as refused:
            if refused.missing:
                return None
            raise
