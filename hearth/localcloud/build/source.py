"""Where a build's source lies in the local cloud."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hearth.catalog.apis import STORAGE
from hearth.localcloud import grants
from hearth.localcloud.build.archive import SourceError
from hearth.localcloud.cloud import Cloud


def find(cloud: Cloud, build: Mapping[str, Any]) -> Path:
    """The file that the build's `source` names. Raises SourceError."""
    source = build.get("source", {})
    place = source.get("storageSource")
    if not place or set(source) != {"storageSource"}:
        raise SourceError(f"The source must be a storageSource (bucket and object), got {sorted(source) or 'none'}.")
    bucket, name = place.get("bucket"), place.get("object")
    account = build.get("serviceAccount", "").rpartition("/")[2]
    member = grants.service_account(account)
    key = f"{STORAGE.prefix}/b/{bucket}"
    if account and not grants.is_granted(cloud.store, key, build["projectId"], grants.READ_OBJECT, member):
        raise SourceError(
            f"could not fetch gs://{bucket}/{name}: Error 403: {account} does not have storage.objects.get access to "
            "the object. Permission 'storage.objects.get' denied on resource (or it may not exist)., forbidden"
        )
    found = cloud.store.get(f"{key}/o/{name}")
    if found is None:
        # The text that Cloud Build's log has for this.
        raise SourceError(f"could not fetch gs://{bucket}/{name}: Error 404: No such object: {bucket}/{name}, notFound")
    return cloud.blobs / str(found["_sha256"])
