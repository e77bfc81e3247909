"""A side that runs: started, asked over one kept connection, weighed, stopped with all its processes."""

import http.client
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from flask_hearth.bench import cpus
from flask_hearth.bench.sides import Side
from flask_hearth.testing import ports

START_SECONDS = 60
STOP_SECONDS = 10


class BenchError(Exception):
    """Nothing can be measured; says why."""


class Server:
    """Runs from `with` on; `started` is the seconds from exec to the first 200."""

    started: float

    def __init__(self, side: Side, log: Path, **environ: str) -> None:
        self.side = side
        self._holding = ExitStack()
        self.port = self._holding.enter_context(ports.reserve_port())
        self._log = log
        self._environ = {**side.environ, "PORT": str(self.port), **environ}
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def __enter__(self) -> Self:
        began = time.monotonic()
        with self._log.open("ab") as sink, cpus.on_server_cpus():
            self._process = subprocess.Popen(
                self.side.command,
                cwd=self.side.folder,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                # Its workers end with it, however this ends.
                start_new_session=True,
            )
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise
        self.started = time.monotonic() - began
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()
        self._stop()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def ask(self, path: str) -> Any:
        """The JSON of an answer with 200. Raises BenchError for any other."""
        try:
            self._connection.request("GET", path)
            answer = self._connection.getresponse()
        except (http.client.HTTPException, ConnectionError):
            # A worker that is replaced, or closes idle connections, takes this one with it.
            self._connection.close()
            self._connection.request("GET", path)
            answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise BenchError(f"{self.side.name} answers {path} with {answer.status}: {body[:300]!r}")
        return json.loads(body)

    def timed(self, path: str) -> float:
        """Seconds until the answer is there."""
        began = time.monotonic()
        self.ask(path)
        return time.monotonic() - began

    def memory(self) -> float | None:
        """Bytes of all its processes, shared ones counted once (PSS); None where the system doesn't tell."""
        main = psutil.Process(self._process.pid)
        total = 0
        for process in [main, *main.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                told = process.memory_full_info()
                if not hasattr(told, "pss"):
                    return None
                total += told.pss
        return total

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            with suppress(OSError, http.client.HTTPException, BenchError):
                self.ask(self.side.ready)
                return
            # Polled as a start-up probe does; short beside what is measured.
            time.sleep(0.005)
        said = self._log.read_text(encoding="utf-8", errors="replace")
        raise BenchError(f"{self.side.name} does not start. The end of its log:\n{said[-2000:]}")

    def _stop(self) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        self._process.wait()
        self._holding.close()


def measure_seconds(command: list[str], environ: Mapping[str, str]) -> float:
    """How long a program takes from exec to its end. Raises BenchError."""
    began = time.monotonic()
    with cpus.on_server_cpus():
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{' '.join(command)} failed: {done.stderr.strip()}")
    return time.monotonic() - began
