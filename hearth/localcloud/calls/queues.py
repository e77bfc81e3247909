"""Cloud Tasks: what waits in each queue, and its calls.

A task is called at least once: one that was under way when the cloud stopped is called again. Which of those that are
due comes first is drawn, so that nobody relies on an order that Google does not promise.
"""

import asyncio
import base64
import logging
import random
import time
from collections import Counter, deque
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from hearth.catalog.apis import CLOUD_TASKS
from hearth.localcloud import times
from hearth.localcloud.calls import declared, reading
from hearth.localcloud.calls.caller import Call, Caller
from hearth.localcloud.errors import ApiError, not_found
from hearth.localcloud.store import Document, Store

log = logging.getLogger(__name__)

REMEMBERED_SECONDS: Final = 3600
"""For which a name stays taken after its task (Cloud Tasks v2, tasks.create)."""


class Queues:
    """All queues there are."""

    def __init__(self, store: Store, caller: Caller) -> None:
        self._store, self._caller = store, caller
        self._running: set[str] = set()
        self._begun: dict[str, deque[float]] = {}

    def tasks(self, queue: str) -> list[Document]:
        """What waits in it."""
        return [body for _, body in self._store.children(_key(f"{queue}/tasks"))]

    def create(self, queue: str, task: Any) -> Document:
        """Put a task in. Raises ApiError: 404 without such a queue, 409 for a name that is taken, 400."""
        if declared.find(self._store, declared.QUEUE, queue) is None:
            raise not_found(queue)
        made = reading.read(queue, task)
        name = made["name"]
        gone = self._store.get(_gone(name))
        if self._store.get(_key(name)) is not None or (gone is not None and gone["until"] > time.time()):
            raise ApiError(409, "The task cannot be created because a task with this name existed too recently.")
        self._store.put(_key(name), made)
        return shown(made)

    def due(self) -> tuple[list[tuple[str, Mapping[str, Any], Document]], float]:
        """Calls to begin now, each with its queue, and in how many seconds to ask again, at most."""
        self._forget_undeclared()
        now, wait = time.time(), 1.0
        found: list[tuple[str, Mapping[str, Any], Document]] = []
        for queue, inputs in declared.each(self._store, declared.QUEUE):
            waiting = [task for task in self.tasks(queue) if task["name"] not in self._running]
            ready = [task for task in waiting if task["_due"] <= now]
            wait = min([wait, *(task["_due"] - now for task in waiting if task["_due"] > now)])
            random.shuffle(ready)
            at_a_time, per_second = declared.rates(inputs)
            begun = self._begun.setdefault(queue, deque())
            # A queue may allow less than one a second.
            while begun and begun[0] <= now - max(1, 1 / per_second):
                begun.popleft()
            places = at_a_time - Counter(name.rpartition("/tasks/")[0] for name in self._running)[queue]
            places = min(places, max(1, int(per_second)) - len(begun))
            if inputs.get("desiredState") == "PAUSED":
                places = 0
            for task in ready[: max(0, places)]:
                begun.append(now)
                self._running.add(task["name"])
                found.append((queue, inputs, task))
            if len(ready) > max(0, places):
                wait = min(wait, 0.1)
        return found, max(wait, 0.01)

    def _forget_undeclared(self) -> None:
        """A queue that is deleted takes its tasks along."""
        there = {queue for queue, _ in declared.each(self._store, declared.QUEUE)}
        for key, _ in self._store.below(CLOUD_TASKS.prefix):
            if key.removeprefix(f"{CLOUD_TASKS.prefix}/").rpartition("/tasks/")[0] not in there:
                self._store.delete(key)

    async def run(self, queue: str, inputs: Mapping[str, Any], task: Document) -> None:
        """One attempt, and what follows of it."""
        name = task["name"]
        try:
            wrong = await self._caller.call(_call(queue, inputs, task))
            if self._store.get(_key(name)) is None:
                return
            failures = task["dispatchCount"] + 1
            retries, attempts = declared.queue_retries(inputs)
            if not wrong:
                log.info("task %s of queue %s is done", name.rpartition("/")[2], queue)
                self._remove(name)
            elif attempts != -1 and failures >= attempts:
                log.error("task %s: %s; given up after %d attempts", name, wrong, failures)
                self._remove(name)
            else:
                pause = retries.pause(failures)
                log.warning("task %s: %s; again in %g s", name, wrong, pause)
                due = time.time() + pause
                answered = task.get("_answered", 0) + wrong.startswith("answered 4")
                more = {"dispatchCount": failures, "_due": due, "_answered": answered, "scheduleTime": times.at(due)}
                self._store.put(_key(name), task | more)
        finally:
            self._running.discard(name)

    def _remove(self, name: str) -> None:
        with self._store.transaction():
            self._store.delete(_key(name))
            self._store.put(_gone(name), {"until": time.time() + REMEMBERED_SECONDS})


def shown(task: Document) -> Document:
    """Without the body, as by Google's BASIC view."""
    request = {key: value for key, value in task["httpRequest"].items() if key != "body"}
    return {key: value for key, value in task.items() if not key.startswith("_")} | {"httpRequest": request}


def _call(queue: str, inputs: Mapping[str, Any], task: Document) -> Call:
    """The headers are those of Cloud Tasks, "Create HTTP target tasks", section "Write a handler"."""
    target, request = inputs.get("httpTarget") or {}, task["httpRequest"]
    headers = {
        **request["headers"],
        "User-Agent": "Google-Cloud-Tasks",
        "X-CloudTasks-QueueName": queue.rpartition("/")[2],
        "X-CloudTasks-TaskName": task["name"].rpartition("/")[2],
        "X-CloudTasks-TaskRetryCount": str(task["dispatchCount"]),
        "X-CloudTasks-TaskExecutionCount": str(task.get("_answered", 0)),
        "X-CloudTasks-TaskETA": str(task["_due"]),
    }
    return Call(
        method=target.get("httpMethod") or request["httpMethod"],
        url=_overridden(request["url"], target.get("uriOverride") or {}),
        headers=headers,
        body=base64.b64decode(request["body"]),
        token=declared.token(target) or request.get("oidcToken"),
        deadline=declared.seconds(task["dispatchDeadline"], reading.USUAL_DEADLINE),
    )


def _overridden(url: str, by: Mapping[str, Any]) -> str:
    """With what the queue says in place of the task's own; a port of 0 is none."""
    parts = urlsplit(url)
    host, port = by.get("host") or parts.hostname, by.get("port") or parts.port
    at = f"{host}:{port}" if port and str(port) != "0" else str(host)
    return parts._replace(scheme=str(by.get("scheme") or parts.scheme).lower(), netloc=at).geturl()


def _key(name: str) -> str:
    return f"{CLOUD_TASKS.prefix}/{name}"


def _gone(name: str) -> str:
    return f"{CLOUD_TASKS.prefix}-gone/{name}"


async def settle(running: set[asyncio.Task[None]]) -> None:
    """End calls that are under way; their tasks stay."""
    for each in running:
        each.cancel()
    await asyncio.gather(*running, return_exceptions=True)
