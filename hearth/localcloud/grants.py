"""Whether an account may do what it is about to do, by the roles that were granted to it.

Asked only where Google's services act under an account of the user's: a running service that reads its secrets, a
build that fetches its source and pushes its image, everybody who calls a service. Callers of the APIs themselves are
taken for the owner. Roles are the predefined ones that hold the permission (IAM, "Roles and permissions"); custom
roles and inherited grants above the project are left out.
"""

from collections.abc import Iterable

from hearth.catalog.apis import IAM, RESOURCE_MANAGER
from hearth.localcloud.records import policies
from hearth.localcloud.store import Store

CALL_SERVICE = ("roles/run.invoker", "roles/run.servicesInvoker", "roles/run.admin")
READ_SECRET = ("roles/secretmanager.secretAccessor", "roles/secretmanager.admin")
READ_OBJECT = (
    "roles/storage.objectViewer",
    "roles/storage.objectUser",
    "roles/storage.objectAdmin",
    "roles/storage.admin",
    "roles/cloudbuild.builds.builder",
)
PUSH_IMAGE = (
    "roles/artifactregistry.writer",
    "roles/artifactregistry.createOnPushWriter",
    "roles/artifactregistry.repoAdmin",
    "roles/artifactregistry.admin",
    "roles/cloudbuild.builds.builder",
)

EVERYBODY = "allUsers"


def service_account(email: str) -> str:
    """The account as a member of a policy."""
    return f"serviceAccount:{email}"


def is_granted(store: Store, resource: str, project: str, roles: Iterable[str], member: str) -> bool:
    """Whether `member` has one of the roles on the resource (store name) or on the project."""
    places = (resource, f"{RESOURCE_MANAGER.prefix}/projects/{project}")
    return any(policies.allows(store, place, role, member) for role in roles for place in places)


def exists(store: Store, email: str) -> bool:
    """Whether there is such a service account, in whichever project."""
    project = email.partition("@")[2].partition(".")[0]
    return store.get(f"{IAM.prefix}/projects/{project}/serviceAccounts/{email}") is not None
