"""One instance of a revision: its process, its log lines, its kept connections."""

import asyncio
import contextlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from hearth.localcloud.run import image_writes, listening, output, ports, probes, processes
from hearth.localcloud.run.image_writes import OwnedByRoot
from hearth.localcloud.run.launch import MARK, Launch
from hearth.localcloud.store import Store

EDGE_IDLE_SECONDS = 1.0
"""How long a connection to an instance is kept unused. Below gunicorn's own default of 2 s, and so below any sensible
setting of a service: the side that sends requests must be the one that closes, or a request meets a closing peer."""

# Another program may take a port before the process gets to it.
_TRIES = 3
# As SQLite and Postgres say it.
_NO_TABLE = re.compile(r'no such table|relation "[^"]+" does not exist')
_MIGRATE = (
    "The database has no such table yet: app:migrationCommand is the command that creates tables, run before the "
    "service starts (docs/bring-your-app.md)."
)
# Between the end of a process and the last news of it.
_BREAK_SECONDS = 1.0


class NotStartedError(Exception):
    """The process exited, or its startup probe gave up; `lines` are the last of its log."""

    def __init__(self, reason: str, lines: list[str]) -> None:
        super().__init__(reason)
        self.lines = lines


class Instance:
    """Made by `start`; ready for requests once that returned."""

    def __init__(
        self, started: processes.ManagedProcess, port: int, log: Path, prefix: str, image: OwnedByRoot | None
    ) -> None:
        self.port = port
        self._started = started
        self._users = 0
        self._unused = asyncio.Event()
        self._unused.set()
        self._image = image
        self._tail = output.last_lines()
        copying = output.copy(started.output, log, prefix, self._tail)
        self._pump = asyncio.create_task(copying, name=f"log of {prefix}")
        tell = partial(output.add, log=log, prefix=prefix, tail=self._tail)
        self._looking = asyncio.create_task(image_writes.watch(image, tell), name=f"writes of {prefix}")
        # Cloud Run neither decodes nor limits by time what passes; the request timeout is the proxy's.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=EDGE_IDLE_SECONDS),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            max_line_size=output.LONGEST_LINE,
            max_field_size=output.LONGEST_LINE,
        )

    @classmethod
    async def start(
        cls, store: Store, launch: Launch, probe: Mapping[str, Any], *, log: Path, prefix: str
    ) -> "Instance":
        """Run the process and wait for its startup probe. Raises NotStartedError; then nothing runs any more."""
        for _ in range(_TRIES):
            port = ports.free()
            started = await processes.start(
                store, launch.command, cwd=launch.cwd, env=launch.env | {"PORT": str(port)}, mark=MARK
            )
            instance = cls(started, port, log, prefix, launch.image)
            try:
                await instance._wait_until_started(probe)
            except NotStartedError as fault:
                not_started = fault
                if ports.is_free(port):
                    break
            except BaseException:
                await instance.kill()
                raise
            else:
                return instance
        raise not_started

    async def exited(self) -> int:
        """Wait for the end of the process; its exit code, negative for a signal."""
        return await self._started.exited()

    @contextmanager
    def in_use(self) -> Iterator[aiohttp.ClientSession]:
        """The session to send one request by, for as long as its answer is read."""
        self._users += 1
        self._unused.clear()
        try:
            yield self._session
        finally:
            self._users -= 1
            if not self._users:
                self._unused.set()

    async def stop(self, grace: float) -> None:
        """SIGTERM, `grace` seconds, SIGKILL."""
        if not self._users:
            # Kept connections would only make a server wait for requests that can't come any more.
            await self._session.close()
        await self._started.end(grace)
        await self._clean_up()

    async def kill(self) -> None:
        """SIGKILL."""
        await self._started.kill()
        await self._clean_up()

    async def _clean_up(self) -> None:
        # The process is gone, so whoever reads from it learns that now. Closing the session before would hide it from
        # them: aiohttp then never ends the answer that is being read.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._unused.wait(), _BREAK_SECONDS)
        await self._session.close()
        # The output ends too, unless a process left the group and keeps it open.
        await asyncio.wait({self._pump}, timeout=_BREAK_SECONDS)
        self._pump.cancel()
        self._looking.cancel()

    async def _wait_until_started(self, probe: Mapping[str, Any]) -> None:
        exited = asyncio.create_task(self.exited())
        probing = asyncio.create_task(probes.wait_until_started(probe, self.port))
        try:
            await asyncio.wait({exited, probing}, return_when=asyncio.FIRST_COMPLETED)
            if exited.done():
                reason = f"The process exited with code {exited.result()} before it answered the startup probe."
            elif met := probing.result():
                reason = listening.failure_message(
                    met, probe, self.port, listening.addresses(self._started.process.pid)
                )
            elif wrong := listening.unreachable(self.port, listening.addresses(self._started.process.pid)):
                reason = wrong
            else:
                return
        finally:
            for task in (exited, probing):
                task.cancel()
            await asyncio.gather(exited, probing, return_exceptions=True)
        # In the log it may stand far above the last lines.
        warning = await asyncio.to_thread(self._image.warning) if self._image else ""
        await self.kill()
        advice = _MIGRATE if any(map(_NO_TABLE.search, self._tail)) else ""
        raise NotStartedError(" ".join(filter(None, (reason, advice, warning))), list(self._tail))
