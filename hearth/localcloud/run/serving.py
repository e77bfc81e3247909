"""One service as it runs: its listener, the revision that has its traffic, the deploy under way."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from hearth.localcloud.cloud import Cloud
from hearth.localcloud.run import frontend, listener
from hearth.localcloud.run.dispatch import Dispatcher
from hearth.localcloud.run.runner import Runner

log = logging.getLogger(__name__)


class Serving:
    """Started by `open`; ended by `close`, after which nothing of it runs."""

    def __init__(self, cloud: Cloud, name: str) -> None:
        """`name` is the service's relative name."""
        self.dispatcher = Dispatcher()
        self._listener = listener.Listener(partial(frontend.serve, cloud.store, name, self.dispatcher))
        self._deploy: asyncio.Task[None] | None = None
        self._retiring: dict[asyncio.Task[None], Runner] = {}
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

    def serve(self, runner: Runner) -> None:
        """Send requests to `runner` from now on; what had them ends when its last one is answered."""
        before = self.dispatcher.switch(runner)
        if before:
            task = asyncio.create_task(before.retire(), name=f"retire {before.revision}")
            self._retiring[task] = before
            task.add_done_callback(self._retired)

    async def deploy(self, work: Callable[[], Awaitable[None]]) -> None:
        """Begin a deploy; one that is under way is given up first, as a newer one has replaced what it deploys."""
        await self._give_up()
        self._deploy = asyncio.create_task(_run(work), name="deploy")

    async def close(self) -> None:
        """Stop listening, end every instance."""
        await self._listener.close()
        await self._give_up()
        ending = list(self._retiring.items())
        for task, _ in ending:
            task.cancel()
        await asyncio.gather(*(task for task, _ in ending), return_exceptions=True)
        runners = [runner for _, runner in ending]
        if current := self.dispatcher.switch(None):
            runners.append(current)
        await asyncio.gather(*(runner.stop() for runner in runners))

    async def _give_up(self) -> None:
        if self._deploy:
            self._deploy.cancel()
            await asyncio.gather(self._deploy, return_exceptions=True)

    def _retired(self, task: asyncio.Task[None]) -> None:
        self._retiring.pop(task, None)
        if not task.cancelled() and (fault := task.exception()):
            log.error("an old revision did not end cleanly", exc_info=fault)


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()
