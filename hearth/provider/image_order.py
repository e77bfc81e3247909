"""An image to be built, and the request that builds it.

Source, build and image are all named by the content's hash, which is how each of them is found again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hearth.provider.clients.artifact_registry import Package
from hearth.provider.source import Source


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be built, and by whom."""

    package: Package
    content_hash: str
    source: Callable[[], Source]
    """Reads the content; called only when it must be uploaded."""
    dockerfile: str
    bucket: str
    account: str
    """Email of the account that the build runs under."""
    region: str
    seconds: int

    @property
    def tag(self) -> str:
        """Marks image and build with their content; within what docker and Cloud Build take as a tag."""
        return f"ctx-{self.content_hash[:40]}"

    @property
    def image(self) -> str:
        return f"{self.package.address}:{self.tag}"

    @property
    def object(self) -> str:
        return f"source/{self.content_hash}.tar.gz"

    def body(self) -> dict[str, Any]:
        """The request (Cloud Build, "REST Resource: projects.builds")."""
        return {
            "source": {"storageSource": {"bucket": self.bucket, "object": self.object}},
            "steps": [
                {
                    "name": "gcr.io/cloud-builders/docker",
                    "args": ["build", "-f", self.dockerfile, "-t", self.image, "."],
                    "env": ["DOCKER_BUILDKIT=1"],
                }
            ],
            "images": [self.image],
            "tags": [self.tag],
            "serviceAccount": f"projects/{self.package.project}/serviceAccounts/{self.account}",
            "timeout": f"{self.seconds}s",
            # Without it a build under an account of its own is refused: the default bucket is not the account's.
            "options": {"logging": "CLOUD_LOGGING_ONLY"},
        }
