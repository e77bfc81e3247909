"""Long commands, told to the user while they run: what, for how long, and how far.

Their output goes to a log file. On a terminal one line is kept up to date; elsewhere (CI) a line appears every
half minute, so that a log shows life without filling up.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

_TERMINAL_EVERY = 0.5
_LOG_EVERY = 30.0
_WIDTH = 110


class WorkError(Exception):
    """A command failed or took too long; `last` is the last line it wrote, `log` where the rest is."""

    def __init__(self, message: str, log: Path) -> None:
        super().__init__(message)
        self.log = log

    @property
    def last(self) -> str:
        return _last_line(self.log) or str(self)


class Terminal:
    """Where progress is told. Standard error, so that a command's own answer can be captured."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream
        self._live = stream.isatty()

    def say(self, line: str) -> None:
        print(line, file=self._stream, flush=True)

    def run(
        self,
        title: str,
        command: Sequence[str | Path],
        *,
        folder: Path,
        log: Path,
        environ: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> None:
        """Run `command` in `folder` to its end.

        Raises WorkError: it could not start, ended with an error, or took longer than `seconds`.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        self.say(f"{title} …")
        with log.open("wb") as output:
            try:
                # A session of its own, so that all of it can be ended at once.
                process = subprocess.Popen(
                    command, cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                    start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                raise WorkError(f"{command[0]} does not start: {error.strerror}", log) from error
        try:
            code = self._watch(process, log, began, seconds)
        finally:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            if self._live:
                self._stream.write("\r\033[K")
        if code is None or code:
            failure = WorkError(f"given up after {seconds} s" if code is None else f"ended with exit code {code}", log)
            self.say(f"  not done: {failure.last}")
            raise failure
        self.say(f"  done in {time.monotonic() - began:.0f} s")

    def _watch(self, process: subprocess.Popen[bytes], log: Path, began: float, seconds: float | None) -> int | None:
        """The exit code; None when the time was up first."""
        every = _TERMINAL_EVERY if self._live else _LOG_EVERY
        while True:
            left = every if seconds is None else min(every, began + seconds - time.monotonic())
            if left <= 0:
                return None
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(left)
            minutes, rest = divmod(int(time.monotonic() - began), 60)
            line = f"  {minutes}:{rest:02} {_last_line(log)}"[:_WIDTH]
            if self._live:
                self._stream.write(f"\r\033[K{line}")
                self._stream.flush()
            else:
                self.say(line)


def _last_line(log: Path) -> str:
    with contextlib.suppress(OSError), log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4096))
        lines = file.read().decode(errors="replace").strip().splitlines()
        if lines:
            return lines[-1].strip()
    return ""
