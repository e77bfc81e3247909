"""Cloud Run v2: services, their revisions, and the processes that serve them.

Of the control plane: services and revisions. Of the data plane: one instance for the latest ready revision of each
service, behind a port on loopback and behind Hosting's edge. Left out: jobs, scale-out and scale to zero, traffic
splits and tags, sidecars, volumes, callers' identities, custom domains.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from aiohttp import web
from multidict import CIMultiDict

from localcloud.cloud import Cloud
from localcloud.run import frontend, processes
from localcloud.run.answer import Answer
from localcloud.run.rollouts import Rollouts
from localcloud.run.routes import Routes
from localcloud.run.services import Services

__all__ = ["Answer", "CloudRun"]


class CloudRun:
    """The part of the local cloud that runs services."""

    def __init__(self, cloud: Cloud, roll_out: Callable[[Cloud], Rollouts] = Rollouts) -> None:
        self._store = cloud.store
        self._rollouts = roll_out(cloud)
        self._services = Services(cloud.store, self._rollouts)

    def routes(self) -> Iterable[web.RouteDef]:
        return Routes(self._services).all()

    async def start(self) -> None:
        await processes.end_orphans(self._store)
        await self._rollouts.start()

    async def stop(self) -> None:
        await self._rollouts.stop()

    @asynccontextmanager
    async def open(
        self, service: str, *, method: str, target: str, headers: CIMultiDict[str], body: bytes | None
    ) -> AsyncIterator[Answer]:
        """Answer one request to a service (relative name), as its URL would; `target` is path and query as sent.

        Raises errors.InstanceGone when the connection to the instance broke before any byte of an answer. Reading
        `chunks()` raises errors.AnswerBroken when it broke later.
        """
        dispatcher = self._rollouts.dispatcher(service)
        async with frontend.serve(
            self._store, service, dispatcher, method=method, target=target, headers=headers, body=body
        ) as answer:
            yield answer
