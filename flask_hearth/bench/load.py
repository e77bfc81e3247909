"""What makes many requests at a time: wrk where it is installed, else a client of our own, in its own process.

wrk costs a part of what a client in Python does, which on a machine of few CPUs is taken from the servers.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from flask_hearth.bench.servers import BenchError
from flask_hearth.bench.sides import PACKAGES

_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
_RATE = re.compile(r"^Requests/sec:\s+([\d.]+)$", re.MULTILINE)
_P99 = re.compile(r"^\s+99%\s+([\d.]+)(us|ms|s|m)\s*$", re.MULTILINE)
_REFUSED = re.compile(r"^\s+Non-2xx or 3xx responses: (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class LoadResult:
    """Of one load. `p99` in seconds."""

    per_second: float
    p99: float


Load = Callable[[str, int, float], LoadResult]
"""URL, connections, seconds. Raises BenchError, also when an answer is no success."""


def choose(which: Callable[[str], str | None] = shutil.which) -> tuple[str, Load]:
    """The name of what is used, and it."""
    return ("wrk", run_wrk) if which("wrk") else ("a client of our own, as wrk is not installed", run_client)


def run_wrk(url: str, connections: int, seconds: float) -> LoadResult:
    command = ["wrk", "--latency", "-t2", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout=30s", url]
    return parse_wrk(_run(command))


def parse_wrk(told: str) -> LoadResult:
    """Raises BenchError."""
    rate, slow, refused = _RATE.search(told), _P99.search(told), _REFUSED.search(told)
    if not rate or not slow or float(rate[1]) == 0:
        raise BenchError(f"wrk measured nothing:\n{told}")
    if refused:
        raise BenchError(f"{refused[1]} answers under load were no success:\n{told}")
    return LoadResult(float(rate[1]), float(slow[1]) * _UNITS[slow[2]])


def run_client(url: str, connections: int, seconds: float) -> LoadResult:
    told = json.loads(_run([sys.executable, "-m", "flask_hearth.bench.client", url, str(connections), str(seconds)]))
    if told["refused"] or not told["answers"]:
        raise BenchError(f"{told['refused']} of {told['answers']} answers under load were no success")
    return LoadResult(told["answers"] / told["seconds"], told["p99"])


def _run(command: list[str]) -> str:
    done = subprocess.run(command, cwd=PACKAGES, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{' '.join(command)} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
