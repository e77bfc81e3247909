"""Tasks: work that a queue hands back to this service (Cloud Tasks), or that the clock asks for (Cloud Scheduler).

    tasks = Tasks()

    @tasks.task("send-receipt")
    def send_receipt(body): ...

    Hearth(tasks=tasks).init_app(app)
    enqueue("send-receipt", {"order": 7})

Both kinds of call are the same request, a POST to `/_tasks/NAME` with the token of an account that does nothing else:
so a schedule names a task, with no body. An app without tasks has neither the route nor its imports.

A task runs at least once, at any time, in any order: what a second run must not do again is the handler's to see. It is
done when the handler returns; whatever it raises makes the queue call again, after a pause that grows. How often, and
how many at a time, is the queue's to say. Left out: results, and waiting for one.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from flask import Flask

from flask_hearth import state
from flask_hearth.task_names import IN_MEMORY, NAME
from flask_hearth.tasks.queues import MAX_BODY_BYTES, MAX_DELAY, Handler, MemoryQueue, Queue, QueueError, Task

__all__ = ["Handler", "QueueError", "Tasks", "enqueue", "run_pending"]


class Tasks:
    """The handlers of an app, by name."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}

    def task(self, name: str) -> Callable[[Handler], Handler]:
        """Have this function called for the tasks of this name. Raises ValueError for a name that can't be one."""
        if not NAME.fullmatch(name):
            raise ValueError(
                f"{name!r} is not a task's name: it becomes part of a path and of a schedule's name, so write at most "
                "63 lowercase letters, digits and hyphens, begin with a letter, and end with neither a hyphen nor z."
            )
        if name in self.handlers:
            raise ValueError(f"There is a task {name!r} already, and only one of the two would run. Rename one.")

        def register(handler: Handler) -> Handler:
            self.handlers[name] = handler
            return handler

        return register


def init_app(app: Flask, tasks: Tasks) -> None:
    """Take calls for these tasks, by HEARTH_TASKS_CALLER and HEARTH_TASKS_AUDIENCE; enqueue to HEARTH_TASKS_QUEUE.

    Without the first two, nobody may call and there is no route; without the last, `enqueue` raises. Raises ValueError
    where one of the first two is missing, or both are and there is a queue.
    """
    config, known = app.config, state.for_app(app)
    caller, audience, queue = (
        config.setdefault(f"HEARTH_TASKS_{what}", None) for what in ("CALLER", "AUDIENCE", "QUEUE")
    )
    origin: str | None = config.setdefault("HEARTH_IDENTITY_ORIGIN", None)
    if bool(caller) != bool(audience) or (queue not in (None, IN_MEMORY) and not caller):
        raise ValueError(
            f"HEARTH_TASKS_CALLER is {caller!r}, HEARTH_TASKS_AUDIENCE {audience!r} and HEARTH_TASKS_QUEUE {queue!r}: "
            "who calls and for whom the token is are checked together, and a queue would be refused without. Set all "
            "three, as the stack does with app:taskQueue, or none."
        )
    known.tasks = tasks
    if queue is not None:
        memory = MemoryQueue() if queue == IN_MEMORY else None
        known.queue = cache(lambda: memory or _cloud_tasks(queue, origin))
    if caller and audience:
        from flask_hearth.tasks import calls  # cryptography, for who is called alone

        calls.init_app(app, tasks, account=caller, audience=audience, origin=origin)


def _cloud_tasks(queue: str, origin: str | None) -> Queue:
    from flask_hearth.tasks.cloud_tasks import CloudTasks  # for who enqueues alone

    return CloudTasks(queue, origin)


def enqueue(
    name: str,
    body: dict[str, Any] | None = None,
    *,
    delay: timedelta = timedelta(),
    deduplication_key: str | None = None,
) -> bool:
    """Have a task called soon, or after `delay`. `body` is JSON.

    With a `deduplication_key`, a second task of this name and key is not made: False says that there was one, waiting
    or done not long ago (about an hour on Google, whose enqueueing is slower with a key). Raises QueueError (503) where
    the queue can't be reached: nothing is enqueued then, as far as can be told. Raises ValueError for a name that no
    handler has, for a body or a delay that no queue takes; RuntimeError for an app without a queue.
    """
    known = state.current()
    if known.tasks is None or known.queue is None:
        raise RuntimeError(
            "This app has no task queue, so the task would never run. Pass tasks to Hearth; on Google, have a queue by "
            f"`pulumi config set app:taskQueue tasks`; in a test, set HEARTH_TASKS_QUEUE to {IN_MEMORY!r}."
        )
    if name not in known.tasks.handlers:
        there = ", ".join(sorted(known.tasks.handlers))
        raise ValueError(f"There is no task {name!r}, so every call would fail. There are: {there}.")
    if not timedelta() <= delay <= MAX_DELAY:
        raise ValueError(f"{delay} is no delay of a task: Cloud Tasks takes up to {MAX_DELAY.days} days.")
    encoded = json.dumps(body or {}, allow_nan=False, ensure_ascii=False).encode()
    if len(encoded) > MAX_BODY_BYTES:
        raise ValueError(
            f"The body of the task {name!r} has {len(encoded)} bytes, and a queue takes {MAX_BODY_BYTES}. Store what "
            "it is about, and enqueue the id."
        )
    return known.queue().add(Task(name=name, body=encoded, delay=delay, deduplication_key=deduplication_key))


def run_pending(app: Flask) -> int:
    """Run what waits in memory, each task once and whatever its delay; the number of those that ran.

    Tasks that they enqueue wait for the next call. Raises what a handler raises, and keeps that task and those behind
    it. Raises RuntimeError for an app with another queue, or none.
    """
    known = state.for_app(app)
    queue = known.queue() if known.queue and app.config["HEARTH_TASKS_QUEUE"] == IN_MEMORY else None
    if known.tasks is None or not isinstance(queue, MemoryQueue):
        raise RuntimeError(
            f"The tasks of the app {app.name!r} do not wait in memory: set HEARTH_TASKS_QUEUE to {IN_MEMORY!r}."
        )
    return queue.run(app, known.tasks.handlers)
