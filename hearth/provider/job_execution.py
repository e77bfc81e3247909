"""`hearth:run:JobExecution`: a Cloud Run job that has been run, to a good end, as it is declared now.

Google's provider can begin an execution with its job, by a token, but then takes the job for deployed although the
execution failed: its state holds the new inputs, and the next unchanged `up` asks nobody. Here a failure is no state:
whatever waits for this is not touched, and every further `up` runs the job again until it succeeds.
So the job has to bear being run again, as a migration does. Left out: arguments of a single execution, and importing.
"""

import re
from collections.abc import Mapping
from typing import Any

from hearth.catalog.apis import CLOUD_RUN
from hearth.plugin.diff import changed_paths
from hearth.plugin.kinds import (
    UNKNOWN,
    CheckResult,
    Context,
    CreateResult,
    DiffResult,
    Kind,
    ReadResult,
    Values,
)
from hearth.provider import only_in_state
from hearth.provider.clients.cloud_logging import CloudLogging
from hearth.provider.clients.cloud_run import CloudRun
from hearth.provider.clients.session import Session
from hearth.provider.clock import Clock
from hearth.provider.job_run import JobRun
from hearth.provider.validation import PROJECT, REGION, Inputs, Rule

_APIS = (CLOUD_RUN,)
_IDENTITY = ("project", "region", "job")
_JOB = Rule(re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?"), "the name of a Cloud Run job, such as web-migrate")


class JobExecution(Kind):
    """`template` is any text that changes whenever the job is to be run again."""

    token = "hearth:run:JobExecution"  # noqa: S105 - a type token

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def check(self, context: Context, olds: Values | None, news: Values) -> CheckResult:
        inputs = Inputs(news, {}, (*_IDENTITY, "image", "template"))
        inputs.text("project", PROJECT)
        inputs.text("region", REGION)
        inputs.text("job", _JOB)
        inputs.text("image")
        inputs.text("template")
        inputs.reachable(self._session.endpoints, _APIS)
        return inputs.checked()

    def diff(self, context: Context, id: str, old_inputs: Values, old: Values, news: Values) -> DiffResult:
        changed = changed_paths(old_inputs, news)
        return DiffResult(changed=changed, replace=changed & set(_IDENTITY))

    def create(self, context: Context, inputs: Values, *, preview: bool) -> CreateResult:
        if preview:
            return CreateResult("", _unknown(inputs))
        return CreateResult(_job(inputs), self._run(context, inputs))

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        """What once succeeded stays so, as long as there is the job. Raises ProviderError for an import."""
        known = only_in_state.read(self.token, id, inputs, old, why="it is an action, not a resource on Google Cloud")
        there = CloudRun(self._session, known.inputs["project"]).job(_job(known.inputs))
        return None if there is None else known

    def update(
        self, context: Context, id: str, old_inputs: Values, old: Values, news: Values, *, preview: bool
    ) -> Values:
        return _unknown(news) if preview else self._run(context, news)

    def delete(self, context: Context, id: str, inputs: Values, old: Values) -> None:
        """Nothing to delete: executions go with their job."""

    def _run(self, context: Context, inputs: Values) -> Values:
        run, logs = CloudRun(self._session, inputs["project"]), CloudLogging(self._session, inputs["project"])
        execution = JobRun(run, logs, self._clock, context).run(_job(inputs), inputs["image"])
        return {**inputs, "execution": execution.name, "completed": str(execution.raw.get("completionTime", ""))}


def _job(inputs: Mapping[str, Any]) -> str:
    return f"projects/{inputs['project']}/locations/{inputs['region']}/jobs/{inputs['job']}"


def _unknown(inputs: Values) -> Values:
    return {**inputs, "execution": UNKNOWN, "completed": UNKNOWN}
