"""Fill in a job's defaults as Cloud Run does, and refuse what it refuses before anything is created.

Rules are Cloud Run's (Admin API v2 reference, "Jobs", and the pages on tasks, retries, timeouts and env variables).
"""

import re
from collections.abc import Mapping
from typing import Any

from hearth.localcloud.run.access import default_account
from hearth.localcloud.run.containers import check_env, check_image, check_mounts, complete_resources, violation

RESERVED = frozenset(
    {"CLOUD_RUN_JOB", "CLOUD_RUN_EXECUTION", "CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_TASK_ATTEMPT", "CLOUD_RUN_TASK_COUNT"}
)
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
    containers = task.get("containers", [])
    if len(containers) != 1:
        raise violation(
            f"{_TASK}.containers", f"must have exactly one container, got {len(containers)}; sidecars are not played"
        )
    full = {"maxRetries": 3, "timeout": "600s", "serviceAccount": default_account(project), **task}
    if not 0 <= full["maxRetries"] <= _MOST_RETRIES:
        raise violation(f"{_TASK}.maxRetries", f"{full['maxRetries']} must be within 0 and {_MOST_RETRIES}")
    seconds = re.fullmatch(r"(\d+)(?:\.0+)?s", full["timeout"])
    if not seconds or not 1 <= int(seconds[1]) <= _LONGEST_TIMEOUT:
        raise violation(f"{_TASK}.timeout", f"{full['timeout']!r} must be within 1s and {_LONGEST_TIMEOUT}s")
    full["timeout"] = f"{seconds[1]}s"
    check_mounts(_TASK, full)
    where = f"{_TASK}.containers[0]"
    check_image(where, containers[0])
    check_env(f"{where}.env", containers[0].get("env", []), RESERVED)
    full["containers"] = [{**containers[0], "resources": complete_resources(where, containers[0])}]
    return full
