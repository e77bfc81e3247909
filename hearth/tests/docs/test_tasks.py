"""docs/tasks.md is executed: its recipes are declared beside the program, and the guards let them pass."""

import re
import sys
from typing import Any

import pytest

from flask_hearth.tests.docs.page import page
from hearth import project
from hearth.testing.recorder import Stack
from hearth.tests.example import ROOT, run_stack

PAGE = page("tasks.md")
RECIPES = dict(re.findall(r"```python\n# infra/(\w+)\.py\n(.*?)```", PAGE, flags=re.DOTALL))
IMAGE = "us-docker.pkg.dev/a-shop/web/web@sha256:" + "b" * 64
ASKED = {"app:schedules": '{"nightly": "0 3 * * *"}', "app:image": IMAGE}


def declare(name: str) -> Any:
    """The function of a recipe."""
    space: dict[str, Any] = {}
    exec(compile(RECIPES[name], f"docs/tasks.md: {name}", "exec"), space)  # noqa: S102 - the page's own code
    return space["declare"]


def with_recipe(name: str, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """The program in production with the recipe's function called after `web`, as the page says."""
    build = project.program(ROOT)
    module: Any = sys.modules[build.__module__]
    original = module.WebService

    def web(name_: str, stack: Any, *, container: Any, after: Any) -> Any:
        made = original(name_, stack, container=container, after=after)
        if name == "orders_topic":
            (caller,) = (each for each in after if type(each).__name__ == "TaskCaller")
            declare(name)(stack, caller=caller.account, service_uri=made.uri, settled=after[0])
        else:
            declare(name)(stack, container=container, after=after)
        return made

    monkeypatch.setattr(module, "WebService", web)
    return run_stack("prod", ASKED, program=build)


def test_the_page_has_the_recipes_that_are_executed_here() -> None:
    assert set(RECIPES) == {"orders_topic", "nightly_job"}


def test_messages_are_pushed_to_a_task_with_a_token_that_the_service_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = with_recipe("orders_topic", monkeypatch)
    push = stack.one("gcp:pubsub/subscription:Subscription").inputs["pushConfig"]
    nightly = stack.one("gcp:cloudscheduler/job:Job").inputs["httpTarget"]

    assert push["oidcToken"] == nightly["oidcToken"]
    assert push["pushEndpoint"] == nightly["uri"].replace("nightly", "orders")


def test_the_job_of_the_services_image_is_started_by_an_account_that_can_do_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stack = with_recipe("nightly_job", monkeypatch)
    job = stack.one("gcp:cloudrunv2/job:Job", "report")
    target = stack.one("gcp:cloudscheduler/job:Job", "report").inputs["httpTarget"]
    email = target["oauthToken"]["serviceAccountEmail"]
    service = stack.one("gcp:cloudrunv2/service:Service").inputs["template"]["containers"][0]

    assert target["uri"].endswith(f"/locations/us-central1/jobs/{job.inputs['name']}:run")
    assert job.inputs["template"]["template"]["containers"][0]["image"] == service["image"]
    granted = [(each.type, each.inputs["role"]) for each in stack.resources if email in str(each.inputs.get("member"))]
    assert granted == [("gcp:cloudrunv2/jobIamMember:JobIamMember", "roles/run.invoker")]
