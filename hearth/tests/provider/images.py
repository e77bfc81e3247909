"""Images as registries hold them, made up in a moment: a config, layers, manifests, an index."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hearth.provider.image_manifest import digest_of

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


@dataclass(frozen=True)
class MadeImage:
    """The top manifest's digest, and all content by digest; a manifest with its media type."""

    digest: str
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    manifests: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)


def layer(text: str, size: int = 5000) -> bytes:
    return random.Random(text).randbytes(size)  # noqa: S311 - the same bytes in each run


def image(*layers: bytes, media_type: str = MANIFEST) -> MadeImage:
    """For one platform."""
    config = json.dumps({"os": "linux", "rootfs": {"diff_ids": [digest_of(each) for each in layers]}}).encode()
    content = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": media_type,
            "config": _described("application/vnd.oci.image.config.v1+json", config),
            "layers": [_described("application/vnd.oci.image.layer.v1.tar+gzip", each) for each in layers],
        }
    ).encode()
    blobs = {digest_of(each): each for each in (config, *layers)}
    return MadeImage(digest_of(content), blobs, {digest_of(content): (media_type, content)})


def index(images: Sequence[MadeImage], media_type: str = INDEX) -> MadeImage:
    """For several platforms."""
    content = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": media_type,
            "manifests": [_described(*each.manifests[each.digest]) for each in images],
        }
    ).encode()
    blobs = {digest: content for each in images for digest, content in each.blobs.items()}
    manifests = {digest: found for each in images for digest, found in each.manifests.items()}
    return MadeImage(digest_of(content), blobs, {**manifests, digest_of(content): (media_type, content)})


def _described(media_type: str, content: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}
