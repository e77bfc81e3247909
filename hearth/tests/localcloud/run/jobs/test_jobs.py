"""Jobs over the Admin API: defaults, refusals, masks, dry runs, and how a job that could not run is told."""

from pathlib import Path
from typing import Any

import pytest

from hearth.localcloud.errors import ApiError
from hearth.localcloud.run.jobs import spec
from hearth.localcloud.run.jobs.shape import JOB as FIELDS
from hearth.tests.localcloud.build.playground import Playground, play
from hearth.tests.localcloud.run.jobs.workshop import FILES, JOB, JOBS, begin, declare, job


def completed(given: dict[str, Any]) -> dict[str, Any]:
    return spec.complete(FIELDS.settable(given), "demo-hearth")


def test_what_is_left_out_gets_cloud_runs_defaults() -> None:
    assert completed({"template": {"template": {"containers": [{"image": "i"}]}}}) == {
        "launchStage": "GA",
        "template": {
            "taskCount": 1,
            "template": {
                "maxRetries": 3,
                "timeout": "600s",
                "serviceAccount": "demo-hearth-compute@developer.gserviceaccount.com",
                "containers": [{"image": "i", "resources": {"limits": {"cpu": "1000m", "memory": "512Mi"}}}],
            },
        },
    }


def test_no_retries_are_not_taken_for_the_default() -> None:
    assert completed(job("i", maxRetries=0))["template"]["template"]["maxRetries"] == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "must have exactly one container, got 0"),
        ({"template": {"template": {"containers": [{"image": "i"}, {"image": "j"}]}}}, "does not play sidecars"),
        (job(""), "containers[0].image: must be set"),
        (job("i", count=10_001), "must be within 1 and 10000"),
        (job("i", count=2, parallelism=3), "must not be above taskCount"),
        (job("i", maxRetries=11), "must be within 0 and 10"),
        (job("i", maxRetries=-1), "must be within 0 and 10"),
        (job("i", timeout="0s"), "must be within 1s and 604800s"),
        (job("i", timeout="10m"), "must be within 1s"),
        (job("i", timeout="604801s"), "must be within 1s"),
        (job("i", volumes=[{"name": "v", "gcs": {"bucket": "b"}}]), 'Unknown name "gcs"'),
        (
            job("i", containers=[{"image": "i", "volumeMounts": [{"name": "v", "mountPath": "/v"}]}]),
            "'v' is not the name of a volume",
        ),
        ({**job("i"), "runExecutionToken": "a"}, 'Unknown name "runExecutionToken"'),
        (
            job("i", containers=[{"image": "i", "env": [{"name": "CLOUD_RUN_TASK_INDEX", "value": "1"}]}]),
            "reserved env names were provided: CLOUD_RUN_TASK_INDEX",
        ),
        (
            job("i", containers=[{"image": "i", "env": [{"name": "HEARTH_DATA_DIR", "value": "/"}]}]),
            "reserved env names",
        ),
        (job("i", containers=[{"image": "i", "resources": {"limits": {"cpu": "no"}}}]), "number of CPUs"),
    ],
)
def test_what_cloud_run_refuses_or_nobody_plays_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ApiError) as refusal:
        completed(given)

    assert refusal.value.code == 400
    assert said in refusal.value.message


def test_port_is_no_name_that_a_job_reserves() -> None:
    assert completed(job("i", containers=[{"image": "i", "env": [{"name": "PORT", "value": "1"}]}]))


