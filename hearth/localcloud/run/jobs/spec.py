"""Fill in a job's defaults as Cloud Run does, and refuse what it refuses before anything is created.

Rules are Cloud Run's (Admin API v2 reference, "Jobs", and the pages on tasks, retries, timeouts and env variables).
"""

from collections.abc import Mapping
from typing import Any

from hearth.facts.cloud_run import SET_IN_JOBS
from hearth.localcloud.run import containers
from hearth.localcloud.run.access import default_account
from hearth.localcloud.run.containers import violation

_MOST_RETRIES = 10
_MOST_TASKS = 10_000
_LONGEST_TIMEOUT = 168 * 3600
_TASK = "job.template.template"


def complete(job: Mapping[str, Any], project: str) -> dict[str, Any]:
    """The job with every default filled in. Raises ApiError (400)."""
    template = {"taskCount": 1, **job.get("template", {})}
    # Zero is how clients say "the default".
    template["taskCount"] = template["taskCount"] or 1
    if not 1 <= template["taskCount"] <= _MOST_TASKS:
        raise violation("job.template.taskCount", f"{template['taskCount']} must be within 1 and {_MOST_TASKS}")
    if not 0 <= template.get("parallelism", 0) <= template["taskCount"]:
        raise violation("job.template.parallelism", f"{template['parallelism']} must not be above taskCount")
    template["template"] = _task(template.get("template", {}), project)
    return {"launchStage": "GA", **job, "template": template}


def _task(task: Mapping[str, Any], project: str) -> dict[str, Any]:
    full = {"maxRetries": 3, "timeout": "600s", "serviceAccount": default_account(project), **task}
    full = containers.complete(_TASK, full, SET_IN_JOBS)
    if not 0 <= full["maxRetries"] <= _MOST_RETRIES:
        raise violation(f"{_TASK}.maxRetries", f"{full['maxRetries']} must be within 0 and {_MOST_RETRIES}")
    return full | {"timeout": containers.seconds(f"{_TASK}.timeout", full["timeout"], _LONGEST_TIMEOUT)}
