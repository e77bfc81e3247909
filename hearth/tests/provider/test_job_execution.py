"""A job that has to succeed before anything else goes on."""

from typing import Any

import pytest

from hearth.plugin.kinds import UNKNOWN, Context, ProviderError, Values
from hearth.provider.clients.credentials import Tokens
from hearth.provider.clients.endpoints import Endpoints
from hearth.provider.clients.session import Session
from hearth.provider.job_execution import JobExecution
from hearth.tests.provider.fake_clock import FakeClock
from hearth.tests.provider.fake_jobs import FAILED, IMAGE, JOB, TASK, FakeJobs
from hearth.tests.provider.fake_server import BUSY, DENIED, FakeServer

OTHER_TASK = {**TASK, "containers": [{"image": "older"}]}


def inputs(**changes: object) -> Values:
    given = {"project": "demo-shop", "region": "us-central1", "job": "web-migrate", "image": IMAGE, "template": "1"}
    return {**given, **changes}


@pytest.fixture
def jobs(server: FakeServer) -> FakeJobs:
    return FakeJobs(server)


@pytest.fixture
def kind(session: Session, clock: FakeClock) -> JobExecution:
    return JobExecution(session, clock)


def test_the_job_is_run_and_waited_for(jobs: FakeJobs, kind: JobExecution, context: Context) -> None:
    created = kind.create(context, inputs(), preview=False)

    assert jobs.started == 1
    assert created.id == JOB
    execution = f"{JOB}/executions/web-migrate-1"
    assert created.outputs == {**inputs(), "execution": execution, "completed": "2026-01-01T00:00:00Z"}


def test_a_failed_execution_is_an_error_with_its_reason_and_its_last_lines(
    jobs: FakeJobs, kind: JobExecution, context: Context
) -> None:
    """Not a resource that exists but did not come up: then the state would hold the new inputs."""
    jobs.outcome = FAILED
    jobs.lines = [
        {"textPayload": "Traceback (most recent call last):\n"},
        {"jsonPayload": {"message": "no such table: items"}},
        {"jsonPayload": {"other": 1}},
    ]

    with pytest.raises(ProviderError) as failure:
        kind.create(context, inputs(), preview=False)

    assert type(failure.value) is ProviderError
    assert str(failure.value).startswith(
        "The job 'web-migrate' failed, in its execution web-migrate-1: NON_ZERO_EXIT_CODE: Task web-migrate-1-task0 "
        "failed with message: The container exited with an error.\n"
        "Its last lines:\n    Traceback (most recent call last):\n    no such table: items\nResources that depend on it"
    )


def test_a_message_that_has_the_log_in_it_is_not_followed_by_the_log_again(
    server: FakeServer, jobs: FakeJobs, kind: JobExecution, context: Context
) -> None:
    jobs.outcome = FAILED | {"message": "failed\nLast lines:\nno such table"}

    with pytest.raises(ProviderError, match="no such table\nResources that depend on it"):
        kind.create(context, inputs(), preview=False)
    assert server.seen("POST", "entries:list") == []


def test_lines_that_reach_the_log_late_are_waited_for(
    jobs: FakeJobs, kind: JobExecution, clock: FakeClock, context: Context
) -> None:
    jobs.outcome = FAILED
    clock.on_wait = lambda now: jobs.lines.append({"textPayload": "late"}) if now > 3 else None

    with pytest.raises(ProviderError, match="Its last lines:\n    late\n"):
        kind.create(context, inputs(), preview=False)


@pytest.mark.parametrize("faults", [0, 1])
def test_a_failure_without_a_readable_log_is_a_failure_all_the_same(
    server: FakeServer, jobs: FakeJobs, kind: JobExecution, context: Context, faults: int
) -> None:
    jobs.outcome = FAILED
    server.fail("POST", "entries:list", DENIED, times=faults * 100)

    with pytest.raises(ProviderError, match=r"exited with an error.\nResources that depend on it"):
        kind.create(context, inputs(), preview=False)


