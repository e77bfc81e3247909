"""Local clouds for tests: one in this process for most, one in a process of its own for those about its death."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psutil
import requests

from flask_hearth.testing.processes import PATIENCE
from hearth import project
from hearth.catalog.apis import APIS, SERVICE_USAGE, Api
from hearth.localcloud.cloud import Cloud, Part, Ports
from hearth.localcloud.server import all_parts, running
from hearth.tests.ports import held_ports

CHECKOUT = project.root()
PROJECT = "demo-test"
T = TypeVar("T")


class _Session(requests.Session):
    """One that waits for each answer as long as a busy machine may need."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        return super().send(request, **{**options, "timeout": PATIENCE})


@dataclass
class LocalCloud:
    """A client of one running local cloud."""

    root: Path
    ports: Ports
    session: requests.Session = field(default_factory=_Session)
    cloud: Cloud | None = None
    """Set for one in this process; use its store only through `in_loop`."""
    process: subprocess.Popen[bytes] | None = None
    """Set for one in a process of its own, which leads its process group."""
    loop: asyncio.AbstractEventLoop | None = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.ports.apis}"

    def url(self, api: Api, path: str) -> str:
        return api.local(self.origin) + path

    def call(
        self, method: str, api: Api, path: str, json: Any = None, *, status: int = 200, **options: Any
    ) -> dict[str, Any]:
        """One call; its JSON answer, after seeing that the status is the expected one."""
        answer = self.session.request(method, self.url(api, path), json=json, **options)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        body = answer.json() if answer.content else {}
        assert isinstance(body, dict)
        return body

    def enable(self, project: str = PROJECT, *apis: Api) -> None:
        """Switch APIs on in a project, all of them by default."""
        names = [api.name for api in apis or APIS]
        # As many at once as Google takes.
        for at in range(0, len(names), 20):
            batch = {"serviceIds": names[at : at + 20]}
            self.call("POST", SERVICE_USAGE, f"projects/{project}/services:batchEnable", batch)

    def in_loop(self, work: Callable[[Cloud], T]) -> T:
        """Run `work` on the cloud's own thread, the only one that may touch its store."""
        assert self.loop is not None
        assert self.cloud is not None
        cloud = self.cloud

        async def run() -> T:
            return work(cloud)

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(PATIENCE)

    def kill(self) -> None:
        """Kill -9, of the cloud's process alone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(PATIENCE)


def wait_until(done: Callable[[], bool]) -> None:
    """Poll for something that a server does in its own time."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, "what was waited for did not happen in time"
        time.sleep(0.01)


@contextmanager
def in_thread(
    root: Path,
    ports: Ports | None = None,
    compose: Callable[[Cloud], Sequence[Part]] = all_parts,
    *,
    records_only: bool = False,
) -> Iterator[LocalCloud]:
    """A local cloud, whole unless told otherwise, on a thread and an event loop of its own."""
    loop = asyncio.new_event_loop()
    up, stop = threading.Event(), asyncio.Event()
    failures: list[BaseException] = []

    async def main() -> None:
        async with running(root, local.ports, compose, records_only=records_only) as cloud:
            local.cloud = cloud
            up.set()
            await stop.wait()

    def work() -> None:
        try:
            loop.run_until_complete(main())
        except BaseException as error:  # noqa: BLE001 - shown to the test below
            failures.append(error)
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()
            up.set()

    with nullcontext(ports) if ports else held_ports() as found:
        local = LocalCloud(root=root, ports=found, loop=loop)
        thread = threading.Thread(target=work, name="localcloud")
        thread.start()
        try:
            assert up.wait(PATIENCE), "the local cloud did not start in time"
            if not failures:
                yield local
        finally:
            local.session.close()
            if not loop.is_closed():
                loop.call_soon_threadsafe(stop.set)
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the local cloud did not stop in time"
            if failures:
                raise failures[0]


@contextmanager
def in_process(
    root: Path, ports: Ports | None = None, environ: Mapping[str, str] | None = None
) -> Iterator[LocalCloud]:
    """A whole local cloud as a process group of its own, ready; stopped by group whatever happens."""
    code = (
        "import sys, pathlib; from hearth.localcloud.cloud import Ports; from hearth.localcloud.server import serve; "
        "a, e, s = map(int, sys.argv[2:]); serve(pathlib.Path(sys.argv[1]), Ports(apis=a, edge=e, service=s))"
    )
    with nullcontext(ports) if ports else held_ports() as found:
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(root), *map(str, (found.apis, found.edge, found.service))],
            cwd=CHECKOUT,
            env=os.environ | dict(environ or {}),
            start_new_session=True,
        )
        local = LocalCloud(root=root, ports=found, process=process)
        try:
            _wait_until_healthy(local)
            yield local
        finally:
            local.session.close()
            process.terminate()
            try:
                process.wait(PATIENCE)
            finally:
                # The group outlives its leader when an instance did: nothing may.
                _kill_group(process.pid)
                process.wait(PATIENCE)


def _wait_until_healthy(local: LocalCloud) -> None:
    assert local.process is not None
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert local.process.poll() is None, f"the local cloud ended with {local.process.returncode}"
        try:
            if local.session.get(f"{local.origin}/_local/health").ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError("the local cloud did not become healthy in time")


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def processes_below(root: Path, variable: str) -> list[psutil.Process]:
    """Those with a path below `root` in this variable of their environment, those that others started included."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(variable, "").startswith(str(root)):
                found.append(process)
        except psutil.Error:
            continue
    return found
