"""Where each Google API lives, on Google Cloud and on a local cloud.

`hearth`'s clients read it to find an API, the local cloud to lay out its routes, `make env` to print the export
lines. The variables are the ones that Google's own provider reads, so that one set of lines points every client
to the same place. An endpoint replaces the whole base URL, with version segment and trailing slash. Left out: what
other clients read (`hearth.localcloud.commands.clients`), since a deployment by Pulumi asks none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Api:
    """One version of one API."""

    name: str
    """The service's name as Service Usage knows it (`run.googleapis.com`)."""
    version: str
    """The path below the host (`v2`), without slashes at its ends."""
    variable: str
    """The environment variable that replaces the base URL."""
    also: tuple[str, ...] = ()
    """Further variables for it, which some of the provider's types read instead."""
    prefix: str
    """The first path segment on a local cloud (`run`)."""

    @property
    def variables(self) -> tuple[str, ...]:
        """All that have to lead to the same place."""
        return (self.variable, *self.also)

    @property
    def google(self) -> str:
        """Base URL on Google Cloud."""
        return f"https://{self.name}/{self.version}/"

    def local(self, origin: str) -> str:
        """Base URL on the local cloud at `origin` (`http://127.0.0.1:4000`)."""
        return f"{origin}/{self.prefix}/{self.version}/"

    def base(self, environ: Mapping[str, str]) -> str:
        """Base URL that this environment asks for: the variable's if it is set, else Google's."""
        return environ.get(self.variable) or self.google


API_KEYS = Api(name="apikeys.googleapis.com", version="v2", variable="GOOGLE_APIKEYS_CUSTOM_ENDPOINT", prefix="apikeys")
ARTIFACT_REGISTRY = Api(
    name="artifactregistry.googleapis.com",
    version="v1",
    variable="GOOGLE_ARTIFACT_REGISTRY_CUSTOM_ENDPOINT",
    prefix="artifactregistry",
)
CLOUD_BUILD = Api(
    name="cloudbuild.googleapis.com", version="v1", variable="GOOGLE_CLOUD_BUILD_CUSTOM_ENDPOINT", prefix="cloudbuild"
)
CLOUD_RUN = Api(name="run.googleapis.com", version="v2", variable="GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT", prefix="run")
CLOUD_SCHEDULER = Api(
    name="cloudscheduler.googleapis.com",
    version="v1",
    variable="GOOGLE_CLOUD_SCHEDULER_CUSTOM_ENDPOINT",
    prefix="cloudscheduler",
)
CLOUD_TASKS = Api(
    name="cloudtasks.googleapis.com", version="v2", variable="GOOGLE_CLOUD_TASKS_CUSTOM_ENDPOINT", prefix="cloudtasks"
)
FIREBASE = Api(
    name="firebase.googleapis.com", version="v1beta1", variable="GOOGLE_FIREBASE_CUSTOM_ENDPOINT", prefix="firebase"
)
FIREBASE_HOSTING = Api(
    name="firebasehosting.googleapis.com",
    version="v1beta1",
    variable="GOOGLE_FIREBASE_HOSTING_CUSTOM_ENDPOINT",
    prefix="firebasehosting",
)
FIRESTORE = Api(
    name="firestore.googleapis.com", version="v1", variable="GOOGLE_FIRESTORE_CUSTOM_ENDPOINT", prefix="firestore"
)
IAM = Api(
    name="iam.googleapis.com",
    version="v1",
    variable="GOOGLE_IAM_CUSTOM_ENDPOINT",
    # Read by service accounts, and by workload identity pools and their providers.
    also=("GOOGLE_IAM_BETA_CUSTOM_ENDPOINT",),
    prefix="iam",
)
IDENTITY_TOOLKIT = Api(
    name="identitytoolkit.googleapis.com",
    version="v2",
    variable="GOOGLE_IDENTITY_PLATFORM_CUSTOM_ENDPOINT",
    prefix="identitytoolkit",
)
LOGGING = Api(name="logging.googleapis.com", version="v2", variable="GOOGLE_LOGGING_CUSTOM_ENDPOINT", prefix="logging")
RESOURCE_MANAGER = Api(
    name="cloudresourcemanager.googleapis.com",
    version="v1",
    variable="GOOGLE_RESOURCE_MANAGER_CUSTOM_ENDPOINT",
    prefix="cloudresourcemanager",
)
SECRET_MANAGER = Api(
    name="secretmanager.googleapis.com",
    version="v1",
    variable="GOOGLE_SECRET_MANAGER_CUSTOM_ENDPOINT",
    prefix="secretmanager",
)
SERVICE_USAGE = Api(
    name="serviceusage.googleapis.com",
    version="v1beta1",
    variable="GOOGLE_SERVICE_USAGE_CUSTOM_ENDPOINT",
    prefix="serviceusage",
)
SQL_ADMIN = Api(
    name="sqladmin.googleapis.com", version="sql/v1beta4", variable="GOOGLE_SQL_CUSTOM_ENDPOINT", prefix="sqladmin"
)
STORAGE = Api(
    name="storage.googleapis.com", version="storage/v1", variable="GOOGLE_STORAGE_CUSTOM_ENDPOINT", prefix="storage"
)

APIS = (
    API_KEYS,
    ARTIFACT_REGISTRY,
    CLOUD_BUILD,
    CLOUD_RUN,
    CLOUD_SCHEDULER,
    CLOUD_TASKS,
    FIREBASE,
    FIREBASE_HOSTING,
    FIRESTORE,
    IAM,
    IDENTITY_TOOLKIT,
    LOGGING,
    RESOURCE_MANAGER,
    SECRET_MANAGER,
    SERVICE_USAGE,
    SQL_ADMIN,
    STORAGE,
)


def local_endpoints(origin: str) -> dict[str, str]:
    """Every variable with its value for the local cloud at `origin`."""
    return {variable: api.local(origin) for api in APIS for variable in api.variables}


LOCAL_PROJECT_PREFIX = "demo-"
"""Firebase's convention for project ids that never exist on Google Cloud; the local cloud takes no others."""


def upload_base(storage_base: str) -> str:
    """Base URL of Cloud Storage's media uploads that belongs to a base URL of its JSON API.

    Google serves uploads below `/upload/` on the same host (Cloud Storage, "Upload an object from memory").
    """
    parts = urlsplit(storage_base)
    head, _, tail = parts.path.rpartition(f"/{STORAGE.version}/")
    return parts._replace(path=f"{head}/upload/{STORAGE.version}/{tail}").geturl()
