"""Give each request of a service its instance: at once, after a wait, or not at all."""

import asyncio
from collections import deque

from hearth.localcloud.run.instance import Instance
from hearth.localcloud.run.revision_runner import RevisionRunner

QUEUE_SECONDS = 10.0
"""How long a request waits for room (Cloud Run, "Maximum instances": about ten seconds)."""


class NoInstance(Exception):
    """There is no revision to serve, or its instance did not come up in time: 503."""


class NoRoom(Exception):
    """The instance stayed at its limit of concurrent requests: 429."""


class TrafficRouter:
    """Sends the requests of one service to the revision that has its traffic."""

    def __init__(self) -> None:
        self._runner: RevisionRunner | None = None
        self._waiting: deque[asyncio.Future[tuple[RevisionRunner, Instance]]] = deque()

    @property
    def runner(self) -> RevisionRunner | None:
        return self._runner

    def switch(self, runner: RevisionRunner | None) -> RevisionRunner | None:
        """From now on requests go to `runner`, those that wait included; returns the one before it."""
        before, self._runner = self._runner, runner
        if before:
            before.on_change = lambda: None
        if runner:
            runner.on_change = self._wake
        self._wake()
        return before

    async def take(self, wait: float = QUEUE_SECONDS) -> tuple[RevisionRunner, Instance]:
        """A place at an instance, which must be given back by `release`. Raises NoInstance, NoRoom."""
        if self._runner is None:
            raise NoInstance
        place: asyncio.Future[tuple[RevisionRunner, Instance]] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self._wake()
        try:
            async with asyncio.timeout(wait):
                return await place
        except BaseException as fault:
            if not place.cancel() and not place.cancelled() and place.exception() is None:
                # The place was given in the very moment of giving up.
                self.release(place.result()[0])
            if isinstance(fault, TimeoutError):
                runner = self.runner
                raise NoRoom if runner is not None and runner.instance is not None else NoInstance from None
            raise

    def release(self, runner: RevisionRunner) -> None:
        """Give a place back."""
        runner.leave()
        self._wake()

    def _wake(self) -> None:
        """Hand out places in the order of asking, as long as there are any."""
        runner = self._runner
        while self._waiting:
            if self._waiting[0].done():
                # Who gave up is still in the queue, with nobody to hear an answer.
                self._waiting.popleft()
            elif runner is None:
                self._waiting.popleft().set_exception(NoInstance())
            elif runner.instance is None or runner.active >= runner.concurrency:
                return
            else:
                runner.enter()
                self._waiting.popleft().set_result((runner, runner.instance))
