"""The app's tasks are called by an account of their own, from a queue or by the clock, and only where a stack asks."""

import json

import pytest

from hearth.testing.recorder import Stack
from tests.infra.example import ON_GOOGLE, STACKS, run_stack

QUEUE = "gcp:cloudtasks/queue:Queue"
JOB = "gcp:cloudscheduler/job:Job"
SERVICE = "gcp:cloudrunv2/service:Service"
ACTS_AS = "gcp:serviceaccount/iAMMember:IAMMember"
WITH_QUEUE = {"app:taskQueue": "tasks"}
NIGHTLY = {"app:schedules": json.dumps({"nightly": "0 3 * * *"}), "app:timeZone": "Europe/Berlin"}
CALLER = "web-tasks@example-prod.iam.gserviceaccount.com"
AUDIENCE = "https://run.googleapis.com/v2/projects/example-prod/locations/us-central1/services/web"


def env(stack: Stack) -> dict[str, str]:
    container = stack.one(SERVICE).inputs["template"]["containers"][0]
    return {each["name"]: each.get("value", "") for each in container["envs"] if each["name"].startswith("TASKS_")}


def apis(stack: Stack) -> set[str]:
    enabled = {each.inputs["service"].partition(".")[0] for each in stack.of_type("gcp:projects/service:Service")}
    return enabled & {"cloudtasks", "cloudscheduler"}


@pytest.mark.parametrize("name", STACKS)
def test_a_stack_that_asks_for_neither_has_nothing_of_them(name: str) -> None:
    stack = run_stack(name)

    assert env(stack) == {}
    assert apis(stack) == set()
    assert [each.short for each in stack.resources if "task" in each.short.lower() or "schedule" in each.short] == []


def test_a_queue_calls_the_service_as_the_account_that_the_service_looks_for() -> None:
    stack = run_stack("prod", WITH_QUEUE)
    target = stack.one(QUEUE).inputs["httpTarget"]
    host = stack.one(SERVICE).outputs["uri"].removeprefix("https://")

    assert env(stack) == {
        "TASKS_CALLER": CALLER,
        "TASKS_AUDIENCE": AUDIENCE,
        "TASKS_QUEUE": "projects/example-prod/locations/us-central1/queues/web-tasks",
    }
    assert target["oidcToken"] == {"serviceAccountEmail": CALLER, "audience": AUDIENCE}
    assert target["uriOverride"] == {"scheme": "HTTPS", "host": host, "port": "0", "uriOverrideEnforceMode": "ALWAYS"}
    assert stack.one(QUEUE).inputs["name"] == "web-tasks"
    assert (apis(stack), stack.of_type(JOB)) == ({"cloudtasks"}, [])


def test_the_service_may_fill_its_queue_and_have_calls_made_as_the_caller_alone() -> None:
    stack = run_stack("prod", WITH_QUEUE)
    enqueues = stack.one("gcp:cloudtasks/queueIamMember:QueueIamMember").inputs
    acts = [each.inputs for each in stack.of_type(ACTS_AS)]
    agent = stack.one("gcp:projects/serviceIdentity:ServiceIdentity", "task-queue-agent")

    runtime = "serviceAccount:web-run@example-prod.iam.gserviceaccount.com"
    assert (enqueues["name"], enqueues["role"], enqueues["member"]) == (
        "web-tasks",
        "roles/cloudtasks.enqueuer",
        runtime,
    )
    assert agent.inputs["service"] == "cloudtasks.googleapis.com"
    assert {each["member"] for each in acts} == {runtime, agent.outputs["member"]}
    assert {each["serviceAccountId"].rpartition("/")[2] for each in acts} == {CALLER}
    assert {each["role"] for each in acts} == {"roles/iam.serviceAccountUser"}


def test_the_account_that_calls_has_no_right() -> None:
    stack = run_stack("prod", WITH_QUEUE | NIGHTLY)

    assert [each.short for each in stack.resources if CALLER in str(each.inputs.get("member"))] == []


def test_tasks_leave_half_of_the_service_to_its_visitors() -> None:
    def at_a_time(**settings: str) -> int:
        config = {f"app:{key}": value for key, value in settings.items()}
        found: int = run_stack("prod", WITH_QUEUE | config).one(QUEUE).inputs["rateLimits"]["maxConcurrentDispatches"]
        return found

    assert at_a_time() == 400
    assert at_a_time(concurrency="1", minInstances="0", maxInstances="1") == 1


def test_the_attempts_of_a_task_last_over_a_weekend_and_the_last_one_is_logged() -> None:
    queue = run_stack("prod", WITH_QUEUE).one(QUEUE).inputs
    retry = queue["retryConfig"]
    longest = int(retry["maxBackoff"].removesuffix("s"))
    pauses = [min(longest, 2 ** min(at, retry["maxDoublings"])) for at in range(int(retry["maxAttempts"]) - 1)]

    assert retry["minBackoff"] == "1s"
    assert sum(pauses) > 3 * 24 * 3600
    assert queue["stackdriverLoggingConfig"] == {"samplingRatio": 1.0}


def test_a_schedule_calls_its_task_at_the_services_own_address() -> None:
    stack = run_stack("prod", NIGHTLY)
    job = stack.one(JOB).inputs

    assert (job["name"], job["schedule"], job["timeZone"]) == ("web-nightly", "0 3 * * *", "Europe/Berlin")
    assert job["httpTarget"] == {
        "httpMethod": "POST",
        "uri": f"{stack.one(SERVICE).outputs['uri']}/_tasks/nightly",
        "oidcToken": {"serviceAccountEmail": CALLER, "audience": AUDIENCE},
    }
    assert job["retryConfig"]["retryCount"] == 3
    assert env(stack) == {"TASKS_CALLER": CALLER, "TASKS_AUDIENCE": AUDIENCE}
    assert (apis(stack), stack.of_type(QUEUE)) == ({"cloudscheduler"}, [])


@pytest.mark.parametrize(("seconds", "deadline"), [("1", "15s"), ("60", "60s"), ("3600", "1800s")])
def test_a_scheduled_call_ends_with_the_services_own_time_limit(seconds: str, deadline: str) -> None:
    config = NIGHTLY | {"app:requestTimeoutSeconds": seconds}

    assert run_stack("prod", config).one(JOB).inputs["attemptDeadline"] == deadline


@pytest.mark.parametrize("name", ON_GOOGLE)
def test_everything_waits_until_the_apis_answer(name: str) -> None:
    stack = run_stack(name, WITH_QUEUE | NIGHTLY)
    made = [
        each for each in stack.resources if each.custom and each.parent in {"task-caller", "task-queue", "schedules"}
    ]

    assert len(made) == 7
    assert [each.short for each in made if "Settled apis-settled" not in stack.dependencies(each)] == []


def test_in_production_the_queue_with_what_waits_in_it_is_protected() -> None:
    assert run_stack("prod", WITH_QUEUE).one(QUEUE).protect


def test_ci_may_make_them_where_the_stack_has_them_and_nowhere_else() -> None:
    def roles(config: dict[str, str]) -> set[str]:
        delivery = {"app:deliveryRepository": "acme/web", "app:deliveryRepositoryId": "1234"}
        granted = run_stack("prod", delivery | config).of_type("gcp:projects/iAMMember:IAMMember")
        return {each.inputs["role"] for each in granted} & {"roles/cloudtasks.queueAdmin", "roles/cloudscheduler.admin"}

    assert roles({}) == set()
    assert roles(WITH_QUEUE) == {"roles/cloudtasks.queueAdmin"}
    assert roles(NIGHTLY) == {"roles/cloudscheduler.admin"}
