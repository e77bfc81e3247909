"""Executions: exit codes, retries, time limits, cancelling, logs, and what a killed cloud leaves."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from flask_hearth.stores.urls import SQLITE_FILE
from hearth.localcloud import store
from hearth.tests.localcloud.build.playground import (
    PROJECT,
    SERVICES,
    Playground,
    app,
    eventually,
    play,
    playing,
    public,
    when,
)
from hearth.tests.localcloud.run.jobs.workshop import FILES, JOB, JOBS, begin, completed, declare, execute, job, tasks

WAIT = "open(env['HOME'] + '/running', 'w').write(str(os.getpid())); time.sleep(600)"
# Which attempts a task makes, and which of them it fails.
FIRST_FAILS = "sys.exit(3 if env['CLOUD_RUN_TASK_ATTEMPT'] == '0' else 0)"


async def there(path: Path) -> bool | None:
    return path.exists() or None  # noqa: ASYNC240 - an instant on a local disk


async def running(playground: Playground) -> int:
    """The process id of a task that does WAIT, once it runs."""
    file = playground.home / "running"

    async def look() -> int | None:
        text = file.read_text() if file.exists() else ""
        return int(text) if text else None

    return await eventually(look)


def test_a_task_ends_with_its_process_whatever_that_has_left_running(tmp_path: Path) -> None:
    leave = "import signal; os.fork() or signal.pause(); sys.exit(3)"

    async def scenario(playground: Playground) -> None:
        body = job(await playground.image(FILES), leave, timeout="50000s")
        execution = await execute(playground, body)
        (task,) = await tasks(playground, execution)

        assert task["lastAttemptResult"]["exitCode"] == 3

    play(tmp_path, scenario)


def test_an_execution_runs_the_job_to_its_end(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        execution = await execute(playground, job(await playground.image(FILES)))
        (task,) = await tasks(playground, execution)
        found = await playground.call("GET", f"{JOBS}/migrate")

        assert completed(execution)["state"] == "CONDITION_SUCCEEDED"
        assert (execution["succeededCount"], execution["taskCount"]) == (1, 1)
        assert {"failedCount", "runningCount", "reconciling"}.isdisjoint(execution)
        assert (task["index"], task["lastAttemptResult"], task["retried"]) == (0, {}, 0)
        assert found["executionCount"] == 1
        assert found["latestCreatedExecution"] == {
            "name": execution["name"].rpartition("/")[2],
            "createTime": execution["createTime"],
            "completionTime": execution["completionTime"],
            "completionStatus": "EXECUTION_SUCCEEDED",
        }

    play(tmp_path, scenario)


def test_a_failed_execution_tells_exit_code_and_last_lines(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        do = "print('no such table', file=sys.stderr); sys.exit(7)"
        await declare(playground, job(await playground.image(FILES), do))
        ended = await playground.done("run", await begin(playground))
        execution = await playground.call("GET", f"/run/v2/{ended['metadata']['name']}")
        (task,) = await tasks(playground, execution)
        message = completed(execution)["message"]

        assert completed(execution)["state"] == "CONDITION_FAILED"
        assert completed(execution)["executionReason"] == "NON_ZERO_EXIT_CODE"
        assert execution["failedCount"] == 1
        assert task["lastAttemptResult"]["exitCode"] == 7
        assert "failed with message: The container exited with code 7." in message
        assert message.endswith("task 0 attempt 0\nno such table")
        assert ended["error"] == {"code": 9, "message": message}
        found = await playground.call("GET", f"{JOBS}/migrate")
        assert found["latestCreatedExecution"]["completionStatus"] == "EXECUTION_FAILED"

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("do", "retries", "state", "retried"),
    [
        (FIRST_FAILS, 0, "CONDITION_FAILED", 0),
        (FIRST_FAILS, 2, "CONDITION_SUCCEEDED", 1),
        ("sys.exit(1)", 2, "CONDITION_FAILED", 2),
    ],
)
def test_a_task_is_tried_again_as_often_as_the_job_says(
    tmp_path: Path, do: str, retries: int, state: str, retried: int
) -> None:
    async def scenario(playground: Playground) -> None:
        execution = await execute(playground, job(await playground.image(FILES), do, maxRetries=retries))
        (task,) = await tasks(playground, execution)
        log = (playground.cloud.logs / "jobs" / "migrate.log").read_text()

        assert completed(execution)["state"] == state
        assert task["retried"] == retried
        assert execution.get("retriedCount", 0) == retried
        assert [line.partition(" | ")[2] for line in log.splitlines()] == [
            f"task 0 attempt {number}" for number in range(retried + 1)
        ]

    play(tmp_path, scenario)


def test_a_task_that_takes_too_long_is_ended_and_counts_as_failed(tmp_path: Path) -> None:
    """SIGTERM first, so that it may clean up; an exit with 0 afterwards does not make it a success."""

    async def scenario(playground: Playground) -> None:
        do = "import signal; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); time.sleep(600)"
        execution = await execute(playground, job(await playground.image(FILES), do, timeout="1s"))
        (task,) = await tasks(playground, execution)

        assert "The configured timeout was reached." in completed(execution)["message"]
        assert task["lastAttemptResult"]["status"]["code"] == 4

    play(tmp_path, scenario)


def test_a_task_ended_by_a_signal_tells_which(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        execution = await execute(playground, job(await playground.image(FILES), "os.kill(os.getpid(), 9)"))
        (task,) = await tasks(playground, execution)

        assert task["lastAttemptResult"]["termSignal"] == 9

    play(tmp_path, scenario)


def test_every_task_runs_and_one_that_fails_fails_the_execution(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        do = "sys.exit(int(env['CLOUD_RUN_TASK_INDEX']) % 2)"
        execution = await execute(playground, job(await playground.image(FILES), do, count=4))
        found = await tasks(playground, execution)

        assert [task["index"] for task in found] == [0, 1, 2, 3]
        assert (execution["succeededCount"], execution["failedCount"]) == (2, 2)
        assert "-task1 failed" in completed(execution)["message"]

    play(tmp_path, scenario)


def test_twice_as_many_tasks_read_twice_as_many_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not four times as many, which ten thousand tasks would take hours for."""
    read = 0

    def counted(text: str) -> dict[str, Any]:
        nonlocal read
        read += 1
        return dict(json.loads(text))

    async def scenario(playground: Playground) -> None:
        image, needed = await playground.image(FILES), []
        for count in (2, 4, 6):
            await declare(playground, job(image, count=count))
            await begin(playground)
            before = read
            await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name().startswith("execution ")))
            needed.append(read - before)

        assert needed[2] - needed[1] == needed[1] - needed[0] > 0

    monkeypatch.setattr(store, "_document", counted)
    play(tmp_path, scenario)


