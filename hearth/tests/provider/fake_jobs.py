"""Cloud Run's jobs on a fake server: one job, and executions that end when the test says so."""

import re
from dataclasses import dataclass, field
from typing import Any

from hearth.tests.provider.fake_server import NOT_FOUND, Answer, FakeServer, Request

JOB = "projects/demo-shop/locations/us-central1/jobs/web-migrate"
IMAGE = "us-central1-docker.pkg.dev/demo-shop/web/web@sha256:" + "a" * 64
TASK: dict[str, Any] = {"maxRetries": 1, "timeout": "60s", "containers": [{"image": IMAGE}]}
SUCCEEDED = {"type": "Completed", "state": "CONDITION_SUCCEEDED"}
FAILED = {
    "type": "Completed",
    "state": "CONDITION_FAILED",
    "executionReason": "NON_ZERO_EXIT_CODE",
    "message": "Task web-migrate-1-task0 failed with message: The container exited with an error.",
}


@dataclass
class FakeJobs:
    """`job` is None where there is none; `lines` are what Cloud Logging has, oldest first."""

    server: FakeServer
    job: dict[str, Any] | None = field(
        default_factory=lambda: {
            "name": JOB,
            "template": {"template": TASK},
            "terminalCondition": {"type": "Ready", "state": "CONDITION_SUCCEEDED"},
        }
    )
    executions: list[dict[str, Any]] = field(default_factory=list)
    outcome: dict[str, Any] | None = field(default_factory=lambda: dict(SUCCEEDED))
    """How an execution ends when it is asked about; None while it does not."""
    lines: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        base = f"/run/v2/{JOB}"
        self.server.route("GET", base, lambda _found, _request: NOT_FOUND if self.job is None else Answer(self.job))
        self.server.route("POST", f"{base}:run", self._run)
        self.server.route("GET", f"{base}/executions", lambda *_: Answer({"executions": self.executions[::-1]}))
        self.server.route("GET", f"{base}/executions/(.+)", self._get)
        self.server.route("POST", "/logging/v2/entries:list", lambda *_: Answer({"entries": self.lines[::-1]}))

    @property
    def started(self) -> int:
        """How often the job was run."""
        return len(self.server.seen("POST", ":run$"))

    def add(self, task: dict[str, Any] | None = None) -> dict[str, Any]:
        """An execution that runs."""
        name = f"{JOB}/executions/web-migrate-{len(self.executions) + 1}"
        self.executions.append({"name": name, "template": task or TASK, "conditions": []})
        return self.executions[-1]

    def _run(self, _found: re.Match[str], _request: Request) -> Answer:
        return Answer({"name": "projects/demo-shop/locations/us-central1/operations/1", "metadata": self.add()})

    def _get(self, found: re.Match[str], _request: Request) -> Answer:
        execution = next(each for each in self.executions if each["name"].endswith(f"/{found[1]}"))
        if self.outcome is not None and "completionTime" not in execution:
            execution |= {"completionTime": "2026-01-01T00:00:00Z", "conditions": [self.outcome]}
        return Answer(execution)
