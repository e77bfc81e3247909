"""Cloud Run v2: read services and their revisions; read jobs, run them, and watch executions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hearth.catalog.apis import CLOUD_RUN
from hearth.provider.clients.errors import ApiError
from hearth.provider.clients.session import Body, Call, Session

_FAILED = "CONDITION_FAILED"
_SUCCEEDED = "CONDITION_SUCCEEDED"


@dataclass(frozen=True)
class Execution:
    """What is read of an execution (Cloud Run, "REST Resource: projects.locations.jobs.executions")."""

    raw: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Full name."""
        return str(self.raw.get("name", ""))

    @property
    def short(self) -> str:
        return self.name.rpartition("/")[2]

    @property
    def running(self) -> bool:
        return not self.raw.get("completionTime")

    @property
    def task(self) -> Any:
        """The template of its tasks, as the job had it when it began."""
        return self.raw.get("template")

    @property
    def completed(self) -> Mapping[str, Any]:
        """The condition that says how it ended; empty while none does."""
        conditions: list[Mapping[str, Any]] = self.raw.get("conditions") or []
        return next((each for each in conditions if each.get("type") == "Completed"), {})

    @property
    def succeeded(self) -> bool:
        return not self.running and self.completed.get("state") == _SUCCEEDED

    @property
    def failure_reason(self) -> str:
        """Why it failed, as the service tells it; empty when it does not."""
        reason = str(self.completed.get("executionReason") or self.completed.get("reason") or "")
        message = str(self.completed.get("message") or "").strip()
        return f"{reason}: {message}" if reason and message else reason or message

    @property
    def log_url(self) -> str:
        return str(self.raw.get("logUri", ""))


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

    def job(self, name: str) -> dict[str, Any] | None:
        """The job of a relative resource name; None when there is none."""
        return self._get(name, f"read the Cloud Run job {name.rpartition('/')[2]}")

    def policy(self, name: str) -> dict[str, Any]:
        """Who may do what with a service, as its IAM policy."""
        # Without the version, conditions would be left out, and lost when the policy is written again.
        url = f"{name}:getIamPolicy?options.requestedPolicyVersion=3"
        return self._call("GET", url, f"read who may call {name.rpartition('/')[2]}")

    def set_policy(self, name: str, policy: Body) -> None:
        """Refused where somebody else has written it since it was read."""
        self._call("POST", f"{name}:setIamPolicy", f"let everybody call {name.rpartition('/')[2]}", {"policy": policy})

    def running(self, job: str) -> list[Execution]:
        """The executions of a job that have not ended, newest first, as far as the newest hundred."""
        found = self._call(
            "GET", f"{job}/executions", f"list the running executions of the job {job.rpartition('/')[2]}"
        )
        return [each for each in map(Execution, found.get("executions") or []) if each.running]

    def execution(self, name: str) -> Execution:
        return Execution(self._call("GET", name, f"read the status of the execution {name.rpartition('/')[2]}"))

    def start(self, job: str) -> Execution:
        """Begin an execution. Not repeated when no answer came: look for what runs first."""
        operation = self._call("POST", f"{job}:run", f"run the job {job.rpartition('/')[2]}", {})
        return Execution(operation.get("metadata") or {})

    def _get(self, name: str, what: str) -> dict[str, Any] | None:
        try:
            return self._call("GET", name, what)
        except ApiError as refused:
            if refused.missing:
                return None
            raise

    def _call(self, method: str, url: str, what: str, body: Body | None = None) -> dict[str, Any]:
        return self._session.call(
            Call(api=CLOUD_RUN, project=self._project, method=method, url=url, what=what, body=body)
        )


def failures(conditions: list[Mapping[str, Any]]) -> str:
    """What the failed ones among conditions say, each message once; empty when they say nothing."""
    messages = [
        str(each.get("message") or "").strip().rstrip(".") for each in conditions if each.get("state") == _FAILED
    ]
    return "; ".join(message for message in dict.fromkeys(messages) if message)
