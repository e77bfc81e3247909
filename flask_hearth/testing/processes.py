"""Programs of ours as processes that never outlive their test."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

PATIENCE = 120.0
"""Seconds to wait for what should happen soon: a busy machine takes its time, and only a failure takes all of it."""


class Process:
    """A program of ours in a process group of its own; what it prints is in `output`."""

    def __init__(self, command: list[str], folder: Path, environ: Mapping[str, str], log: Path) -> None:
        self._log = log
        with log.open("wb") as sink:
            self.running = subprocess.Popen(
                command,
                cwd=folder,
                env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **environ},
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def wait_for(self, text: str) -> None:
        wait_until(lambda: text in self.output or self.running.poll() is not None, lambda: self.output)
        if text not in self.output:
            raise LookupError(f"It ended without saying {text!r}: {self.output}")

    def ended(self) -> int:
        """Its exit code, once it has ended by itself."""
        return self.running.wait(PATIENCE)

    def end(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()


def wait_until(happened: Callable[[], bool], story: Callable[[], str]) -> None:
    """Wait for something to happen; fail with the story when it doesn't."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing happened in {PATIENCE:.0f} s: {story()}")
        time.sleep(0.02)