def test_a_job_is_made_changed_and_listed(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        image = await playground.image(FILES)
        made = await playground.call("POST", f"{JOBS}?jobId=migrate", job(image))
        first = await playground.call("GET", f"{JOBS}/migrate")
        await playground.call("POST", f"{JOBS}?jobId=migrate", job(image), status=409)
        await playground.call("POST", f"{JOBS}?jobId=Migrate", job(image), status=400)
        await playground.call("PATCH", f"{JOBS}/migrate?updateMask=labels", {"labels": {"a": "b"}})
        changed = await playground.call("GET", f"{JOBS}/migrate")

        assert made["response"] == {"@type": "type.googleapis.com/google.cloud.run.v2.Job"} | first
        assert first["terminalCondition"]["state"] == "CONDITION_SUCCEEDED"
        assert (changed["labels"], changed["template"], changed["generation"]) == ({"a": "b"}, first["template"], "2")
        assert (changed["uid"], changed["createTime"]) == (first["uid"], first["createTime"])
        assert await playground.call("GET", JOBS) == {"jobs": [changed]}
        stale = await playground.call("PATCH", f"{JOBS}/migrate", first, status=409)
        assert stale["error"]["status"] == "ABORTED"

    play(tmp_path, scenario)


def test_a_dry_run_creates_nothing_and_runs_nothing(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        await playground.call("POST", f"{JOBS}?jobId=migrate&validateOnly=true", job("i"))
        await playground.call("GET", f"{JOBS}/migrate", status=404)
        await declare(playground, job(await playground.image(FILES)))
        operation = await playground.call("POST", f"{JOBS}/migrate:run", {"validateOnly": True})

        assert operation["done"]
        assert await playground.call("GET", f"{JOBS}/migrate/executions") == {}

    play(tmp_path, scenario)


def test_a_job_whose_image_is_missing_is_there_and_not_ready(tmp_path: Path) -> None:
    """Its operation fails, so that nobody takes it for deployed."""

    async def scenario(playground: Playground) -> None:
        operation = await declare(playground, job("us-central1-docker.pkg.dev/demo-hearth/app/web:gone"))
        found = await playground.call("GET", f"{JOBS}/migrate")

        assert "not found" in operation["error"]["message"]
        assert found["terminalCondition"]["state"] == "CONDITION_FAILED"
        assert found["terminalCondition"]["message"] == operation["error"]["message"]

    play(tmp_path, scenario)


def test_a_job_can_not_run_as_an_account_that_is_not_there(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        body = job("x", serviceAccount="nobody@demo-hearth.iam.gserviceaccount.com")
        answer = await playground.call("POST", f"{JOBS}?jobId=migrate", body, status=403)

        assert "iam.serviceaccounts.actAs" in answer["error"]["message"]

    play(tmp_path, scenario)


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        for method, path in (
            ("GET", ""),
            ("DELETE", ""),
            ("POST", ":run"),
            ("PATCH", ""),
            ("GET", "/executions"),
            ("GET", "/executions/x"),
            ("POST", "/executions/x:cancel"),
            ("GET", "/executions/x/tasks"),
        ):
            await playground.call(method, f"{JOBS}/migrate{path}", {} if method != "GET" else None, status=404)

    play(tmp_path, scenario)


def test_overrides_of_an_execution_are_refused_rather_than_ignored(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        await declare(playground, job(await playground.image(FILES)))
        answer = await playground.call("POST", f"{JOBS}/migrate:run", {"overrides": {"taskCount": 2}}, status=400)
        await playground.call("POST", f"{JOBS}/migrate:run", {"etag": "old"}, status=409)

        assert "RunJobRequest.overrides is not played" in answer["error"]["message"]

    play(tmp_path, scenario)


def test_executions_are_listed_newest_first(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        await declare(playground, job(await playground.image(FILES)))
        names = []
        for _ in range(3):
            ended = await playground.done("run", await begin(playground))
            names.append(ended["response"]["name"])
        listed = (await playground.call("GET", f"{JOBS}/migrate/executions"))["executions"]
        found = await playground.call("GET", f"{JOBS}/migrate")

        assert [each["name"] for each in listed] == names[::-1]
        assert all(name.startswith(f"{JOB}/executions/migrate-") for name in names)
        assert found["executionCount"] == 3

    play(tmp_path, scenario)
