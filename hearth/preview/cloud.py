"""A records-only local cloud for one preview."""

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hearth.localcloud.cloud import Ports
from hearth.preview import processes
from hearth.preview.errors import PreviewError

_START_SECONDS = 30.0
_POLL_SECONDS = 0.02
# Proxies of the user's shell are for the internet.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextmanager
def running(checkout: Path, python: Path, folder: Path, environ: Mapping[str, str]) -> Iterator[Ports]:
    """A cloud of this checkout's code that keeps its objects in `folder`; its ports. Raises PreviewError."""
    ports = _free_ports()
    folder.mkdir(parents=True)
    numbers = [str(port) for port in (ports.apis, ports.edge, ports.service)]
    with (
        (folder / "start.log").open("wb") as log,
        processes.started(
            [python, "-m", "hearth.localcloud.recorded", folder, *numbers],
            checkout,
            environ,
            # It ends when this pipe does, and so even when this process is killed.
            stdin=subprocess.PIPE,
            stdout=log.fileno(),
            stderr=log.fileno(),
        ) as process,
    ):
        _wait(ports, process, folder / "start.log")
        yield ports


def _wait(ports: Ports, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _is_records_only(ports):
        if process.poll() is not None or time.monotonic() > deadline:
            words = log.read_text(encoding="utf-8", errors="replace").strip()[-2000:]
            raise PreviewError(f"The throwaway local cloud did not start:\n{words or '(it said nothing)'}")
        time.sleep(_POLL_SECONDS)


def _is_records_only(ports: Ports) -> bool:
    """Whether it answers, and is such a cloud: a stack with a real project's name is deployed on no other."""
    try:
        with _direct.open(f"http://127.0.0.1:{ports.apis}/_local/health", timeout=2) as answer:
            return json.load(answer).get("recordsOnly") is True
    except (OSError, ValueError):
        return False


def _free_ports() -> Ports:
    """One to listen on, and two that only show in URLs: always the same, so that previews can be compared."""
    with ExitStack() as stack:
        probe = stack.enter_context(socket.socket())
        probe.bind(("127.0.0.1", 0))
        apis = probe.getsockname()[1]
    return Ports(apis=apis, edge=5000, service=8080)
