"""Cloud Run v2: services, their revisions, and the processes that serve them; jobs and their executions.

Of the control plane: services, revisions, and what `jobs` has. Of the data plane: one instance for the latest ready
revision of each service, behind a port on loopback and behind Hosting's edge; and the tasks of executions. Left out:
scale-out and scale to zero, traffic splits and tags, sidecars, mounted volumes, callers' identities, custom domains.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from aiohttp import web
from multidict import CIMultiDict

from hearth.localcloud.cloud import Cloud
from hearth.localcloud.run import frontend, jobs
from hearth.localcloud.run.answer import Answer
from hearth.localcloud.run.preparation import Preparation
from hearth.localcloud.run.routes import routes
from hearth.localcloud.run.running_services import RunningServices
from hearth.localcloud.run.services import Services

__all__ = ["Answer", "CloudRun"]


class CloudRun:
    """The part of the local cloud that runs services and jobs."""

    def __init__(
        self,
        cloud: Cloud,
        run_services: Callable[[Cloud, Preparation], RunningServices] = RunningServices,
        execute: Callable[[Cloud, Preparation], jobs.Executions] = jobs.Executions,
    ) -> None:
        self._store = cloud.store
        preparation = Preparation(cloud)
        self._running = run_services(cloud, preparation)
        self._services = Services(cloud.store, self._running)
        self._jobs = jobs.Jobs(cloud, execute(cloud, preparation))

    def routes(self) -> Iterable[web.RouteDef]:
        return [*routes(self._services), *jobs.routes(self._jobs)]

    async def start(self) -> None:
        self._jobs.executions.fail_unfinished()
        await self._running.start()

    async def stop(self) -> None:
        await asyncio.gather(self._jobs.executions.stop(), self._running.stop())

    @asynccontextmanager
    async def open(
        self, service: str, *, method: str, target: str, headers: CIMultiDict[str], body: bytes | None
    ) -> AsyncIterator[Answer]:
        """Answer one request to a service (relative name), as its URL would; `target` is path and query as sent.

        Raises errors.InstanceGone when the connection to the instance broke before any byte of an answer. Reading
        `chunks()` raises errors.AnswerBroken when it broke later.
        """
        router = self._running.router(service)
        async with frontend.serve(
            self._store, service, router, method=method, target=target, headers=headers, body=body
        ) as answer:
            yield answer
