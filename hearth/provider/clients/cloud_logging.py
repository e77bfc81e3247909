"""Cloud Logging v2: the last lines that a build or an execution of a job wrote.

Builds under an account of their own must log to Cloud Logging; what containers write is there in any case.
"""

from collections.abc import Mapping
from typing import Any

from hearth.catalog.apis import LOGGING
from hearth.plugin.kinds import ProviderError
from hearth.provider.clients.session import Call, Session


class CloudLogging:
    def __init__(self, session: Session, project: str) -> None:
        self._session = session
        self._project = project

    def last_build_lines(self, build: str, limit: int) -> list[str]:
        """At most `limit` lines, oldest first. Empty where none can be read: whoever deploys may not be a viewer."""
        wanted = f'resource.type="build" AND resource.labels.build_id="{build}"'
        return self._last(wanted, limit, f"build {build}")

    def last_execution_lines(self, job: str, execution: str, limit: int) -> list[str]:
        """The same of an execution of a job, by their short names."""
        wanted = (
            f'resource.type="cloud_run_job" AND resource.labels.job_name="{job}" AND '
            f'labels."run.googleapis.com/execution_name"="{execution}"'
        )
        return self._last(wanted, limit, f"execution {execution}")

    def _last(self, wanted: str, limit: int, whose: str) -> list[str]:
        body = {
            "resourceNames": [f"projects/{self._project}"],
            "filter": wanted,
            "orderBy": "timestamp desc",
            "pageSize": limit,
        }
        call = Call(
            api=LOGGING,
            project=self._project,
            method="POST",
            url="entries:list",
            body=body,
            what=f"read the log of {whose}",
            repeatable=True,
        )
        try:
            entries = self._session.call(call).get("entries") or []
        except ProviderError:
            # The failure is what the reader must see; why its log cannot be read would hide it.
            return []
        return [line for entry in reversed(entries) if (line := _text(entry))]


def _text(entry: Mapping[str, Any]) -> str:
    """An entry's line, or the message of a structured one."""
    return str(entry.get("textPayload") or (entry.get("jsonPayload") or {}).get("message") or "").rstrip()
