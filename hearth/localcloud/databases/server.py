"""One database server: a process that runs for as long as the local cloud does, however often it dies.

What it writes goes to a log file; what happens to it is said there and in the local cloud's own log.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hearth.localcloud.databases.errors import DatabaseError
from hearth.localcloud.run import output, processes
from hearth.localcloud.store import Store

log = logging.getLogger(__name__)

FOLDER_VARIABLE = "HEARTH_DATABASE_DIR"
"""The folder of a server's data, by which its process is told from all others."""

# Java needs as long on a busy machine. Clients wait two minutes for an answer.
_START_SECONDS = 110.0
# How long the start of the local cloud waits for it; whoever starts that waits two minutes for all.
_PATIENCE_SECONDS = 30.0
_LOOK_SECONDS = 0.05
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 10.0
# Between the end of a process and the last of its output.
_REST_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Program:
    """How a server is run."""

    command: Sequence[str]
    folder: Path
    """Its data; the process begins there."""
    env: Mapping[str, str]
    answers: Callable[[int], Awaitable[bool]]
    """Whether the process of that id takes connections."""
    fill: Callable[[int], Awaitable[None]] | None = None
    """Brings back what a process that has just begun does not know; takes its id. May raise DatabaseError."""
    stop: int = signal.SIGTERM


class Server:
    """Started by `start`, ended by `stop`."""

    def __init__(
        self, store: Store, program: Program, log_file: Path, *, again: Callable[[], Program] | None = None
    ) -> None:
        """`again` is asked for the program before it is run once more, where that may have changed."""
        self.program = program
        self._again = again
        self._store = store
        self._log_file = log_file
        self._process: processes.ManagedProcess | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._tail = output.last_lines()
        self._is_filled = False

    @property
    def is_ready(self) -> bool:
        """Whether it runs and knows all that it should."""
        return self._is_filled and self._process is not None and self._process.process.returncode is None

    async def start(self) -> None:
        """Run it and wait until it takes connections. Raises DatabaseError; then nothing of it runs."""
        await self._start()
        self.keep_running()

    async def resume(self) -> None:
        """Have it run, however long that takes, and wait a while. Raises DatabaseError if it is not ready by then."""
        self.keep_running()
        deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        while not self.is_ready:
            if asyncio.get_running_loop().time() > deadline:
                raise DatabaseError(f"It is not ready after {_PATIENCE_SECONDS:.0f} s; it goes on starting.")
            await asyncio.sleep(_LOOK_SECONDS)

    def keep_running(self) -> None:
        """From now on it is to run, however often it takes to start it."""
        self._keeping = asyncio.create_task(self._keep(), name=f"keep {self.program.folder.name}")

    async def stop(self) -> None:
        """Ask it to end, and after ten seconds kill it."""
        if self._keeping:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self._process:
            await self._end(self._process)

    async def _start(self) -> None:
        program = self.program
        env = {**program.env, FOLDER_VARIABLE: str(program.folder)}
        process = self._process = await processes.start(
            self._store,
            program.command,
            cwd=program.folder,
            env=env,
            mark=[FOLDER_VARIABLE],
            stop=program.stop,
        )
        self._tail.clear()
        copying = output.copy(process.output, self._log_file, program.folder.name, self._tail)
        self._copying = asyncio.create_task(copying, name=f"log of {program.folder.name}")
        why = f"is not ready after {_START_SECONDS:.0f} s"
        try:
            async with asyncio.timeout(_START_SECONDS):
                while process.process.returncode is None:
                    if await program.answers(process.process.pid):
                        if program.fill:
                            await program.fill(process.process.pid)
                        self._is_filled = True
                        return
                    await asyncio.sleep(_LOOK_SECONDS)
                why = f"ended with exit code {process.process.returncode}"
        except TimeoutError:
            pass
        except DatabaseError as fault:
            why = f"could not be filled ({fault})"
        await self._end(process)
        lines = "\n".join(self._tail) or "(it wrote nothing)"
        raise DatabaseError(f"The database server {why}. Last lines of {self._log_file}:\n{lines}")

    async def _keep(self) -> None:
        pause, has_died = _FIRST_PAUSE, False
        while True:
            try:
                if self._process is None:
                    self.program = self._again() if self._again else self.program
                    await self._start()
                    if has_died:
                        self._say("runs again.")
                assert self._process is not None  # noqa: S101 - it has just been started
                code = await self._process.exited()
                await self._end(self._process)
                self._say(f"ended with exit code {code}; starting it again.")
                pause, has_died = _FIRST_PAUSE, True
            except DatabaseError as fault:
                log.warning("%s", fault)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _end(self, process: processes.ManagedProcess) -> None:
        self._is_filled = False
        await process.end()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._copying, _REST_SECONDS)
        self._process = None

    def _say(self, what: str) -> None:
        name = self.program.folder.name
        log.warning("the database server %s %s", name, what)
        output.add(f"The local cloud: the server {what}", self._log_file, name, self._tail)
