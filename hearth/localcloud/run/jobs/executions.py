"""Executions of jobs: begun, retried, cancelled, ended, each step recorded.

An execution does not outlive its local cloud: what a killed one left running is failed when the next one starts, as
nobody knows how far it came. Whoever wanted it runs the job again.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hearth.catalog.apis import CLOUD_RUN
from hearth.localcloud import operations
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError
from hearth.localcloud.records import collections
from hearth.localcloud.run import real_values, secret_env
from hearth.localcloud.run.documents import API
from hearth.localcloud.run.jobs import attempt, documents
from hearth.localcloud.run.jobs.attempt import Result
from hearth.localcloud.run.preparation import CANNOT_RUN, Preparation, Wanted
from hearth.localcloud.store import Document, public

log = logging.getLogger(__name__)

_STOPPED = "The local cloud stopped while this execution was running; how far it came is unknown. Run the job again."
_CANCELLED = "The execution was cancelled."


class Failed(Exception):
    """Why an execution failed; `reason` is an ExecutionReason."""

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class Executions:
    """Names are relative: `projects/P/locations/R/jobs/J/executions/E`."""

    def __init__(self, cloud: Cloud, preparation: Preparation) -> None:
        self._cloud = cloud
        self._store = cloud.store
        self._preparation = preparation
        self._running: dict[str, asyncio.Task[None]] = {}

    def get(self, name: str) -> Document:
        """An execution or a task. Raises ApiError (404)."""
        return collections.get_document(self._store, CLOUD_RUN, name)

    def all(self, job: str) -> list[Document]:
        """Newest first."""
        found = [body for _, body in self._store.children(f"{API}/{job}/executions")]
        return sorted(found, key=lambda each: each["createTime"], reverse=True)

    def check(self, project: str, template: Mapping[str, Any]) -> None:
        """Raise ApiError (400) for a task's template with which nothing may be started."""
        real_values.check(self._store, project, template)

    def obstacle(self, job: Document) -> tuple[str, str]:
        """Why a job can't run, and the CommonReason of that; both empty when it can."""
        task = job["template"]["template"]
        container = task["containers"][0]
        if self._preparation.digest(container["image"]) is None:
            return f"Image '{container['image']}' not found.", "CONTAINER_MISSING"
        try:
            self._preparation.variables(job["name"].split("/")[1], task["serviceAccount"], container)
        except secret_env.SecretsError as fault:
            return str(fault), "SECRETS_ACCESS_CHECK_FAILED"
        return "", ""

    def tasks(self, name: str) -> list[Document]:
        """In order of index. Raises ApiError (404)."""
        self.get(name)
        return sorted((body for _, body in self._store.children(f"{API}/{name}/tasks")), key=lambda each: each["index"])

    def begin(self, job: Document) -> Document:
        """Run the job as it is now; returns the operation, which ends with the execution."""
        execution = documents.new_execution(job)
        name, parent = execution["name"], job["name"].partition("/jobs/")[0]
        with self._store.transaction():
            self._store.put(f"{API}/{name}", execution)
            for index in range(execution["taskCount"]):
                self._store.put(f"{API}/{_task(execution, index)}", documents.new_task(execution, index))
            self._store.put(f"{API}/{job['name']}", documents.with_latest_execution(job, execution))
            metadata = {"@type": documents.EXECUTION_TYPE} | public(execution)
            operation = operations.start(self._store, API, parent, metadata)
        task = asyncio.create_task(self._run(name, operation), name=f"execution {documents.short(name)}")
        self._running[name] = task
        task.add_done_callback(lambda _task: self._running.pop(name, None))
        return operations.answer(self._store, operation)

    async def cancel(self, name: str) -> Document:
        """End a running execution; returns the operation. Raises ApiError: 404, and 400 for one that has ended."""
        if not documents.is_running(self.get(name)):
            raise ApiError(400, f"Execution '{documents.short(name)}' has already completed.", "FAILED_PRECONDITION")
        await self._give_up([name])
        shown = {"@type": documents.EXECUTION_TYPE} | public(self.get(name))
        return operations.completed(self._store, API, name.partition("/jobs/")[0], shown, shown)

    async def end_all(self, job: str) -> None:
        """End what runs of a job (relative name), and what begins to run meanwhile."""
        while names := [name for name in self._running if name.startswith(f"{job}/")]:
            await self._give_up(names)

    def fail_unfinished(self) -> None:
        """Fail what a killed local cloud left running. Its processes are ended by `processes.end_orphans`."""
        for key, document in self._store.below(API):
            if key.split("/")[-2] == "executions" and documents.is_running(document):
                self._end(document["name"], None, Failed(_STOPPED))

    async def stop(self) -> None:
        """End everything that runs, because the local cloud does."""
        names = list(self._running)
        await self._give_up(names, _STOPPED)

    def log_file(self, job: str) -> Path:
        """Where a job (short name) logs."""
        return self._cloud.logs / "jobs" / f"{job}.log"

    async def _give_up(self, names: list[str], why: str = _CANCELLED) -> None:
        tasks = [self._running[name] for name in names if name in self._running]
        for task in tasks:
            # A second cancel would interrupt the ten seconds that the processes have.
            if not task.cancelling():
                task.cancel(why)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, name: str, operation: str) -> None:
        began = time.monotonic()
        try:
            failures = await self._run_tasks(name)
        except asyncio.CancelledError as cancelled:
            why = cancelled.args[0] if cancelled.args else _CANCELLED
            self._end(name, operation, Failed(why, "CANCELLED" if why == _CANCELLED else ""))
            raise
        except Failed as failed:
            self._end(name, operation, failed)
        except Exception as fault:
            # Whatever it is, a client is polling the operation: it must end.
            log.exception("running %s", name)
            self._end(name, operation, Failed(repr(fault)))
        else:
            if failures:
                self._end(name, operation, Failed(failures[0], "NON_ZERO_EXIT_CODE"))
            else:
                self._end(name, operation, time.monotonic() - began)

    async def _run_tasks(self, name: str) -> list[str]:
        """What failed, in order of index; empty when all is well. Raises Failed where nothing could be started."""
        execution = self.get(name)
        template = execution["template"]
        reference = template["containers"][0]["image"]
        digest = self._preparation.digest(reference)
        if digest is None:
            raise Failed(f"Image '{reference}' not found.")
        places = asyncio.Semaphore(execution["parallelism"])

        async def one(index: int) -> str | None:
            async with places:
                return await self._run_task(execution, digest, index)

        try:
            async with asyncio.TaskGroup() as group:
                found = [group.create_task(one(index)) for index in range(execution["taskCount"])]
        except ExceptionGroup as several:
            # What keeps one task from starting keeps all of them; the first says it.
            raise several.exceptions[0] from several
        return [message for each in found if (message := each.result())]

    async def _run_task(self, execution: Document, digest: str, index: int) -> str | None:
        """Why the task failed for good; None when it did not."""
        name, template = _task(execution, index), execution["template"]
        for number in range(template["maxRetries"] + 1):
            result = await self._attempt(execution, digest, index, number)
            with self._store.transaction():
                self._store.put(f"{API}/{name}", documents.with_attempt(self.get(name), result, number))
                if number:
                    self._count(execution["name"], "retriedCount", 1)
            if result.succeeded:
                self._succeed(self.get(name))
                return None
        message = f"Task {documents.short(name)} failed with message: {result.message}"
        with self._store.transaction():
            self._fail([self.get(name)], message)
        return _with_lines(message, result, self.log_file(execution["job"]))

    async def _attempt(self, execution: Document, digest: str, index: int, number: int) -> Result:
        template = execution["template"]
        wanted = Wanted(
            project=execution["name"].split("/")[1],
            account=template["serviceAccount"],
            container=template["containers"][0],
            digest=digest,
            platform={
                "CLOUD_RUN_JOB": execution["job"],
                "CLOUD_RUN_EXECUTION": documents.short(execution["name"]),
                "CLOUD_RUN_TASK_INDEX": str(index),
                "CLOUD_RUN_TASK_ATTEMPT": str(number),
                "CLOUD_RUN_TASK_COUNT": str(execution["taskCount"]),
            },
            volumes=template.get("volumes", ()),
        )
        try:
            launch = await self._preparation.launch(wanted)
        except (secret_env.SecretsError, *CANNOT_RUN) as fault:
            raise Failed(str(fault)) from fault
        return await attempt.run(
            self._store,
            launch,
            seconds=float(template["timeout"].removesuffix("s")),
            log=self.log_file(execution["job"]),
            prefix=documents.task_name(execution, index),
        )

    def _succeed(self, task: Document) -> None:
        with self._store.transaction():
            self._store.put(f"{API}/{task['name']}", documents.task_ended(task, "CONDITION_SUCCEEDED", ""))
            self._count(task["name"].partition("/tasks/")[0], "succeededCount", 1)

    def _fail(self, tasks: list[Document], message: str) -> None:
        """End tasks of one execution, in a transaction of the caller's."""
        for task in tasks:
            self._store.put(f"{API}/{task['name']}", documents.task_ended(task, "CONDITION_FAILED", message))
        if tasks:
            self._count(tasks[0]["name"].partition("/tasks/")[0], "failedCount", len(tasks))

    def _count(self, name: str, what: str, more: int) -> None:
        """Kept up step by step: an execution may have ten thousand tasks."""
        self._put(documents.with_count(self.get(name), what, more))

    def _end(self, name: str, operation: str | None, outcome: Failed | float) -> None:
        """Record the end; `outcome` is the failure, or how many seconds the success took."""
        with self._store.transaction():
            left = [task for task in self.tasks(name) if "completionTime" not in task]
            self._fail(left, str(outcome))
            if isinstance(outcome, Failed):
                log.warning("execution %s failed: %s", documents.short(name), outcome)
                execution = documents.execution_ended(self.get(name), "CONDITION_FAILED", str(outcome), outcome.reason)
                if outcome.reason == "CANCELLED":
                    execution |= {"cancelledCount": len(left)}
            else:
                said = f"Execution completed successfully in {outcome:.2f}s."
                execution = documents.execution_ended(self.get(name), "CONDITION_SUCCEEDED", said)
            self._put(execution)
        if operation is None:
            return
        if isinstance(outcome, Failed):
            operations.fail(self._store, operation, ApiError(400, str(outcome), "FAILED_PRECONDITION"))
        else:
            shown = {"@type": documents.EXECUTION_TYPE} | public(execution)
            operations.finish(self._store, operation, shown, shown)

    def _put(self, execution: Document) -> None:
        """The execution, and the job that shows it as its latest."""
        self._store.put(f"{API}/{execution['name']}", execution)
        job = self._store.get(f"{API}/{execution['name'].partition('/executions/')[0]}")
        if job and job["latestCreatedExecution"]["name"] == documents.short(execution["name"]):
            self._store.put(f"{API}/{job['name']}", documents.with_latest_execution(job, execution))


def _task(execution: Document, index: int) -> str:
    return f"{execution['name']}/tasks/{documents.task_name(execution, index)}"


def _with_lines(message: str, result: Result, log_file: Path) -> str:
    lines = "\n".join(result.lines) or "(it wrote nothing)"
    return f"{message}\n\nLast lines of {log_file}:\n{lines}"
