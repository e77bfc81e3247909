"""One attempt of a task: a process, to its end or to the end of its time."""

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path

from hearth.localcloud.run import output, processes
from hearth.localcloud.run.launch import DATA_VARIABLE, Launch
from hearth.localcloud.store import Store

MARK = ("CLOUD_RUN_EXECUTION", "CLOUD_RUN_TASK_INDEX", DATA_VARIABLE)
"""Together they name one task on one local cloud of this machine."""

# Between the end of a process and the last of its output.
_REST_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Result:
    """How an attempt ended."""

    code: int
    """Exit code; negative for a signal."""
    timed_out: bool = False
    lines: tuple[str, ...] = ()
    """The last that it wrote."""

    @property
    def succeeded(self) -> bool:
        return self.code == 0 and not self.timed_out

    @property
    def message(self) -> str:
        """Cloud Run's words."""
        if self.timed_out:
            return "The configured timeout was reached."
        if self.code < 0:
            return f"The container exited with signal {-self.code}."
        return f"The container exited with code {self.code}." if self.code else "The container exited."


async def run(store: Store, launch: Launch, *, seconds: float, log: Path, prefix: str) -> Result:
    """Run the process; after `seconds`, and when cancelled: SIGTERM, ten seconds, SIGKILL."""
    started = await processes.start(store, launch.command, cwd=launch.cwd, env=launch.env, mark=MARK)
    lines = output.last_lines()
    copying = asyncio.create_task(output.copy(started.output, log, prefix, lines), name=f"log of {prefix}")
    timed_out = False
    try:
        await asyncio.wait_for(started.exited(), seconds)
    except TimeoutError:
        timed_out = True
    finally:
        await started.end()
        # The output ends too, unless a process left the group and keeps it open.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(copying, _REST_SECONDS)
    if launch.image is not None and (warning := await asyncio.to_thread(launch.image.warning)):
        output.add(warning, log, prefix, lines)
    code = started.process.returncode
    assert code is not None  # noqa: S101 - it has ended
    return Result(code=code, timed_out=timed_out, lines=tuple(lines))
