"""What waits in a queue, and the queue of a process that is alone: for tests, and for one developer."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

from flask import Flask

from flask_hearth import task_names

MAX_BODY_BYTES: Final = 96 * 1024
"""A task has at most 100 KB (Cloud Tasks v2, tasks.create); the rest is for its address and headers."""

MAX_DELAY: Final = timedelta(days=30)
"""Cloud Tasks, "Quotas and limits": the maximum schedule time."""

Handler = Callable[[dict[str, Any]], object]
"""Gets the body that `enqueue` was given, empty from a schedule; what it returns counts for nothing."""


class QueueError(Exception):
    """The task was not enqueued, as far as can be told. The text is for the log."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One call that is due."""

    name: str
    body: bytes
    delay: timedelta = timedelta()
    deduplication_key: str | None = None


class Queue(Protocol):
    """Where tasks wait."""

    def add(self, task: Task) -> bool:
        """Whether it was added: False where there is, or was just now, one with its key. Raises QueueError."""


class MemoryQueue:
    """Tasks of this process, which end with it. They run when somebody says so."""

    def __init__(self) -> None:
        self._waiting: deque[Task] = deque()
        self._keys: set[tuple[str, str]] = set()

    def add(self, task: Task) -> bool:
        if task.deduplication_key is not None:
            key = (task.name, task.deduplication_key)
            if key in self._keys:
                return False
            self._keys.add(key)
        self._waiting.append(task)
        return True

    def run(self, app: Flask, handlers: Mapping[str, Handler]) -> int:
        """See `flask_hearth.tasks.run_pending`."""
        ran = 0
        for _ in range(len(self._waiting)):
            task = self._waiting.popleft()
            try:
                with app.test_request_context(f"{task_names.PATH}/{task.name}", method="POST", data=task.body):
                    handlers[task.name](json.loads(task.body))
            except BaseException:
                self._waiting.appendleft(task)
                raise
            ran += 1
        return ran