def test_an_update_runs_the_job_again(jobs: FakeJobs, kind: JobExecution, context: Context) -> None:
    jobs.add()["completionTime"] = "then"

    outputs = kind.update(context, JOB, inputs(), inputs(), inputs(template="2"), preview=False)

    assert jobs.started == 1
    assert outputs["execution"] == f"{JOB}/executions/web-migrate-2"
    assert outputs["template"] == "2"


# --- What was begun before ---


def test_an_execution_of_the_same_job_that_still_runs_is_taken_up(
    jobs: FakeJobs, kind: JobExecution, context: Context, said: list[str]
) -> None:
    """The engine was killed while it waited; a second one beside it would migrate at the same time."""
    jobs.add()

    created = kind.create(context, inputs(), preview=False)

    assert jobs.started == 0
    assert created.outputs["execution"].endswith("/web-migrate-1")
    assert "web-migrate-1 is already running" in said


def test_an_execution_of_an_older_job_is_waited_for_and_then_the_job_is_run(
    jobs: FakeJobs, kind: JobExecution, context: Context
) -> None:
    jobs.add(OTHER_TASK)
    jobs.outcome = FAILED
    running = jobs.executions[0]
    jobs.server.on_request = lambda request: (
        setattr(jobs, "outcome", {"type": "Completed", "state": "CONDITION_SUCCEEDED"})
        if request.path.endswith(":run")
        else None
    )

    created = kind.create(context, inputs(), preview=False)

    assert running["completionTime"]
    assert jobs.started == 1
    assert created.outputs["execution"].endswith("/web-migrate-2")


@pytest.mark.parametrize("answer", [BUSY, None], ids=["busy", "broken"])
def test_a_start_without_an_answer_is_not_repeated_while_it_runs(
    server: FakeServer, jobs: FakeJobs, kind: JobExecution, context: Context, answer: Any
) -> None:
    server.fail("POST", ":run$", answer, carried_out=True)

    created = kind.create(context, inputs(), preview=False)

    assert jobs.started == 1
    assert created.outputs["execution"].endswith("/web-migrate-1")


def test_a_start_that_never_arrived_is_repeated(
    server: FakeServer, jobs: FakeJobs, kind: JobExecution, context: Context
) -> None:
    server.fail("POST", ":run$", BUSY)

    kind.create(context, inputs(), preview=False)

    assert len(jobs.executions) == 1


def test_a_refused_start_is_told_at_once(
    server: FakeServer, jobs: FakeJobs, kind: JobExecution, clock: FakeClock, context: Context
) -> None:
    server.fail("POST", ":run$", DENIED, times=100)

    with pytest.raises(ProviderError, match="Could not run the job web-migrate: The caller does not have permission"):
        kind.create(context, inputs(), preview=False)
    assert (jobs.started, clock.time) == (1, 0)


# --- Time ---


def test_an_execution_that_takes_too_long_goes_on_and_is_said_to(
    jobs: FakeJobs, kind: JobExecution, clock: FakeClock, context: Context
) -> None:
    """Two attempts of a minute, and what Cloud Run may take beyond."""
    jobs.outcome = None

    with pytest.raises(ProviderError, match=r"web-migrate-1 has not ended after 7m00s\. It is still running"):
        kind.create(context, inputs(), preview=False)
    assert clock.time == pytest.approx(420)


def test_the_resources_own_timeout_holds(
    jobs: FakeJobs, kind: JobExecution, clock: FakeClock, context: Context
) -> None:
    jobs.outcome = None

    with pytest.raises(ProviderError, match="has not ended after 9s"):
        kind.create(Context(urn=context.urn, timeout=9.0), inputs(), preview=False)
    assert clock.time == pytest.approx(9)


def test_cancelling_leaves_the_execution_to_the_next_run(
    jobs: FakeJobs, kind: JobExecution, clock: FakeClock, context: Context
) -> None:
    jobs.outcome = None
    clock.on_wait = lambda now: context.cancelled.set() if now > 3 else None

    with pytest.raises(ProviderError, match="Stopped before web-migrate-1 ended; it is still running"):
        kind.create(context, inputs(), preview=False)


