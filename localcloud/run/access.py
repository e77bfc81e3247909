"""Whether a service is open to everybody; on a local cloud, where nobody signs in, that or closed is all there is."""

from catalog.apis import CLOUD_RUN
from localcloud import grants
from localcloud.store import Store


def is_public(store: Store, service: str) -> bool:
    """Whether everybody was granted to call the service (relative name)."""
    project = service.split("/")[1]
    return grants.granted(store, f"{CLOUD_RUN.prefix}/{service}", project, grants.CALL_SERVICE, grants.EVERYBODY)