@pytest.mark.parametrize(("parallelism", "most"), [(1, 1), (2, 2), (0, 4)])
def test_no_more_tasks_run_at_a_time_than_the_job_says(tmp_path: Path, parallelism: int, most: int) -> None:
    """Each task notes that it came, and stays until it may go."""
    do = """
open(env['HOME'] + '/came', 'a').write('+')
while not os.path.exists(env['HOME'] + '/go'):
    time.sleep(0.01)
"""

    async def scenario(playground: Playground) -> None:
        came = playground.home / "came"
        await declare(playground, job(await playground.image(FILES), do, count=4, parallelism=parallelism))
        operation = await begin(playground)
        await when(lambda: came.exists() and len(came.read_text()) >= most)
        started = len(playground.cloud.store.children("processes/run"))
        (playground.home / "go").touch()
        await playground.done("run", operation)

        assert started == most
        assert len(came.read_text()) == 4

    play(tmp_path, scenario)


def test_a_task_has_only_the_environment_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the developer")

    async def scenario(playground: Playground) -> None:
        playground.secret("key", "s3cret")
        account = playground.account("web-run")
        secret = "secretmanager/projects/demo-hearth/secrets/key"
        playground.let(secret, "roles/secretmanager.secretAccessor", f"serviceAccount:{account}")
        body = job(await playground.image(FILES), "print(json.dumps(dict(env)))", serviceAccount=account)
        env = body["template"]["template"]["containers"][0]["env"]
        env.append({"name": "DATABASE_URL", "value": "sqlite://"})
        env.append({"name": "KEY", "valueSource": {"secretKeyRef": {"secret": "key", "version": "1"}}})
        execution = await execute(playground, body)
        line = (playground.cloud.logs / "jobs" / "migrate.log").read_text().splitlines()[-1]
        found = json.loads(line.partition(" | ")[2])

        assert {name: found[name] for name in found if name not in {"PWD", "SHLVL", "_", "PATH", "DO"}} == {
            "HOME": str(playground.cloud.data / PROJECT),
            "HEARTH_DATA_DIR": str(playground.cloud.data / PROJECT),
            "HEARTH_IDENTITY_ORIGIN": playground.cloud.origin,
            "DATABASE_URL": f"sqlite:///{playground.cloud.data / PROJECT / SQLITE_FILE}",
            "LANG": "C.UTF-8",
            "KEY": "s3cret",
            "CLOUD_RUN_JOB": "migrate",
            "CLOUD_RUN_EXECUTION": execution["name"].rpartition("/")[2],
            "CLOUD_RUN_TASK_INDEX": "0",
            "CLOUD_RUN_TASK_ATTEMPT": "0",
            "CLOUD_RUN_TASK_COUNT": "1",
        }

    play(tmp_path, scenario)


