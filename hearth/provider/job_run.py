"""Run a Cloud Run job once, to its end, whatever was begun before.

An execution that still runs, because an earlier run of this program was killed or stopped, is taken up when it is of
the job as it is now, and else waited for: two at a time would get in each other's way.
"""

import re
from typing import Any

from hearth.plugin.kinds import Context, ProviderError
from hearth.provider.clients.cloud_logging import CloudLogging
from hearth.provider.clients.cloud_run import CloudRun, Execution, failures
from hearth.provider.clients.errors import ApiError, NoAnswer
from hearth.provider.clock import Clock, Deadline, format_duration
from hearth.provider.progress import Progress

_FIRST_POLL = 0.5
_LONGEST_POLL = 5.0
_START_SECONDS = 300.0
"""How long Cloud Run may take beyond what the tasks may, to find an instance and to pull the image."""
_STARTS = 3
_LOG_LINES = 20
_LOG_PAUSE = 3.0
_DEFAULT_TASK_SECONDS = 600.0
_DEFAULT_RETRIES = 3
_SECONDS = re.compile(r"([0-9.]+)s")
_SUCCEEDED = "CONDITION_SUCCEEDED"


class JobRun:
    """For one job of one resource."""

    def __init__(self, run: CloudRun, logs: CloudLogging, clock: Clock, context: Context) -> None:
        self._run = run
        self._logs = logs
        self._clock = clock
        self._context = context

    def run(self, name: str, image: str) -> Execution:
        """The execution, which succeeded; `name` is the job's relative name.

        Raises ProviderError when the job is not ready on the image, when the execution fails or takes too long, and
        when it is stopped from outside.
        """
        job = self._ready(name, image)
        task = (job.get("template") or {}).get("template") or {}
        limit = self._context.timeout or _limit(task)
        execution = self._begun(name, task, limit)
        ended = self._end_of(execution, limit)
        if not ended.succeeded:
            raise self._failure(name.rpartition("/")[2], ended)
        self._context.say(f"{ended.short} succeeded")
        return ended

    def _ready(self, name: str, image: str) -> dict[str, Any]:
        """The job, when it is what this run is meant for.

        After a failed update the state of the job's own resource passes for the new one, so it is asked here.
        """
        job, short = self._run.job(name), name.rpartition("/")[2]
        if job is None:
            raise ProviderError(f"The Cloud Run job {name} does not exist. Deploy it, or correct the input `job`.")
        containers = ((job.get("template") or {}).get("template") or {}).get("containers") or [{}]
        found = str(containers[0].get("image", ""))
        if found != image:
            raise ProviderError(
                f"The Cloud Run job {short!r} is on the image {found or '(none)'}, not on {image}: its last update "
                "failed, or somebody changed it. It was not run. Run `pulumi refresh`, then `pulumi up`."
            )
        ready = job.get("terminalCondition") or {}
        if job.get("reconciling") or ready.get("state") != _SUCCEEDED:
            why = failures([ready, *(job.get("conditions") or [])]) or "Cloud Run is still updating it"
            raise ProviderError(f"The Cloud Run job {short!r} is not ready: {why}. It was not run.")
        return job

    def _begun(self, name: str, task: Any, limit: float) -> Execution:
        """An execution of the job as it is now, begun by us or found running."""
        for left in reversed(range(_STARTS)):
            for other in self._run.running(name):
                if other.task == task:
                    self._context.say(f"{other.short} is already running")
                    return other
                self._context.say(f"waiting for the end of {other.short}, from an earlier deployment")
                self._end_of(other, limit)
            try:
                self._context.say("starting")
                return self._run.start(name)
            except (ApiError, NoAnswer) as unclear:
                if isinstance(unclear, ApiError) and unclear.definite:
                    raise
                if not left:
                    raise
                # It may have been started all the same; then it is found running.
                self._wait(_LONGEST_POLL, "the job was started")
        raise AssertionError("the last start returns or raises")

    def _end_of(self, execution: Execution, limit: float) -> Execution:
        began = self._clock.now()
        deadline = Deadline.after(self._clock, limit)
        progress = Progress(self._clock, self._context.say)
        pause = _FIRST_POLL
        while execution.running:
            progress(execution.name, f"{execution.short} is running ({format_duration(self._clock.now() - began)})")
            if deadline.passed:
                raise ProviderError(
                    f"The execution {execution.short} has not ended after {format_duration(limit)}. It is still "
                    f"running, and the next `pulumi up` waits for it again.{_log_of(execution)}"
                )
            self._wait(min(pause, deadline.left), f"{execution.short} ended; it is still running")
            pause = min(_LONGEST_POLL, pause * 1.5)
            execution = self._run.execution(execution.name)
        return execution

    def _failure(self, job: str, execution: Execution) -> ProviderError:
        said = execution.failure_reason
        text = f"The job {job!r} failed, in its execution {execution.short}{f': {said}' if said else ''}"
        # A message of several lines is the end of the log already.
        told = "\n" in said
        lines = [] if told else self._logs.last_execution_lines(job, execution.short, _LOG_LINES)
        # Entries reach Cloud Logging a moment after the process that wrote them has ended.
        if not told and not lines and not self._clock.wait(_LOG_PAUSE, self._context.cancelled):
            lines = self._logs.last_execution_lines(job, execution.short, _LOG_LINES)
        if lines:
            text += "\nIts last lines:\n" + "\n".join(f"    {line}" for line in lines)
        return ProviderError(
            f"{text}\nResources that depend on it were not changed. Correct the cause and run again: every `pulumi "
            f"up` runs the job until it succeeds.{_log_of(execution)}"
        )

    def _wait(self, seconds: float, before: str) -> None:
        if self._clock.wait(seconds, self._context.cancelled):
            raise ProviderError(
                f"Stopped before {before}. The next `pulumi up` waits for a running execution or starts another."
            )


def _limit(task: Any) -> float:
    """Seconds that an execution of such tasks may take, all retries used up."""
    timeout = _SECONDS.fullmatch(str(task.get("timeout", "")))
    retries = task.get("maxRetries")
    attempts = (_DEFAULT_RETRIES if retries is None else int(retries)) + 1
    return (float(timeout[1]) if timeout else _DEFAULT_TASK_SECONDS) * attempts + _START_SECONDS


def _log_of(execution: Execution) -> str:
    return f" Its log: {execution.log_url}" if execution.log_url else ""
