"""What an image is made of, as its manifest says (OCI Image Format Specification; Docker, "Image Manifest V2").

Left out: Docker's first manifests, which name no sizes and which registries have given up; and what a config says.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from hearth.plugin.kinds import ProviderError

INDEXES = frozenset(
    {"application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"}
)
MANIFESTS = frozenset(
    {"application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"}
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass(frozen=True)
class Part:
    """Something that an image is made of: another manifest, its config, or a layer."""

    digest: str
    size: int
    """Bytes."""


@dataclass(frozen=True)
class Manifest:
    """A manifest as it was received: its digest is that of its bytes, so it is handed on unchanged."""

    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        return digest_of(self.content)

    @property
    def manifests(self) -> list[Part]:
        """Of an index, those of its platforms. Raises ProviderError, as `blobs`."""
        return self._parts("manifests") if self._is_index() else []

    @property
    def blobs(self) -> list[Part]:
        """Config and layers."""
        return [] if self._is_index() else [*self._parts("config"), *self._parts("layers")]

    def _is_index(self) -> bool:
        if self.media_type not in INDEXES | MANIFESTS:
            raise ProviderError(
                f"{self.digest} is a {self.media_type or 'document without a media type'}, and what belongs to one is "
                f"not known here, so it can't be copied. Known are {', '.join(sorted(INDEXES | MANIFESTS))}: build the "
                "image again with Cloud Build, docker or podman."
            )
        return self.media_type in INDEXES

    def _parts(self, name: str) -> list[Part]:
        try:
            found = json.loads(self.content)[name]
            return [_part(each) for each in (found if isinstance(found, list) else [found])]
        except (ValueError, KeyError, TypeError):
            raise ProviderError(
                f"{self.digest} is no valid {self.media_type}: its {name!r} are not described by digest (sha256) and "
                "size. Build the image again."
            ) from None


def _part(described: Any) -> Part:
    digest, size = described["digest"], described["size"]
    if not (isinstance(size, int) and size >= 0 and _DIGEST.fullmatch(digest)):
        raise ValueError(digest)
    return Part(digest, size)
