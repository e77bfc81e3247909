"""Who calls the app's tasks, and where it enqueues them: TASKS_CALLER, TASKS_AUDIENCE and TASKS_QUEUE, set together."""

import re
from typing import Final

from pydantic import ValidationInfo

from flask_hearth.rules.environments import is_local_development
from flask_hearth.task_names import IN_MEMORY

_QUEUE: Final = re.compile(r"projects/[^/\s]+/locations/[^/\s]+/queues/[^/\s]+")
_ACCOUNT: Final = re.compile(r"[^@\s]+@[^@\s]+\.gserviceaccount\.com")


def caller(value: str | None, info: ValidationInfo) -> str | None:
    """The rule of TASKS_CALLER and EDITS_CALLER."""
    if value is not None and not _ACCOUNT.fullmatch(value):
        raise ValueError(
            f"{str(info.field_name).upper()} is {value!r}: that is not a service account, so no call would be "
            "accepted. Set it to the address of the account that Google's services call as, as the stack does, or "
            "unset it."
        )
    return value


def audience(value: str | None, info: ValidationInfo) -> str | None:
    """The rule of TASKS_AUDIENCE."""
    if (value is None) != (info.data.get("tasks_caller", value) is None):
        raise ValueError(
            "Of TASKS_AUDIENCE and TASKS_CALLER one is set without the other, and a call is checked by both. Set both, "
            "as the stack does with app:taskQueue or app:schedules, or none."
        )
    return value


def queue(value: object, info: ValidationInfo) -> object:
    """The rule of TASKS_QUEUE. By default a developer's tasks wait in memory, and anybody else has no queue."""
    if value is None:
        return IN_MEMORY if is_local_development(info.data) else None
    if value == IN_MEMORY:
        if info.data.get("k_service"):
            raise ValueError(
                f"TASKS_QUEUE is {IN_MEMORY!r} on Cloud Run: tasks would be lost with the instance, and none would "
                "ever run. Set it to a queue, as the stack does with app:taskQueue, or unset it."
            )
        return value
    if not _QUEUE.fullmatch(str(value)):
        raise ValueError(
            f"TASKS_QUEUE is {value!r}: that is not a queue's full name, so no task could be enqueued. Set it to "
            f"projects/PROJECT/locations/REGION/queues/NAME, to {IN_MEMORY!r} off Cloud Run, or unset it."
        )
    if "tasks_audience" in info.data and info.data["tasks_audience"] is None:
        raise ValueError(
            "TASKS_QUEUE is set without TASKS_CALLER and TASKS_AUDIENCE: every call of the queue would be refused. Set "
            "all three, as the stack does with app:taskQueue, or none."
        )
    return value
