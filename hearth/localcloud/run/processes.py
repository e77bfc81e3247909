"""Processes that never outlive their local cloud, not even when it is killed.

Each runs as the leader of its own session and is recorded in the store before it begins to run, so that the next
start finds whatever a killed cloud left behind. A record names the process by id and start time: ids are used again.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from hearth.localcloud.store import Store

GRACE_SECONDS = 10.0
"""Between SIGTERM and SIGKILL (Cloud Run's container runtime contract, "Instance shutdown")."""

_LOOK_SECONDS = 0.05
_RECORDS = "processes/run"
# Waits for a line on standard input, which comes once the process is recorded; if the cloud dies before, the read
# fails and nothing runs. `exec` keeps the process id, start time and session.
_GATE = 'read -r _ || exit 1; exec "$@" </dev/null'
# Start times are derived from the boot time, which moves a little when the clock is set.
_CLOCK_SLACK_SECONDS = 2.0


@dataclass(frozen=True)
class ManagedProcess:
    """A running process."""

    process: asyncio.subprocess.Process
    store: Store
    stop: int = signal.SIGTERM
    """The signal that asks it to end."""

    @property
    def output(self) -> asyncio.StreamReader:
        """What it writes, errors included."""
        assert self.process.stdout is not None  # noqa: S101 - it was asked for
        return self.process.stdout

    async def end(self, grace: float = GRACE_SECONDS) -> None:
        """Ask the process alone, as a container's first one; once it is gone, or after `grace`, SIGKILL to all."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(self.stop)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.exited(), grace)
        await self.kill()

    async def exited(self) -> int:
        """Wait for the process itself; its exit code, negative for a signal.

        What it started may live on and keep the output open, for which asyncio's own `wait` waits (Python 3.11, 3.13).
        """
        while self.process.returncode is None:  # noqa: ASYNC110 - asyncio sets it, and tells nobody
            await asyncio.sleep(_LOOK_SECONDS)
        return self.process.returncode

    async def kill(self) -> None:
        """SIGKILL to the whole process group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()
        self.store.delete(f"{_RECORDS}/{self.process.pid}")


async def start(
    store: Store,
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    mark: Iterable[str],
    stop: int = signal.SIGTERM,
) -> ManagedProcess:
    """Run `command` with this environment and no other; `mark` are variables whose values tell it from all others.

    `stop` is the signal that asks it to end.
    """
    process = await asyncio.create_subprocess_exec(
        "/bin/sh",
        "-c",
        _GATE,
        "sh",
        *command,
        cwd=cwd,
        env=env,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        begun = psutil.Process(process.pid).create_time()
        record = {"pid": process.pid, "started": begun, "mark": {name: env[name] for name in mark}, "stop": stop}
        store.put(f"{_RECORDS}/{process.pid}", record)
        assert process.stdin is not None  # noqa: S101 - it was asked for
        process.stdin.write(b"\n")
        process.stdin.close()
    except BaseException:
        process.kill()
        raise
    return ManagedProcess(process, store, stop)


def is_running(store: Store, pid: int) -> bool:
    """Whether the process that was recorded under this id is alive, whoever started it."""
    record = store.get(f"{_RECORDS}/{pid}")
    return record is not None and bool(_members(record))


def ask_to_end(store: Store, variable: str, *, other_than: str) -> None:
    """Send its stop signal to each recorded process that has this variable, with another value."""
    for _, record in store.children(_RECORDS):
        with contextlib.suppress(psutil.Error, OSError):
            process = psutil.Process(record["pid"])
            if _is_of(record, process) and process.environ().get(variable, other_than) != other_than:
                process.send_signal(record.get("stop", signal.SIGTERM))


async def end_orphans(store: Store) -> list[int]:
    """End what a killed cloud left running; returns the ids of the sessions that were ended."""
    records = [record for _, record in store.children(_RECORDS)]
    for kill in (False, True):
        # Looked up anew for SIGKILL: members may have been added meanwhile.
        orphans = {record["pid"]: _members(record) for record in records}
        everyone = [member for members in orphans.values() for member in members]
        if not kill:
            ended = sorted(pid for pid, members in orphans.items() if members)
        for record in records:
            for member in orphans[record["pid"]]:
                with contextlib.suppress(psutil.Error):
                    member.send_signal(signal.SIGKILL if kill else record.get("stop", signal.SIGTERM))
        await asyncio.to_thread(psutil.wait_procs, everyone, GRACE_SECONDS)
    for record in records:
        store.delete(f"{_RECORDS}/{record['pid']}")
    return ended


def _members(record: Mapping[str, Any]) -> list[psutil.Process]:
    """What is alive of the recorded process's session."""
    leader = None
    with contextlib.suppress(psutil.NoSuchProcess):
        leader = psutil.Process(record["pid"])
        if not _is_of(record, leader):
            # The id belongs to another process now, which it could not while anyone of our session lived.
            return []
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            # Without its leader, a session of this id may be another's: then each member must show our mark.
            if os.getsid(process.pid) == record["pid"] and (leader or _is_marked(process, record["mark"])):
                found.append(process)
    return found


def _is_of(record: Mapping[str, Any], process: psutil.Process) -> bool:
    """Whether a process with the recorded id is the one that was recorded."""
    return bool(abs(process.create_time() - record["started"]) <= _CLOCK_SLACK_SECONDS)


def _is_marked(process: psutil.Process, mark: Mapping[str, str]) -> bool:
    environ = process.environ()
    return all(environ.get(name) == value for name, value in mark.items())
