"""Jobs, executions and tasks as documents of the store, in the shape of Cloud Run's Admin API v2."""

import random
import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from hearth.localcloud import times
from hearth.localcloud.run.documents import CREATOR, SUFFIX, at_rest, condition
from hearth.localcloud.run.jobs.attempt import Result
from hearth.localcloud.store import Document

JOB_TYPE = "type.googleapis.com/google.cloud.run.v2.Job"
EXECUTION_TYPE = "type.googleapis.com/google.cloud.run.v2.Execution"

_SUFFIX_LENGTH = 5
_KEPT = ("name", "uid", "createTime", "creator", "executionCount", "latestCreatedExecution")
# google.rpc.Code
_UNKNOWN, _DEADLINE_EXCEEDED = 2, 4


def new_job(name: str) -> Document:
    """What Cloud Run itself adds to a job, at its creation."""
    return {
        "name": name,
        "uid": str(uuid.uuid4()),
        "createTime": times.now(),
        "creator": CREATOR,
        "generation": "0",
        "executionCount": 0,
    }


def changed(job: Mapping[str, Any], settable: Mapping[str, Any]) -> Document:
    """The job with another specification: what a client may set comes from `settable`, the rest stays."""
    generation = str(int(job["generation"]) + 1)
    return {
        **{name: job[name] for name in _KEPT if name in job},
        **settable,
        "generation": generation,
        "observedGeneration": generation,
        "updateTime": times.now(),
        "lastModifier": CREATOR,
        "etag": f'"{secrets.token_urlsafe(12)}"',
    }


def with_readiness(job: Document, obstacle: str, reason: str) -> Document:
    """The job once it was looked at: ready, unless there is an obstacle to running it."""
    if obstacle:
        ready = condition("Ready", "CONDITION_FAILED", message=obstacle, reason=reason)
    else:
        ready = condition("Ready", "CONDITION_SUCCEEDED")
    return job | {"terminalCondition": ready, "conditions": [ready | {"type": "ResourcesAvailable"}]}


def with_latest_execution(job: Document, execution: Document) -> Document:
    """The job with this execution as its latest."""
    reference = {
        "name": short(execution["name"]),
        "createTime": execution["createTime"],
        "completionStatus": _status(execution),
    } | ({"completionTime": execution["completionTime"]} if "completionTime" in execution else {})
    newer = (job.get("latestCreatedExecution") or {}).get("name") != reference["name"]
    return job | {
        "latestCreatedExecution": reference,
        # Counted once, when it is new.
        "executionCount": job["executionCount"] + int(newer),
    }


def new_execution(job: Mapping[str, Any]) -> Document:
    """An execution of the job as it is now."""
    suffix = "".join(random.choices(SUFFIX, k=_SUFFIX_LENGTH))  # noqa: S311 - a name, not a secret
    now = times.now()
    count = job["template"]["taskCount"]
    return {
        "name": f"{job['name']}/executions/{short(job['name'])}-{suffix}",
        "uid": str(uuid.uuid4()),
        "creator": CREATOR,
        "generation": "1",
        "observedGeneration": "1",
        "createTime": now,
        "startTime": now,
        "updateTime": now,
        "launchStage": job["launchStage"],
        "job": short(job["name"]),
        "parallelism": job["template"].get("parallelism") or count,
        "taskCount": count,
        "template": job["template"]["template"],
        "reconciling": True,
        "runningCount": count,
        "conditions": [condition("Completed", "CONDITION_RECONCILING")],
        "etag": f'"{secrets.token_urlsafe(12)}"',
    }


def with_count(execution: Document, what: str, more: int) -> Document:
    """The execution with so many more in one of its counts; what has ended is not running any more."""
    running = execution.get("runningCount", 0) - (0 if what == "retriedCount" else more)
    return execution | {what: execution.get(what, 0) + more, "runningCount": running}


def execution_ended(execution: Document, state: str, message: str, reason: str = "") -> Document:
    """The execution at its end; `reason` is an ExecutionReason."""
    now = times.now()
    more = {"executionReason": reason} if reason else {}
    conditions = [condition("Completed", state, message=message, **more)]
    done = at_rest(execution) | {"completionTime": now, "updateTime": now, "conditions": conditions}
    done.pop("runningCount", None)
    return done


def is_running(execution: Mapping[str, Any]) -> bool:
    return "completionTime" not in execution


def new_task(execution: Mapping[str, Any], index: int) -> Document:
    now = times.now()
    template = execution["template"]
    return {
        "name": f"{execution['name']}/tasks/{task_name(execution, index)}",
        "uid": str(uuid.uuid4()),
        "createTime": now,
        "startTime": now,
        "updateTime": now,
        "job": execution["job"],
        "execution": short(execution["name"]),
        "index": index,
        **template,
        "reconciling": True,
        "conditions": [condition("Completed", "CONDITION_RECONCILING")],
    }


def with_attempt(task: Document, result: Result, attempt: int) -> Document:
    """The task after an attempt (the first is 0)."""
    if result.timed_out:
        outcome: Document = {"status": {"code": _DEADLINE_EXCEEDED, "message": result.message}}
    elif result.code == 0:
        outcome = {}
    elif result.code < 0:
        outcome = {"status": {"code": _UNKNOWN, "message": result.message}, "termSignal": -result.code}
    else:
        outcome = {"status": {"code": _UNKNOWN, "message": result.message}, "exitCode": result.code}
    return task | {"lastAttemptResult": outcome, "retried": attempt, "updateTime": times.now()}


def task_ended(task: Document, state: str, message: str) -> Document:
    conditions = [condition("Completed", state, message=message)]
    return at_rest(task) | {"completionTime": times.now(), "conditions": conditions}


def task_name(execution: Mapping[str, Any], index: int) -> str:
    return f"{short(execution['name'])}-task{index}"


def short(name: str) -> str:
    return name.rpartition("/")[2]


def _status(execution: Mapping[str, Any]) -> str:
    if is_running(execution):
        return "EXECUTION_RUNNING"
    completed = execution["conditions"][0]
    if completed.get("executionReason") == "CANCELLED":
        return "EXECUTION_CANCELLED"
    return "EXECUTION_SUCCEEDED" if completed["state"] == "CONDITION_SUCCEEDED" else "EXECUTION_FAILED"
