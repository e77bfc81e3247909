"""Cloud Scheduler: when each job is due, and its calls.

A time that passed while the cloud did not run is not made up for. Retries are of the call at hand, and end with the
cloud.
"""

import asyncio
import base64
import logging
import time
import zoneinfo
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cronsim import CronSim, CronSimError

from hearth.catalog.apis import CLOUD_SCHEDULER
from hearth.localcloud import times
from hearth.localcloud.calls import declared
from hearth.localcloud.calls.caller import Call, Caller
from hearth.localcloud.errors import ApiError, not_found
from hearth.localcloud.store import Document, Store

log = logging.getLogger(__name__)

_USUAL_DEADLINE = 180.0
"""Cloud Scheduler v1, Job.attemptDeadline."""


class Schedules:
    """All jobs there are. `_next` is in memory alone: a new process computes it from now on."""

    def __init__(self, store: Store, caller: Caller) -> None:
        self._store, self._caller = store, caller
        self._next: dict[str, tuple[tuple[Any, ...], float]] = {}
        """By name: for which schedule, and when next."""

    def due(self) -> tuple[list[str], float]:
        """Names of jobs to run now, and in how many seconds to ask again, at most."""
        now, wait, found = time.time(), 1.0, []
        for name, inputs in declared.each(self._store, declared.JOB):
            schedule = (inputs.get("schedule"), inputs.get("timeZone", "Etc/UTC"), inputs.get("paused"))
            known, due = self._next.get(name, ((), 0.0))
            if known != schedule or due <= now:
                if known == schedule:
                    found.append(name)
                self._next[name] = schedule, _following(name, *schedule)
            wait = min(wait, max(0.01, self._next[name][1] - now))
        return found, wait

    async def run(self, name: str, *, retry: bool = True) -> Document:
        """Call now; the job with its latest call. With `retry`, as often as the job allows. Raises ApiError (404)."""
        failures = 0
        while True:
            inputs = declared.find(self._store, declared.JOB, name)
            if inputs is None:
                raise not_found(name)
            wrong = await self._caller.call(_call(name, inputs))
            failures += 1
            code = {"status": {"code": 2, "message": wrong}} if wrong else {"status": {}}
            self._store.put(_key(name), {"lastAttemptTime": times.now()} | code)
            retries, most = declared.job_retries(inputs)
            if not wrong or not retry or failures > most:
                log.log(logging.ERROR if wrong else logging.INFO, "job %s: %s", name, wrong or "done")
                return _shown(self._store, name, inputs)
            pause = retries.pause(failures)
            log.warning("job %s: %s; again in %g s", name, wrong, pause)
            await asyncio.sleep(pause)


def listed(store: Store) -> list[Document]:
    """Every job with its latest call."""
    return [_shown(store, name, inputs) for name, inputs in declared.each(store, declared.JOB)]


def _shown(store: Store, name: str, inputs: Mapping[str, Any]) -> Document:
    job = {"name": name, "schedule": inputs.get("schedule", ""), "timeZone": inputs.get("timeZone", "Etc/UTC")}
    state = {"state": "PAUSED" if inputs.get("paused") else "ENABLED"}
    return job | state | {"status": {}, "lastAttemptTime": ""} | (store.get(_key(name)) or {})


def _following(name: str, schedule: Any, zone: Any, paused: Any) -> float:
    if paused:
        return float("inf")
    try:
        return next(CronSim(str(schedule), datetime.now(zoneinfo.ZoneInfo(str(zone))))).timestamp()
    except (CronSimError, StopIteration, zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        log.warning("job %s never runs: %s %s: %s", name, schedule, zone, error)
        return float("inf")


def _call(name: str, inputs: Mapping[str, Any]) -> Call:
    """The headers are those of Cloud Scheduler v1, HttpTarget.headers."""
    target = inputs.get("httpTarget")
    if not isinstance(target, dict):
        raise ApiError(400, f"{name} has no httpTarget; the local cloud plays no other target.")
    headers = {
        **(target.get("headers") or {}),
        "User-Agent": "Google-Cloud-Scheduler",
        "X-CloudScheduler": "true",
        "X-CloudScheduler-JobName": name.rpartition("/")[2],
        "X-CloudScheduler-ScheduleTime": times.now(),
    }
    return Call(
        method=target.get("httpMethod") or "POST",
        url=target["uri"],
        headers=headers,
        body=base64.b64decode(target.get("body") or ""),
        token=declared.token(target),
        deadline=declared.seconds(inputs.get("attemptDeadline"), _USUAL_DEADLINE),
    )


def _key(name: str) -> str:
    return f"{CLOUD_SCHEDULER.prefix}/{name}"
