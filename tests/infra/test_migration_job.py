"""The schema is brought up to date by the image that needs it, before it serves, and only where there is a schema."""

from collections.abc import Mapping

import pytest

from hearth.testing.recorder import Stack
from tests.infra.example import ON_GOOGLE, run_stack

JOB = "gcp:cloudrunv2/job:Job"
EXECUTION = "hearth:run:JobExecution"
SERVICE = "gcp:cloudrunv2/service:Service"
IMAGE = "us-docker.pkg.dev/shop-dev/web/web@sha256:" + "b" * 64


def fingerprint(stack: Stack) -> str:
    return str(stack.one(EXECUTION).inputs["template"])


@pytest.mark.parametrize(
    ("name", "config"),
    [
        *((name, {}) for name in ON_GOOGLE),
        ("local", {"app:migrationCommand": ""}),
        ("local", {"app:migrationCommand": "", "app:database": "none"}),
    ],
)
def test_where_there_is_no_schema_or_no_command_there_is_no_job(name: str, config: Mapping[str, str]) -> None:
    assert run_stack(name, config).of_type(JOB) == []
    assert run_stack(name, config).of_type(EXECUTION) == []


def test_the_command_is_the_stacks_in_words_and_not_a_shells() -> None:
    """Also for a database that the stack doesn't make."""
    config = {"app:migrationCommand": "flask --app 'shop:create_app()' init-db", "app:database": "none"}
    (task,) = run_stack("local", config).one(JOB).inputs["template"]["template"]["containers"]

    assert [*task["commands"], *task["args"]] == ["flask", "--app", "shop:create_app()", "init-db"]


@pytest.mark.parametrize("config", [{}, {"app:image": IMAGE}])
def test_the_job_runs_the_very_image_that_will_serve(config: Mapping[str, str]) -> None:
    stack = run_stack("local", config)
    task = stack.one(JOB).inputs["template"]["template"]
    revision = stack.one(SERVICE).inputs["template"]

    assert task["containers"][0]["image"] == revision["containers"][0]["image"]
    assert stack.one(EXECUTION).inputs["image"] == revision["containers"][0]["image"]
    assert task["serviceAccount"] == revision["serviceAccount"]


def test_the_service_waits_for_the_execution_and_not_only_for_the_job() -> None:
    stack = run_stack("local")

    assert stack.one(EXECUTION).short in stack.one(SERVICE).depends_on


@pytest.mark.parametrize(
    "change", [{"app:image": IMAGE}, {"app:logLevel": "error"}], ids=lambda change: next(iter(change))
)
def test_what_changes_the_job_runs_it_again(change: Mapping[str, str]) -> None:
    assert fingerprint(run_stack("local", change)) != fingerprint(run_stack("local"))


@pytest.mark.parametrize(
    "change",
    [{"app:maxInstances": "5"}, {"app:memory": "1Gi"}, {"app:concurrency": "40"}],
    ids=lambda change: next(iter(change)),
)
def test_what_is_only_about_the_server_does_not_run_it_again(change: Mapping[str, str]) -> None:
    assert fingerprint(run_stack("local", change)) == fingerprint(run_stack("local"))


def test_a_failed_migration_is_not_tried_again_behind_its_readers_back() -> None:
    assert run_stack("local").one(JOB).inputs["template"]["template"]["maxRetries"] == 0


def test_no_execution_is_begun_by_googles_provider() -> None:
    """It would take a failed one for done at the next unchanged `up`."""
    assert {"runExecutionToken", "startExecutionToken"}.isdisjoint(run_stack("local").one(JOB).inputs)
