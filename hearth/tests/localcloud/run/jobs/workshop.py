"""A job to run, and how its tests run it."""

from collections.abc import Mapping
from typing import Any

from hearth.tests.localcloud.build.playground import PROJECT, Playground

JOBS = f"/run/v2/projects/{PROJECT}/locations/us-central1/jobs"
JOB = f"projects/{PROJECT}/locations/us-central1/jobs/migrate"

_MAIN = """
import json, os, sys, time

env = os.environ
print("task", env["CLOUD_RUN_TASK_INDEX"], "attempt", env["CLOUD_RUN_TASK_ATTEMPT"], flush=True)
exec(env.get("DO", ""))
"""
FILES = {
    "Dockerfile": 'FROM python\nWORKDIR /app\nCOPY main.py .\nCMD ["python", "main.py"]',
    "main.py": _MAIN,
}
"""It says which task it is, and does what its variable DO says in Python."""


def job(image: str, do: str = "", *, count: int = 1, parallelism: int = 0, **task: Any) -> dict[str, Any]:
    container = {"image": image, "env": [{"name": "DO", "value": do}]}
    template = {"maxRetries": 0, "containers": [container], **task}
    return {"template": {"taskCount": count, "parallelism": parallelism, "template": template}}


async def declare(playground: Playground, body: Mapping[str, Any], name: str = "migrate") -> dict[str, Any]:
    """Create or change a job; its operation, which has ended."""
    operation = await playground.call("PATCH", f"{JOBS}/{name}?allowMissing=true", body)
    assert operation["done"]
    return dict(operation)


async def begin(playground: Playground, name: str = "migrate") -> dict[str, Any]:
    """The operation of a new execution."""
    return dict(await playground.call("POST", f"{JOBS}/{name}:run", {}))


async def execute(playground: Playground, body: Mapping[str, Any]) -> dict[str, Any]:
    """Declare a job and run it; the execution at its end."""
    await declare(playground, body)
    ended = await playground.done("run", await begin(playground))
    return dict(await playground.call("GET", f"/run/v2/{ended['metadata']['name']}"))


async def tasks(playground: Playground, execution: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list((await playground.call("GET", f"/run/v2/{execution['name']}/tasks"))["tasks"])


def completed(execution: Mapping[str, Any]) -> dict[str, Any]:
    """The condition that says how it ended."""
    return dict(execution["conditions"][0])
