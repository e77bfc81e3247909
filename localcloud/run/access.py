"""The questions about accounts and rights that a running service asks.

A grant counts on the resource itself or on its project. Callers' identities are not played, so a service is open to
everybody or to nobody.
"""

from collections.abc import Iterable

from catalog.apis import CLOUD_RUN, IAM, RESOURCE_MANAGER, SECRET_MANAGER
from localcloud.errors import ApiError
from localcloud.records import policies
from localcloud.store import Store

# Predefined roles that hold the permission (IAM, "Roles and permissions").
_INVOKERS = ("roles/run.invoker", "roles/run.servicesInvoker", "roles/run.admin")
_SECRET_ACCESSORS = ("roles/secretmanager.secretAccessor", "roles/secretmanager.admin")


def is_public(store: Store, service: str) -> bool:
    """Whether everybody may call the service (relative name)."""
    return _granted(store, CLOUD_RUN.prefix, service, _INVOKERS, "allUsers")


def may_read_secret(store: Store, secret: str, account: str) -> bool:
    """Whether a service account (email) may read the secret (relative name)."""
    return _granted(store, SECRET_MANAGER.prefix, secret, _SECRET_ACCESSORS, f"serviceAccount:{account}")


def default_account(project: str) -> str:
    """The Compute Engine account that a service or job runs as when none is set; a local project has no number."""
    return f"{project}-compute@developer.gserviceaccount.com"


def check_may_act_as(store: Store, account: str, project: str) -> None:
    """Raise ApiError (403) unless there is a service account of this email, in whichever project."""
    home = account.partition("@")[2].partition(".")[0]
    known = store.get(f"{IAM.prefix}/projects/{home}/serviceAccounts/{account}") is not None
    if account != default_account(project) and not known:
        raise ApiError(
            403, f"Permission 'iam.serviceaccounts.actAs' denied on service account {account} (or it may not exist)."
        )


def _granted(store: Store, prefix: str, name: str, roles: Iterable[str], member: str) -> bool:
    project = f"{RESOURCE_MANAGER.prefix}/projects/{name.split('/')[1]}"
    return any(
        policies.allows(store, resource, role, member) for resource in (f"{prefix}/{name}", project) for role in roles
    )
