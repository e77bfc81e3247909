"""Google Cloud as records alone: what `make preview` deploys the base revision onto.

Everything is accepted, kept and answered as by the whole local cloud, and nothing is done: a service is ready the
moment it is declared, a job's execution has succeeded, a build gives a digest without building, sites are released
without an edge. There is thus nothing by which a real project could be mistaken for a local one, so that any project
is taken; the folder is thrown away after one preview. Left out on purpose: checking that a declared image exists,
since a stack may deploy one from another project's registry.
"""

import asyncio
import hashlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hearth.localcloud import server
from hearth.localcloud.build import source
from hearth.localcloud.build.api import CloudBuild
from hearth.localcloud.build.archive import SourceError
from hearth.localcloud.build.environment import Log
from hearth.localcloud.build.worker import BuildFailure, Worker, reference, tagged
from hearth.localcloud.cloud import RECORDED, Cloud, Part
from hearth.localcloud.hosting.hosting import Hosting
from hearth.localcloud.kept.part import Kept
from hearth.localcloud.records import Records
from hearth.localcloud.run import CloudRun
from hearth.localcloud.run.documents import API
from hearth.localcloud.run.jobs import Executions
from hearth.localcloud.run.running_services import RunningServices


def parts(cloud: Cloud) -> Sequence[Part]:
    """Every part, none of which starts a process or opens a port."""
    run = CloudRun(cloud, RecordedServices, RecordedExecutions)
    return [Records(cloud), Kept(cloud), CloudBuild(cloud, RecordedWorker), run, RecordedHosting(cloud, run)]


class RecordedServices(RunningServices):
    """Services that are ready at once and have no instance."""

    async def start(self) -> None:
        """Nothing ran, so nothing is to be taken up again."""

    def check(self, project: str, template: Mapping[str, Any]) -> None:
        """Nothing runs that could be handed anything."""

    async def open(self, name: str, port: int | None = None) -> int:
        """A port that only shows in the service's URL."""
        taken = self._taken_ports()
        return port or next(at for at in range(self._cloud.ports.service, 65536) if at not in taken)

    async def close(self, name: str) -> None:
        """Nothing runs."""

    async def begin(self, name: str, revision: str, operation: str | None) -> None:
        self._succeeded(name, self._store.get(f"{API}/{revision}") or {}, operation)


class RecordedExecutions(Executions):
    """Executions that have succeeded and run nothing."""

    def check(self, project: str, template: Mapping[str, Any]) -> None:
        """Nothing runs that could be handed anything."""

    def obstacle(self, job: Mapping[str, Any]) -> tuple[str, str]:
        """None: what a real project's job would need is elsewhere."""
        return "", ""

    async def _run_tasks(self, name: str) -> list[str]:
        for task in self.tasks(name):
            self._succeed(task)
        return []


class RecordedWorker(Worker):
    """Builds whose digest follows from the source alone, so that equal content has an equal reference."""

    async def work(self, build: Mapping[str, Any], log: Log, warn: Log) -> list[dict[str, str]]:
        wanted = [reference(text) for text in build.get("images", [])]
        try:
            archive = source.find(self._cloud, build)
        except SourceError as fault:
            raise BuildFailure("FETCH_SOURCE_FAILED", str(fault)) from fault
        # A blob's name is the hash of its bytes.
        digest = f"sha256:{hashlib.sha256(f'recorded {archive.name}'.encode()).hexdigest()}"
        return self.push(build, wanted, {tagged(each.text): digest for each in wanted}, log)


class RecordedHosting(Hosting):
    """Sites with versions and releases, and nobody who serves them."""

    async def start(self) -> None:
        """Open no edge."""


async def serve(root: Path) -> None:
    """Say on which port, and serve until standard input ends, as it does when whoever started this is gone."""
    async with server.running(root, RECORDED, parts, records_only=True) as cloud:
        print(cloud.ports.apis, flush=True)
        await asyncio.to_thread(sys.stdin.buffer.read)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
