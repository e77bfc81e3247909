"""Secret Manager v1: add, read and destroy versions of a secret. Payloads stay in base64, as the API has them."""

from hearth.catalog.apis import SECRET_MANAGER
from hearth.provider.clients.errors import ApiError
from hearth.provider.clients.session import Body, Call, Session

_BAD_REQUEST = 400


class SecretManager:
    """Secrets and versions of one project. Names are relative: `projects/P/secrets/S/versions/N`."""

    def __init__(self, session: Session, project: str) -> None:
        self._session = session
        self._project = project

    def add(self, secret: str, payload: str) -> str:
        """Add a version; its number. Repeated where no answer came: nothing refers to a version too many."""
        body = {"payload": {"data": payload}}
        made = self._call("POST", f"{secret}:addVersion", f"add a version to {secret}", body, repeatable=True)
        return str(made["name"]).rpartition("/")[2]

    def exists(self, version: str) -> bool:
        """Whether there is such a version; a destroyed one is as good as none."""
        try:
            found = self._call("GET", version, f"read {version}")
        except ApiError as refused:
            if refused.missing:
                return False
            raise
        return found.get("state") != "DESTROYED"

    def payload(self, version: str) -> str | None:
        """What the version holds; None if there is none, or it is disabled or destroyed."""
        try:
            found = self._call("GET", f"{version}:access", f"read the value of {version}")
        except ApiError as refused:
            if refused.missing or refused.refusal.code == _BAD_REQUEST:
                return None
            raise
        return str(found["payload"]["data"])

    def destroy(self, version: str) -> None:
        """Also succeeds where it is destroyed already, or its secret is gone."""
        try:
            self._call("POST", f"{version}:destroy", f"destroy {version}", {}, repeatable=True)
        except ApiError as refused:
            if not refused.missing:
                raise

    def _call(
        self, method: str, url: str, what: str, body: Body | None = None, *, repeatable: bool | None = None
    ) -> Body:
        return self._session.call(
            Call(
                api=SECRET_MANAGER,
                project=self._project,
                method=method,
                url=url,
                what=what,
                body=body,
                repeatable=repeatable,
            )
        )
