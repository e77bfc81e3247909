"""Cloud Logging v2: the last lines of a build's log.

Builds under an account of their own must log to Cloud Logging; their lines are text entries there.
"""

from catalog.apis import LOGGING
from infra.provider.clients.session import Call, Session
from plugin.kinds import ProviderError


class CloudLogging:
    def __init__(self, session: Session, project: str) -> None:
        self._session = session
        self._project = project

    def last_build_lines(self, build: str, limit: int) -> list[str]:
        """At most `limit` lines, oldest first. Empty where none can be read: whoever deploys may not be a viewer."""
        wanted = {
            "resourceNames": [f"projects/{self._project}"],
            "filter": f'resource.type="build" AND resource.labels.build_id="{build}"',
            "orderBy": "timestamp desc",
            "pageSize": limit,
        }
        call = Call(
            api=LOGGING,
            project=self._project,
            method="POST",
            url="entries:list",
            body=wanted,
            what=f"read the log of build {build}",
            repeatable=True,
        )
        try:
            entries = self._session.call(call).get("entries") or []
        except ProviderError:
            # The build's failure is what the reader must see; why its log cannot be read would hide it.
            return []
        return [str(entry.get("textPayload", "")).rstrip() for entry in reversed(entries) if entry.get("textPayload")]
