"""A job is called when it is due, or when somebody asks."""

import asyncio
from datetime import datetime, tzinfo
from typing import Any

import pytest

from hearth.catalog.apis import CLOUD_SCHEDULER
from hearth.localcloud.calls import declared, schedules
from hearth.localcloud.calls.caller import Caller
from hearth.localcloud.calls.schedules import Schedules
from hearth.localcloud.commands import fire
from hearth.localcloud.commands.errors import CommandError
from hearth.tests.localcloud.calls.conftest import ACCOUNT, AUDIENCE, JOB, PLACE, Called, declare
from hearth.tests.localcloud.running import LocalCloud


def job(port: int, **more: Any) -> dict[str, Any]:
    token = {"serviceAccountEmail": ACCOUNT, "audience": AUDIENCE}
    target = {"uri": f"http://localhost:{port}/_tasks/nightly", "httpMethod": "POST", "oidcToken": token}
    return {"schedule": "0 3 * * *", "timeZone": "Europe/Berlin", "httpTarget": target} | more


def test_a_job_is_called_once_when_somebody_asks_and_what_came_of_it_is_told(local: LocalCloud, called: Called) -> None:
    declare(local, declared.JOB, JOB, job(called.port))
    called.statuses = [204, 500]

    done = fire.fire(local.ports, JOB)
    failed = fire.fire(local.ports, JOB)
    assert (done["status"], failed["status"]["message"]) == ({}, "answered 500")
    path, headers, _ = called.asked[0]
    assert (path, headers["X-CloudScheduler"], headers["X-CloudScheduler-JobName"]) == (
        "/_tasks/nightly",
        "true",
        "web-nightly",
    )
    assert headers["Authorization"].startswith("Bearer ")
    [listed] = local.call("GET", CLOUD_SCHEDULER, f"{PLACE}/jobs")["jobs"]
    assert (listed["schedule"], listed["timeZone"], listed["status"]) == (
        "0 3 * * *",
        "Europe/Berlin",
        failed["status"],
    )


def test_a_call_that_fails_when_it_is_due_is_tried_again_as_often_as_the_job_allows(
    local: LocalCloud, called: Called
) -> None:
    retries = {"retryCount": 2, "minBackoffDuration": "0.01s", "maxBackoffDuration": "0.01s"}
    declare(local, declared.JOB, JOB, job(called.port, retryConfig=retries))
    called.statuses = [500, 500, 500, 500]
    assert local.loop is not None

    async def run() -> dict[str, Any]:
        assert local.cloud is not None
        caller = Caller(local.cloud.store)
        try:
            return await Schedules(local.cloud.store, caller).run(JOB)
        finally:
            await caller.close()

    told = asyncio.run_coroutine_threadsafe(run(), local.loop).result(60)

    assert len(called.asked) == 3
    assert told["status"]["message"] == "answered 500"


def test_a_job_is_due_in_its_time_zone_once_and_never_for_a_time_before(
    local: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three at night in Berlin is one in UTC in summer; the clock here stands where it is put."""
    clock = {"now": 1_780_272_000.0}  # 2026-06-01T00:00:00Z

    class Time:
        time = staticmethod(lambda: clock["now"])

    class Datetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(clock["now"], tz)

    monkeypatch.setattr(schedules, "time", Time)
    monkeypatch.setattr(schedules, "datetime", Datetime)
    declare(local, declared.JOB, JOB, job(1))

    def due(jobs: Schedules, at: float) -> list[str]:
        clock["now"] = 1_780_272_000.0 + at
        found: list[str] = local.in_loop(lambda _: jobs.due()[0])
        return found

    jobs = local.in_loop(lambda cloud: Schedules(cloud.store, Caller(cloud.store)))
    found = [due(jobs, at) for at in (0, 3599, 3600, 3601, 24 * 3600, 25 * 3600)]
    assert found == [[], [], [JOB], [], [], [JOB]]
    declare(local, declared.JOB, JOB, job(1, paused=True))
    assert [due(jobs, at) for at in (30 * 3600, 49 * 3600)] == [[], []]


def test_a_name_stands_for_a_job_or_for_the_task_that_it_calls() -> None:
    jobs = [f"{PLACE}/jobs/web-nightly", f"{PLACE}/jobs/web-hourly", f"{PLACE}/jobs/shop-hourly"]

    assert fire.choose("nightly", jobs) == fire.choose("web-nightly", jobs) == jobs[0]
    with pytest.raises(CommandError, match=r"more than one schedule ends so\. There are: web-hourly, shop-hourly"):
        fire.choose("hourly", jobs)
    with pytest.raises(CommandError, match=r"no such schedule\. There are: none"):
        fire.choose("nightly", [])
