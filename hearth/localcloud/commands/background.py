"""The local cloud as a background process of a checkout: is it there, start it, stop it.

Whether one runs is the kernel's word, by the lock that it holds on its folder: a file with a process id would
outlive a kill -9.
"""

import contextlib
import fcntl
import http.client
import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

from hearth.localcloud import code, locking
from hearth.localcloud.cloud import Ports
from hearth.localcloud.commands import ports as ports_module
from hearth.localcloud.commands.checkout import Checkout
from hearth.localcloud.commands.errors import CommandError

_START_SECONDS = 120.0
# Instances get ten seconds from Cloud Run's contract, and requests under way two.
_STOP_SECONDS = 20.0
_KILL_SECONDS = 5.0
_POLL_SECONDS = 0.05
_LINES = 15
# Proxies of the user's shell are for the internet.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def holder(folder: Path) -> int | None:
    """The process id of the local cloud that works in `folder`; None when none does."""
    try:
        with (folder / locking.FILE).open("r+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(lock.read().strip() or 0) or None
    except (FileNotFoundError, ValueError):
        pass
    return None


def ensure(checkout: Checkout, say: Callable[[str], None], environ: Mapping[str, str] = os.environ) -> Ports:
    """Have a local cloud that answers, and its ports.

    Raises CommandError when it does not come up, with the last lines that it wrote.
    """
    known = ports_module.remembered(checkout.ports)
    by_hand = ports_module.set_by_hand(environ)
    pid = holder(checkout.cloud)
    if pid and _is_from_before(pid):
        raise CommandError(
            f"The local cloud that runs here (process {pid}) is from before the toolkit had a folder of its own: end "
            f"it with `kill {pid}`, then run this again; what is deployed stays."
        )
    if pid and known:
        for name, port in by_hand.items():
            if getattr(known, name) != port:
                raise CommandError(
                    f"{ports_module.VARIABLES[name]}={port}, but the local cloud already runs on port "
                    f"{getattr(known, name)}. `make stop` first, then `make up` moves it."
                )
        if _wait(checkout, known, pid, None).get("code") == code.digest(checkout.toolkit):
            return known
        say("The local cloud's code has changed: restarting it. What is deployed stays.")
        stop(checkout.cloud)
    chosen = ports_module.choose(environ, known, say)
    while True:
        ports_module.remember(checkout.ports, chosen)
        try:
            start(checkout, chosen)
        except CommandError:
            # Unless another program took one of the ports meanwhile, the choice is the same again.
            tried, chosen = chosen, ports_module.choose(environ, known, say)
            if chosen == tried:
                raise
        else:
            return chosen


def start(checkout: Checkout, ports: Ports) -> None:
    """Start it and wait until it answers. Raises CommandError as `ensure` does."""
    log = checkout.cloud / "logs" / "start.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [checkout.python, "-m", "hearth", "cloud"],
            cwd=checkout.root,
            env={
                **os.environ,
                **{variable: str(getattr(ports, name)) for name, variable in ports_module.VARIABLES.items()},
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # It outlives this command and its terminal, and is ended as a group.
            start_new_session=True,
        )
    _wait(checkout, ports, process.pid, process)
    # Nobody waits for it from here on; without this, Popen warns of a child that is left behind.
    process.returncode = 0


def stop(folder: Path, patience: float = _STOP_SECONDS) -> bool:
    """Stop it, and after `patience` seconds kill it. Whether there was one."""
    pid = holder(folder)
    if not pid:
        return False
    process = psutil.Process(pid)
    for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, _KILL_SECONDS)):
        # Instances have process groups of their own; a cloud that has to be killed can't end them any more.
        instances = process.children(recursive=True) if number == signal.SIGKILL else []
        _signal(pid, number)
        for instance in instances:
            with contextlib.suppress(psutil.NoSuchProcess):
                instance.kill()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if _has_ended(process):
                return True
            time.sleep(_POLL_SECONDS)
    raise CommandError(f"The local cloud (process {pid}) does not end, not even after SIGKILL.")


def healthy(ports: Ports) -> bool:
    """Whether its APIs answer."""
    return bool(_health(ports))


def _health(ports: Ports) -> dict[str, Any]:
    """What it says of itself; empty when it does not answer."""
    try:
        with _direct.open(f"http://127.0.0.1:{ports.apis}/_local/health", timeout=2) as answer:
            said: dict[str, Any] = json.load(answer)
    except (OSError, http.client.HTTPException, ValueError):
        # Refused, too slow, or any answer but a good one.
        return {}
    return said


def status(ports: Ports) -> dict[str, Any]:
    """What it says of its sites and services (`hearth.localcloud.status`). Raises CommandError when it does not say."""
    try:
        with _direct.open(f"http://127.0.0.1:{ports.apis}/_local/status", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CommandError(
            f"The local cloud runs, but does not report its status ({error}). `make logs` and the file cloud.log in "
            ".local/cloud/logs may tell; `make stop` and `make up` start it anew."
        ) from error
    return found


def _is_from_before(pid: int) -> bool:
    """Whether it was started as the package that the local cloud was at first."""
    with contextlib.suppress(psutil.Error):
        return "localcloud" in psutil.Process(pid).cmdline()
    return False


def _wait(checkout: Checkout, ports: Ports, pid: int, process: subprocess.Popen[bytes] | None) -> dict[str, Any]:
    """What it says of itself, as soon as it answers."""
    deadline = time.monotonic() + _START_SECONDS
    while not (said := _health(ports)):
        ended = holder(checkout.cloud) != pid if process is None else process.poll() is not None
        if ended or time.monotonic() > deadline:
            what = "ended while it started" if ended else f"does not answer after {_START_SECONDS:.0f} s"
            if process and not ended:
                _signal(pid, signal.SIGKILL)
                process.wait()
            raise CommandError(f"The local cloud {what}. The end of its log:\n{_last_words(checkout.cloud / 'logs')}")
        time.sleep(_POLL_SECONDS)
    return said


def _has_ended(process: psutil.Process) -> bool:
    """Whether it is gone, or only its parent has yet to take note of its end."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        # In the foreground (`python -m hearth cloud`) it shares its group with a shell's pipeline.
        if os.getpgid(pid) == pid:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)


def _last_words(logs: Path) -> str:
    for name in ("start.log", "cloud.log"):
        with contextlib.suppress(OSError):
            lines = (logs / name).read_text(encoding="utf-8", errors="replace").strip().splitlines()
            if lines:
                return "\n".join(f"  {line}" for line in lines[-_LINES:])
    return f"  (nothing in {logs})"