def test_a_job_and_a_service_of_one_project_share_a_data_directory(tmp_path: Path) -> None:
    """What a job migrates is the file that the service opens."""

    async def scenario(playground: Playground) -> None:
        do = "open(env['HEARTH_DATA_DIR'] + '/main.py', 'w').write(open('main.py').read())"
        await execute(playground, job(await playground.image(FILES), do))
        operation = await playground.deploy(
            public(await playground.image(app()), {"command": ["sh", "-c", "ls $HEARTH_DATA_DIR; exec python main.py"]})
        )
        log = (playground.cloud.logs / "services" / "web.log").read_text()

        assert "response" in operation
        assert "| main.py\n" in log

    play(tmp_path, scenario)


# --- What ends an execution from outside ---


def test_a_cancelled_execution_ends_its_processes_and_says_so(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        await declare(playground, job(await playground.image(FILES), WAIT))
        operation = await begin(playground)
        name, pid = operation["metadata"]["name"], await running(playground)
        cancelled = await playground.call("POST", f"/run/v2/{name}:cancel", {})
        ended = await playground.done("run", operation)
        execution = await playground.call("GET", f"/run/v2/{name}")
        (task,) = await tasks(playground, execution)

        assert cancelled["response"]["completionTime"]
        assert not psutil.pid_exists(pid)
        assert completed(execution)["executionReason"] == "CANCELLED"
        assert execution["cancelledCount"] == 1
        assert ended["error"]["message"] == "The execution was cancelled."
        assert completed(task)["state"] == "CONDITION_FAILED"
        await playground.call("POST", f"/run/v2/{name}:cancel", {}, status=400)

    play(tmp_path, scenario)


def test_deleting_a_job_ends_what_runs_of_it_and_forgets_it(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        await declare(playground, job(await playground.image(FILES), WAIT))
        operation = await begin(playground)
        pid = await running(playground)
        playground.let(f"run/{JOB}", "roles/run.invoker", "allUsers")
        await playground.call("DELETE", f"{JOBS}/migrate")
        await playground.done("run", operation)

        assert not psutil.pid_exists(pid)
        assert playground.cloud.store.below(f"run/{JOB}") == []
        assert playground.cloud.store.get(f"policy/run/{JOB}") is None
        await playground.call("GET", f"{JOBS}/migrate", status=404)

    play(tmp_path, scenario)


def test_what_begins_while_its_job_is_deleted_is_ended_too(tmp_path: Path) -> None:
    do = """
import signal
signal.signal(signal.SIGTERM, lambda *_: open(env["HOME"] + "/told", "w").close())
open(env["HOME"] + "/running", "w").write(str(os.getpid()))
while not os.path.exists(env["HOME"] + "/go"):
    time.sleep(0.01)
"""

    async def scenario(playground: Playground) -> None:
        await declare(playground, job(await playground.image(FILES), do))
        await begin(playground)
        await running(playground)
        data = playground.cloud.data / PROJECT
        deleting = [asyncio.create_task(delete(playground)) for _ in range(2)]
        await eventually(lambda: there(data / "told"))
        late = await begin(playground)
        (data / "go").touch()

        assert sorted(await asyncio.gather(*deleting)) == [200, 404]
        assert (playground.cloud.store.get(f"operations/run/{late['name']}") or {})["done"]
        assert playground.cloud.store.below("processes") == []
        assert playground.cloud.store.below(f"run/{JOB}") == []

    async def delete(playground: Playground) -> int:
        async with playground.client.delete(f"{JOBS}/migrate") as answer:
            return answer.status

    play(tmp_path, scenario)


def test_what_runs_when_the_cloud_stops_is_ended_and_failed(tmp_path: Path) -> None:
    async def scenario() -> tuple[int, str]:
        async with playing(tmp_path) as playground:
            await declare(playground, job(await playground.image(FILES), WAIT))
            operation = await begin(playground)
            pid, name = await running(playground), str(operation["metadata"]["name"])
        assert not psutil.pid_exists(pid)
        async with playing(tmp_path) as playground:
            execution = await playground.call("GET", f"/run/v2/{name}")
            ended = await playground.done("run", operation)
            assert ended["error"]["message"] == completed(execution)["message"]
            return pid, completed(execution)["message"]

    assert "The local cloud stopped while this execution was running" in asyncio.run(scenario())[1]


def test_what_runs_when_the_cloud_is_killed_is_failed_at_its_next_start(tmp_path: Path) -> None:
    code = """
import asyncio, pathlib, sys
from hearth.tests.localcloud.build.playground import playing
from hearth.tests.localcloud.run.jobs.workshop import FILES, begin, declare, job
from hearth.tests.localcloud.run.jobs.test_executions import WAIT, running

async def main():
    async with playing(pathlib.Path(sys.argv[1])) as playground:
        await declare(playground, job(await playground.image(FILES), WAIT))
        operation = await begin(playground)
        print(await running(playground), operation["metadata"]["name"], flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""
    cloud = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert cloud.stdout
        pid, name = cloud.stdout.readline().split()
    finally:
        os.killpg(cloud.pid, signal.SIGKILL)
        cloud.communicate()

    async def scenario() -> dict[str, Any]:
        async with playing(tmp_path) as playground:
            return dict(await playground.call("GET", f"/run/v2/{name}"))

    execution = asyncio.run(scenario())
    assert completed(execution)["state"] == "CONDITION_FAILED"
    assert "The local cloud stopped" in completed(execution)["message"]
    assert not psutil.pid_exists(int(pid))


# --- What keeps an execution from starting ---


def test_an_image_that_is_gone_fails_the_execution(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        image = await playground.image(FILES)
        await declare(playground, job(image))
        playground.cloud.store.delete_below("artifactregistry")
        ended = await playground.done("run", await begin(playground))

        assert ended["error"]["message"] == f"Image '{image}' not found."

    play(tmp_path, scenario)


def test_a_secret_that_may_not_be_read_fails_the_execution_whatever_its_number_of_tasks(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        playground.secret("key", "s3cret")
        body = job(await playground.image(FILES), count=3)
        secret = {"secretKeyRef": {"secret": "key", "version": "1"}}
        body["template"]["template"]["containers"][0]["env"] = [{"name": "KEY", "valueSource": secret}]
        declared = await declare(playground, body)
        execution = await execute(playground, body)

        assert "Permission denied on secret" in declared["error"]["message"]
        assert "Permission denied on secret" in completed(execution)["message"]
        assert {completed(task)["state"] for task in await tasks(playground, execution)} == {"CONDITION_FAILED"}

    play(tmp_path, scenario)


def test_a_service_of_the_same_place_is_not_disturbed_by_a_job(tmp_path: Path) -> None:
    """Both kinds of documents lie at the same depth of the store."""

    async def scenario() -> None:
        async with playing(tmp_path) as playground:
            await declare(playground, job(await playground.image(FILES)))
            await playground.serve(app())
        async with playing(tmp_path) as playground:
            assert [each["name"] for each in (await playground.call("GET", SERVICES))["services"]]
            assert [each["name"] for each in (await playground.call("GET", JOBS))["jobs"]] == [JOB]

    asyncio.run(scenario())
