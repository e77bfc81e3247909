"""Who may call a service, and which accounts services and jobs may run as.

On a local cloud nobody signs in, so a service is open to everybody or to nobody.
"""

from hearth.catalog.apis import CLOUD_RUN
from hearth.localcloud import grants
from hearth.localcloud.errors import ApiError
from hearth.localcloud.store import Store


def is_public(store: Store, service: str) -> bool:
    """Whether everybody was granted to call the service (relative name)."""
    project = service.split("/")[1]
    return grants.is_granted(store, f"{CLOUD_RUN.prefix}/{service}", project, grants.CALL_SERVICE, grants.EVERYBODY)


def default_account(project: str) -> str:
    """The Compute Engine account that a service or job runs as when none is set; a local project has no number."""
    return f"{project}-compute@developer.gserviceaccount.com"


def check_may_act_as(store: Store, account: str, project: str) -> None:
    """Raise ApiError (403) unless there is a service account of this email, in whichever project."""
    if account != default_account(project) and not grants.exists(store, account):
        raise ApiError(
            403, f"Permission 'iam.serviceaccounts.actAs' denied on service account {account} (or it may not exist)."
        )
