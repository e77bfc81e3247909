"""Cloud Logging, as far as it tells why a build or an execution failed."""

from typing import Any

import pytest

from hearth.catalog.apis import LOGGING
from hearth.tests.localcloud.running import LocalCloud

BUILD = "0a1b2c3d-0000-4000-8000-000000000001"
QUESTION: dict[str, object] = {
    "resourceNames": ["projects/demo-test"],
    "filter": f'resource.type="build" AND resource.labels.build_id="{BUILD}"',
}


@pytest.fixture(autouse=True)
def _build(local: LocalCloud) -> None:
    """A build that wrote three lines."""
    name = f"cloudbuild/projects/demo-test/locations/global/builds/{BUILD}"
    local.in_loop(lambda cloud: cloud.store.put(name, {"id": BUILD}))
    log = local.root / "logs" / "builds" / f"{BUILD}.log"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"one\ntwo \xff\nthree\n")


def lines(local: LocalCloud, **changes: object) -> list[str]:
    entries = local.call("POST", LOGGING, "entries:list", QUESTION | changes)["entries"]
    return [entry["textPayload"] for entry in entries]


def test_a_builds_lines_come_in_the_order_that_is_asked_for(local: LocalCloud) -> None:
    assert lines(local) == ["one", "two \ufffd", "three"]
    assert lines(local, orderBy="timestamp desc", pageSize=2) == ["three", "two \ufffd"]


@pytest.mark.parametrize(
    "changes",
    [
        {"resourceNames": ["projects/demo-other"]},
        {"filter": 'resource.type="build" AND resource.labels.build_id="0a1b"'},
    ],
)
def test_other_builds_have_no_entries(local: LocalCloud, changes: dict[str, object]) -> None:
    assert lines(local, **changes) == []


EXECUTION = "migrate-abcde"
NESTED = '{"a": ' + "[" * 100_000


@pytest.fixture
def _execution(local: LocalCloud) -> None:
    """Two executions of a job, which write into one log."""
    for each in (EXECUTION, "migrate-fghij"):
        name = f"run/projects/demo-test/locations/us-central1/jobs/migrate/executions/{each}"
        local.in_loop(lambda cloud, name=name: cloud.store.put(name, {"name": name}))  # type: ignore[misc]
    log = local.root / "logs" / "jobs" / "migrate.log"
    log.parent.mkdir(parents=True)
    log.write_text(
        "migrate-abcde-task0 | one\nmigrate-fghij-task0 | not mine\nmigrate-abcde-task1 | a | b\n"
        'migrate-abcde-task0 | {"severity": "ERROR", "message": "no table"}\nmigrate-abcde-task0 | {no JSON\n'
        f"migrate-abcde-task0 | {NESTED}\n",
        encoding="utf-8",
    )


def entries(local: LocalCloud, job: str = "migrate", execution: str = EXECUTION, **changes: object) -> Any:
    wanted = (
        f'resource.type="cloud_run_job" AND resource.labels.job_name="{job}" AND '
        f'labels."run.googleapis.com/execution_name"="{execution}"'
    )
    return local.call("POST", LOGGING, "entries:list", QUESTION | {"filter": wanted} | changes)["entries"]


@pytest.mark.usefixtures("_execution")
def test_an_executions_lines_are_its_own_and_structured_ones_stay_structured(local: LocalCloud) -> None:
    found = entries(local)

    assert [each.get("textPayload", each.get("jsonPayload")) for each in found] == [
        "one",
        "a | b",
        {"message": "no table"},
        "{no JSON",
        NESTED,
    ]
    assert [each.get("severity") for each in found] == [None, None, "ERROR", None, None]
    assert found[1]["labels"]["run.googleapis.com/task_index"] == "1"
    assert [each["textPayload"] for each in entries(local, orderBy="timestamp desc", pageSize=1)] == [NESTED]


@pytest.mark.usefixtures("_execution")
@pytest.mark.parametrize(
    "other",
    [{"job": "other"}, {"execution": "migrate-zzzzz"}, {"resourceNames": ["projects/demo-other"]}],
)
def test_other_executions_have_no_entries(local: LocalCloud, other: dict[str, Any]) -> None:
    assert entries(local, **other) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"filter": ""},
        {"filter": 'resource.type="cloud_run_revision"'},
        {"filter": 'resource.type="build" AND resource.labels.build_id="../../cloud"'},
        {"filter": 'resource.type="cloud_run_job" AND resource.labels.job_name="migrate"'},
        {"orderBy": "severity"},
        {"pageToken": "x"},
    ],
)
def test_other_questions_are_refused(local: LocalCloud, changes: dict[str, object]) -> None:
    """An empty answer would look as if nothing had been written."""
    error = local.call("POST", LOGGING, "entries:list", QUESTION | changes, status=501)["error"]

    assert "answers entries:list only for" in error["message"]


@pytest.mark.parametrize(
    "changes",
    [
        {"resourceNames": []},
        {"resourceNames": "projects/demo-test"},
        {"pageSize": -1},
        {"pageSize": "2"},
        {"filter": 7},
    ],
)
def test_a_bad_question_is_refused(local: LocalCloud, changes: dict[str, object]) -> None:
    local.call("POST", LOGGING, "entries:list", QUESTION | changes, status=400)
