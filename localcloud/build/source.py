"""Where a build's source lies in the local cloud."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from catalog.apis import STORAGE
from localcloud.build.archive import SourceError
from localcloud.cloud import Cloud


def find(cloud: Cloud, source: Mapping[str, Any]) -> Path:
    """The file that a build's `source` names. Raises SourceError."""
    place = source.get("storageSource")
    if not place or set(source) != {"storageSource"}:
        raise SourceError(f"The source must be a storageSource (bucket and object), got {sorted(source) or 'none'}.")
    bucket, name = place.get("bucket"), place.get("object")
    found = cloud.store.get(f"{STORAGE.prefix}/b/{bucket}/o/{name}")
    if found is None:
        # The text that Cloud Build's log has for this.
        raise SourceError(f"could not fetch gs://{bucket}/{name}: Error 404: No such object: {bucket}/{name}, notFound")
    return cloud.blobs / str(found["_sha256"])
