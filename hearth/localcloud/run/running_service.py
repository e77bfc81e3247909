"""One service as it runs: its listener, the revision that has its traffic, the deploy under way."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from hearth.localcloud.cloud import Cloud
from hearth.localcloud.request_log import RequestLog
from hearth.localcloud.run import frontend, listener
from hearth.localcloud.run.revision_runner import RevisionRunner
from hearth.localcloud.run.traffic_router import TrafficRouter

log = logging.getLogger(__name__)


class RunningService:
    """Started by `open`; ended by `close`, after which nothing of it runs."""

    def __init__(self, cloud: Cloud, name: str, requests: RequestLog) -> None:
        """`name` is the service's relative name."""
        self.router = TrafficRouter()
        self._listener = listener.Listener(
            partial(frontend.serve, cloud.store, name, self.router), name.rpartition("/")[2], requests
        )
        self._deploy: asyncio.Task[None] | None = None
        self._retiring: dict[RevisionRunner, asyncio.Task[None]] = {}
        self._last_port = 65535

    async def open(self, wanted: int, avoid: set[int]) -> int:
        """Listen on the wanted port, or on the next one that is free; returns it. Raises OSError."""
        for port in range(wanted, self._last_port):
            if port in avoid and port != wanted:
                continue
            if bound := listener.bind(port):
                await self._listener.open(bound)
                return port
        raise OSError(f"No port from {wanted} on is free for a service.")

    def route_to(self, runner: RevisionRunner | None) -> None:
        """Send requests to `runner` from now on; the revision before it ends once it has answered its last one."""
        before = self.router.switch(runner)
        if before:
            self._retiring[before] = asyncio.create_task(self._retire(before), name=f"retire {before.revision}")

    async def deploy(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin a deploy; one that is under way is given up first, as a newer one has replaced what it deploys."""
        await self._give_up()
        self._deploy = asyncio.create_task(work(), name="deploy")

    async def close(self) -> None:
        """Give up the deploy, stop listening, end every instance. May be called again when it was cancelled."""
        await self._give_up()
        await self._listener.close()
        self.route_to(None)
        for task in self._retiring.values():
            task.cancel()
        await asyncio.gather(*self._retiring.values(), return_exceptions=True)
        await asyncio.gather(*(runner.stop() for runner in self._retiring))
        self._retiring.clear()

    async def _give_up(self) -> None:
        if self._deploy:
            # A second cancel would interrupt the ending of what it started.
            if not self._deploy.cancelling():
                self._deploy.cancel()
            await asyncio.gather(self._deploy, return_exceptions=True)

    async def _retire(self, runner: RevisionRunner) -> None:
        try:
            await runner.drain()
        except Exception:
            log.exception("an old revision did not end cleanly")
        del self._retiring[runner]
