"""Nothing that was started is left, wherever below it stands."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from hearth.preview import processes

# A child with a session of its own, as the engine's plugins have groups of their own, that ignores polite signals.
_CHILD = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
_PARENT = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {_CHILD!r}], start_new_session=True, stdout=subprocess.PIPE)
child.stdout.readline()
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(600)
"""


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_is_interrupted_is_ended_with_all_below_it(tmp_path: Path) -> None:
    pid = tmp_path / "pid"

    def interrupted() -> None:
        with processes.started(
            [sys.executable, "-c", _PARENT, pid], tmp_path, stdin=subprocess.DEVNULL, stdout=None, stderr=None
        ):
            until(lambda: pid.exists() and bool(pid.read_text()))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    child = int(pid.read_text())
    until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)


def test_a_command_is_run_to_its_end(tmp_path: Path) -> None:
    code = "import sys, os; print(os.getcwd()); print('bad', file=sys.stderr); sys.exit(3)"

    done = processes.run([sys.executable, "-c", code], tmp_path)

    assert (done.returncode, done.stdout.decode().strip(), done.stderr.strip()) == (3, str(tmp_path), b"bad")
