"""An image to be built, the request that builds it, and how a build that was started is recognised as this one.

Source and build are named by the content's hash, which is how each of them is found again. The image carries it as a
tag for people to read; nobody goes by it, because whoever may push may move a tag.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hearth.provider.clients.artifact_registry import Package
from hearth.provider.source import Source

_DECIDES = ("name", "args", "env", "entrypoint", "script", "dir", "secretEnv", "volumes")
"""What says which program a step runs, on what; the record of a build also has times and states."""


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
        """Marks the build with its content, and the image; within what docker and Cloud Build take as a tag."""
        return f"ctx-{self.content_hash[:40]}"

    @property
    def image(self) -> str:
        return f"{self.package.address}:{self.tag}"

    @property
    def object(self) -> str:
        return f"source/{self.content_hash}.tar.gz"

    def is_of(self, build: Mapping[str, Any]) -> bool:
        """Whether the record of a build is one of this order: the same source, steps, account and image.

        A tag of a build can be given to any other build; this account can be taken by nobody who may not act as it.
        """
        source = (build.get("source") or {}).get("storageSource") or {}
        found = {
            "source": {"storageSource": {key: source.get(key) for key in ("bucket", "object")}},
            "steps": [{key: step[key] for key in _DECIDES if step.get(key)} for step in build.get("steps") or []],
            "serviceAccount": build.get("serviceAccount"),
            "images": build.get("images"),
        }
        return found == {key: value for key, value in self.body().items() if key in found}

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
