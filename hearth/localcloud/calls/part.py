"""The part of the local cloud that makes calls: its routes, and the loop that looks for what is due."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Iterable
from typing import Any

from aiohttp import web

from hearth.catalog.apis import CLOUD_SCHEDULER, CLOUD_TASKS
from hearth.localcloud import bodies
from hearth.localcloud.calls.caller import Caller
from hearth.localcloud.calls.queues import Queues, settle, shown
from hearth.localcloud.calls.schedules import Schedules, listed
from hearth.localcloud.calls.triggers import Triggers
from hearth.localcloud.cloud import Cloud

log = logging.getLogger(__name__)

_PLACE = "projects/{project}/locations/{location}"
_TASKS = f"/{CLOUD_TASKS.prefix}/{CLOUD_TASKS.version}/{_PLACE}/queues/{{queue}}/tasks"
_JOBS = f"/{CLOUD_SCHEDULER.prefix}/{CLOUD_SCHEDULER.version}/{_PLACE}/jobs"


class Calls:
    """Started after what it calls, and stopped before it."""

    def __init__(self, cloud: Cloud) -> None:
        self._store = cloud.store
        self._caller = Caller(cloud.store)
        self.queues = Queues(cloud.store, self._caller)
        self.schedules = Schedules(cloud.store, self._caller)
        self.triggers = Triggers(cloud.store, self._caller)
        self._changed = asyncio.Event()
        self._running: set[asyncio.Task[Any]] = set()
        self._loops: set[asyncio.Task[None]] = set()

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.post(_TASKS, self._create),
            web.get(_TASKS, self._tasks),
            web.get(_JOBS, self._jobs),
            web.post(f"{_JOBS}/{{job:[^/:]+}}:run", self._run),
        ]

    async def start(self) -> None:
        self._loops = {asyncio.create_task(each) for each in (self._watch(), self.triggers.watch())}

    async def stop(self) -> None:
        await settle({*self._loops, *self._running})
        await self._caller.close()

    async def _watch(self) -> None:
        while True:
            try:
                calls, soon = self.queues.due()
                for queue, inputs, task in calls:
                    self._begin(self.queues.run(queue, inputs, task))
                names, sooner = self.schedules.due()
                for name in names:
                    self._begin(self.schedules.run(name))
            except Exception:
                # A record that can't be read must not keep the others from being called.
                log.exception("looking for calls that are due failed")
                soon = sooner = 1.0
            # Not `wait_for`, which may lose a cancellation at the moment in which the event is set (Python below 3.12).
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(soon, sooner)):
                    await self._changed.wait()
            self._changed.clear()

    def _begin(self, call: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(call)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a call failed", exc_info=error)
        self._changed.set()

    async def _create(self, request: web.Request) -> web.Response:
        body = await bodies.read(request, ("task", "responseView"))
        made = self.queues.create(_name(request, "queues", "queue"), body.get("task"))
        self._changed.set()
        return web.json_response(made)

    async def _tasks(self, request: web.Request) -> web.Response:
        found = self.queues.tasks(_name(request, "queues", "queue"))
        return web.json_response({"tasks": [shown(each) for each in found]})

    async def _jobs(self, request: web.Request) -> web.Response:
        place = _PLACE.format(**request.match_info)
        found = [each for each in listed(self._store) if each["name"].startswith(f"{place}/jobs/")]
        return web.json_response({"jobs": found})

    async def _run(self, request: web.Request) -> web.Response:
        """Google answers before the call; this answers after it, so that whoever asked learns what came of it."""
        return web.json_response(await self.schedules.run(_name(request, "jobs", "job"), retry=False))


def _name(request: web.Request, collection: str, id: str) -> str:
    return f"{_PLACE.format(**request.match_info)}/{collection}/{request.match_info[id]}"
