"""Whether an API can be used in a project: what Service Usage says, and what the API itself says.

The two disagree for some minutes after an API was enabled: the state is ENABLED at once, while the API's servers
still answer 403 SERVICE_DISABLED.
"""

from collections.abc import Mapping

from hearth.catalog import apis
from hearth.catalog.apis import Api
from hearth.provider.clients.errors import ApiError
from hearth.provider.clients.session import Call, Session

_BY_NAME: Mapping[str, Api] = {api.name: api for api in apis.APIS}

# A call that reads as little as possible, by API. Its answer does not matter, only whether it is SERVICE_DISABLED.
# Security Token Service and IAM Credentials have none: they only give out tokens.
_TRIAL: Mapping[Api, tuple[str, Mapping[str, str | int]]] = {
    apis.API_KEYS: ("projects/{project}/locations/global/keys", {"pageSize": 1}),
    apis.ARTIFACT_REGISTRY: ("projects/{project}/locations/{region}/repositories", {"pageSize": 1}),
    apis.CLOUD_BUILD: ("projects/{project}/locations/global/builds", {"pageSize": 1}),
    apis.CLOUD_RUN: ("projects/{project}/locations/{region}/services", {"pageSize": 1}),
    apis.CLOUD_SCHEDULER: ("projects/{project}/locations/{region}/jobs", {"pageSize": 1}),
    apis.CLOUD_TASKS: ("projects/{project}/locations/{region}/queues", {"pageSize": 1}),
    apis.FIREBASE: ("projects/{project}", {}),
    apis.FIREBASE_HOSTING: ("projects/{project}/sites", {"pageSize": 1}),
    apis.FIRESTORE: ("projects/{project}/databases", {}),
    apis.IAM: ("projects/{project}/serviceAccounts", {"pageSize": 1}),
    apis.IDENTITY_TOOLKIT: ("projects/{project}/config", {}),
    apis.LOGGING: ("projects/{project}/logs", {"pageSize": 1}),
    apis.RESOURCE_MANAGER: ("projects/{project}", {}),
    apis.SECRET_MANAGER: ("projects/{project}/secrets", {"pageSize": 1}),
    apis.SQL_ADMIN: ("projects/{project}/instances", {"maxResults": 1}),
    apis.STORAGE: ("b", {"project": "{project}", "maxResults": 1}),
}


def can_be_asked(name: str) -> bool:
    """Whether the API of this name has a read that harms nothing, or whether Service Usage alone tells of it."""
    return _BY_NAME.get(name) in _TRIAL


class ServiceUsage:
    def __init__(self, session: Session, project: str, region: str) -> None:
        self._session = session
        self._project = project
        self._region = region

    def obstacle(self, name: str) -> str | None:
        """Why the API of this name (`run.googleapis.com`) cannot be used yet; None when it can."""
        try:
            service = self._get(apis.SERVICE_USAGE, f"projects/{self._project}/services/{name}", name)
        except ApiError as refused:
            # Service Usage itself may be what is not there yet.
            if refused.refusal.disabled:
                return refused.refusal.message
            raise
        state = str(service.get("state", "STATE_UNSPECIFIED"))
        if state != "ENABLED":
            return f"its state is {state}"
        return self._trial(name)

    def _trial(self, name: str) -> str | None:
        api = _BY_NAME.get(name)
        if api is None or api not in _TRIAL:
            return None
        url, query = _TRIAL[api]
        place = {"project": self._project, "region": self._region}
        filled = {key: value.format(**place) if isinstance(value, str) else value for key, value in query.items()}
        try:
            self._get(api, url.format(**place), name, filled)
        except ApiError as refused:
            return refused.refusal.message if refused.refusal.disabled else None
        return None

    def _get(self, api: Api, url: str, name: str, query: Mapping[str, str | int] | None = None) -> Mapping[str, object]:
        what = f"ask whether {name} is enabled"
        return self._session.call(Call(api=api, project=self._project, method="GET", url=url, query=query, what=what))
