"""Cloud Run v2: read services and their revisions."""

from typing import Any

from catalog.apis import CLOUD_RUN
from infra.provider.clients.errors import ApiError
from infra.provider.clients.session import Call, Session


class CloudRun:
    def __init__(self, session: Session, project: str) -> None:
        self._session = session
        self._project = project

    def service(self, name: str) -> dict[str, Any] | None:
        """The service of a relative resource name; None when there is none."""
        return self._get(name, f"read the Cloud Run service {name.rpartition('/')[2]}")

    def revision(self, name: str) -> dict[str, Any] | None:
        """The revision of a relative resource name; None when there is none."""
        return self._get(name, f"read the Cloud Run revision {name.rpartition('/')[2]}")

    def _get(self, name: str, what: str) -> dict[str, Any] | None:
        try:
            return self._session.call(Call(api=CLOUD_RUN, project=self._project, method="GET", url=name, what=what))
        except ApiError as refused:
            if refused.missing:
                return None
            raise
