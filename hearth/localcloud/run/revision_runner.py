"""Keep one instance of a revision running: start it, restart it when it crashes or is dead, retire it.

Exactly one instance, whatever the revision's scaling says: neither scale-out nor scale to zero is played yet.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from hearth.localcloud.run import probes, processes
from hearth.localcloud.run.instance import Instance, NotStartedError
from hearth.localcloud.run.launch import Launch
from hearth.localcloud.store import Store

log = logging.getLogger(__name__)

_FIRST_BACK_OFF = 0.5
_LONGEST_BACK_OFF = 10.0
_HEALTHY_AFTER_SECONDS = 10.0


class RevisionRunner:
    """One revision's instance. `instance` is set while it is ready for requests."""

    def __init__(
        self,
        store: Store,
        revision: str,
        template: Mapping[str, Any],
        prepare: Callable[[], Awaitable[Launch]],
        *,
        log_file: Path,
        grace: float = processes.GRACE_SECONDS,
    ) -> None:
        """`revision` is the short name; `prepare` is asked before each start, as secrets may have new versions."""
        self.revision = revision
        self.concurrency: int = template["maxInstanceRequestConcurrency"]
        self.request_seconds = float(template["timeout"].removesuffix("s"))
        self.instance: Instance | None = None
        self.active = 0
        """Requests under way."""
        self.on_change: Callable[[], None] = lambda: None
        """Called when `instance` was set or unset."""
        self._container: Mapping[str, Any] = template["containers"][0]
        self._store = store
        self._prepare = prepare
        self._log_file = log_file
        self._grace = grace
        self._owned: Instance | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the first instance, once. Raises NotStartedError, and what `prepare` raises."""
        await self._start()
        self.keep_running()

    def keep_running(self) -> None:
        """From now on there is to be an instance, however often it takes to start one."""
        self._keeping = asyncio.create_task(self._keep(), name=f"keep {self.revision}")

    async def drain(self) -> None:
        """Stop once the requests under way are answered, at the latest when their time is up."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), self.request_seconds)
        await self.stop()

    def enter(self) -> None:
        """A request got a place."""
        self.active += 1
        self._idle.clear()

    def leave(self) -> None:
        """A request is answered, or given up."""
        self.active -= 1
        if not self.active:
            self._idle.set()

    async def stop(self) -> None:
        """Stop now: SIGTERM, ten seconds, SIGKILL. May be called again when it was cancelled."""
        if self._keeping:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        self._set(None)
        if self._owned:
            await self._owned.stop(self._grace)
            self._owned = None

    async def _start(self) -> None:
        launch = await self._prepare()
        # Owned until its process has surely ended: whoever is cancelled in between leaves it to `stop`.
        self._owned = await Instance.start(
            self._store, launch, self._container["startupProbe"], log=self._log_file, prefix=self.revision
        )
        self._set(self._owned)

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        back_off = _FIRST_BACK_OFF
        while True:
            ready_at = loop.time()
            try:
                if self.instance is None:
                    await self._start()
                    ready_at = loop.time()
                await self._watch()
            except Exception as fault:  # noqa: BLE001 - whatever it is, the service must come back by itself
                lines = "\n".join(fault.lines) if isinstance(fault, NotStartedError) else ""
                log.warning("%s did not start again: %s\n%s", self.revision, fault, lines)
            if loop.time() - ready_at > _HEALTHY_AFTER_SECONDS:
                back_off = _FIRST_BACK_OFF
            await asyncio.sleep(back_off)
            back_off = min(2 * back_off, _LONGEST_BACK_OFF)

    async def _watch(self) -> None:
        """Return when the instance has ended, or was ended because its liveness probe failed."""
        instance = self.instance
        assert instance is not None  # noqa: S101 - called with one alone
        exited = asyncio.create_task(instance.exited())
        probe = self._container.get("livenessProbe")
        probing = asyncio.create_task(probes.wait_until_dead(probe, instance.port) if probe else asyncio.Event().wait())
        waiting: set[asyncio.Task[Any]] = {exited, probing}
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        why = (
            f"exited with code {exited.result()}"
            if exited.done()
            else f"failed its liveness probe ({probing.result()})"
        )
        log.warning("an instance of %s %s; starting another", self.revision, why)
        self._set(None)
        # Cloud Run ends an instance that fails its liveness probe by SIGKILL at once ("Container health checks").
        await instance.kill()
        self._owned = None

    def _set(self, instance: Instance | None) -> None:
        self.instance = instance
        self.on_change()