def test_progress_is_told_now_and_then(jobs: FakeJobs, kind: JobExecution, context: Context, said: list[str]) -> None:
    jobs.outcome = None
    with pytest.raises(ProviderError):
        kind.create(Context(urn=context.urn, say=said.append, timeout=60.0), inputs(), preview=False)

    assert said[:2] == ["starting", "web-migrate-1 is running (0s)"]
    assert 4 <= len(said) <= 6


# --- A job that is not the one meant ---


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (None, "does not exist"),
        ({"template": {"template": OTHER_TASK}}, "is on the image older, not on"),
        ({"template": {}}, r"is on the image \(none\)"),
        ({"reconciling": True}, "Cloud Run is still updating it"),
        (
            {"terminalCondition": {"state": "CONDITION_FAILED", "message": "Permission denied on secret: key."}},
            "is not ready: Permission denied on secret: key. It was not run",
        ),
        ({"terminalCondition": {}}, "is not ready"),
    ],
)
def test_a_job_whose_last_update_did_not_arrive_is_not_run(
    jobs: FakeJobs, kind: JobExecution, context: Context, change: dict[str, Any] | None, message: str
) -> None:
    """After a failed update the state of the job's own resource passes for the new one."""
    jobs.job = None if change is None or jobs.job is None else jobs.job | change

    with pytest.raises(ProviderError, match=message):
        kind.create(context, inputs(), preview=False)
    assert jobs.started == 0


# --- The rest of a resource's life ---


def test_a_preview_asks_nobody(server: FakeServer, kind: JobExecution, context: Context) -> None:
    unsettled = inputs(image=UNKNOWN, template=UNKNOWN)

    assert kind.check(context, None, unsettled).failures == []
    assert kind.create(context, unsettled, preview=True).outputs["execution"] is UNKNOWN
    assert kind.update(context, JOB, inputs(), inputs(), unsettled, preview=True)["completed"] is UNKNOWN
    assert server.requests == []


def test_only_a_changed_input_runs_it_again(kind: JobExecution, context: Context) -> None:
    def changed(**changes: object) -> tuple[set[str], set[str]]:
        diff = kind.diff(context, JOB, inputs(), inputs(), inputs(**changes))
        return set(diff.changed), set(diff.replace)

    assert changed() == (set(), set())
    assert changed(template="2", image="x") == ({"template", "image"}, set())
    assert changed(job="other") == ({"job"}, {"job"})
    assert changed(region="europe-west1") == ({"region"}, {"region"})


def test_a_refresh_drops_it_with_its_job_and_an_import_is_refused(
    jobs: FakeJobs, kind: JobExecution, context: Context
) -> None:
    """Made anew, a job has nothing behind it yet."""
    found = kind.read(context, JOB, inputs(), inputs())
    jobs.job = None

    assert found is not None
    assert (found.inputs, found.outputs) == (inputs(), inputs())
    assert kind.read(context, JOB, inputs(), inputs()) is None
    with pytest.raises(ProviderError, match="cannot be imported"):
        kind.read(context, JOB, None, None)


@pytest.mark.parametrize(
    ("changes", "property"),
    [
        ({"project": "No"}, "project"),
        ({"region": "moon"}, "region"),
        ({"job": "Web"}, "job"),
        ({"image": 3}, "image"),
        ({"args": ["x"]}, "args"),
    ],
)
def test_a_bad_input_is_refused(
    kind: JobExecution, context: Context, changes: dict[str, object], property: str
) -> None:
    assert [each.property for each in kind.check(context, None, inputs(**changes)).failures] == [property]


def test_a_local_project_is_not_asked_for_at_google(clock: FakeClock, context: Context) -> None:
    kind = JobExecution(Session(Endpoints({}), Tokens({})), clock)

    assert [each.property for each in kind.check(context, None, inputs()).failures] == ["project"]
