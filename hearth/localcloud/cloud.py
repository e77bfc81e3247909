"""What the parts of one local cloud share: its folder, its objects, its addresses."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hearth.localcloud.store import Store

if TYPE_CHECKING:
    # Every command reads this file, and aiohttp takes longer to import than most of them take to run.
    from aiohttp import web


@dataclass(frozen=True, kw_only=True)
class Ports:
    """TCP ports on loopback."""

    apis: int
    edge: int
    service: int
    """The first Cloud Run service; each further one takes the next free port."""

    @property
    def origin(self) -> str:
        """Origin of the APIs, without a trailing slash."""
        return f"http://127.0.0.1:{self.apis}"


RECORDED = Ports(apis=0, edge=5000, service=8080)
"""Of a cloud of records alone: one to listen on, which the system gives, and two that only show in URLs, always the
same, so that previews can be compared."""


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """Everything under `root` belongs to this local cloud and may be deleted while it is stopped."""

    root: Path
    store: Store
    ports: Ports
    records_only: bool = False
    """Thrown away after one preview, and therefore open to any project: `hearth.localcloud.recorded`."""

    @property
    def origin(self) -> str:
        """Origin of the APIs, without a trailing slash."""
        return self.ports.origin

    @property
    def blobs(self) -> Path:
        """Immutable content, a file each, named by the SHA-256 (hex) of its bytes."""
        return self.root / "blobs"

    @property
    def images(self) -> Path:
        """Unpacked images, a folder each, named by the hex part of their digest."""
        return self.root / "images"

    @property
    def environments(self) -> Path:
        """Virtual environments, named by the SHA-256 of the lock file (and interpreter) they were made from."""
        return self.root / "environments"

    @property
    def locks(self) -> Path:
        """Lock files of requirements that are none, named by the SHA-256 of those (and of the interpreter)."""
        return self.root / "locks"

    @property
    def logs(self) -> Path:
        """Log files: `cloud.log`, `edge.log`, `direct.log`, `builds/ID.log`, and `NAME.log` in `services`, `jobs` and
        `databases`.
        """
        return self.root / "logs"

    @property
    def data(self) -> Path:
        """What services and jobs keep over revisions, executions and restarts: a directory a project, `PROJECT/`."""
        return self.root / "data"

    @property
    def databases(self) -> Path:
        """What database servers keep: a folder a Cloud SQL instance, `cloudsql/PROJECT/NAME/`."""
        return self.root / "databases"


class Part(Protocol):
    """One area of the local cloud: its routes on the APIs' port, and what it runs beside them."""

    def routes(self) -> Iterable["web.RouteDef"]:
        """Routes with full paths, such as `/run/v2/projects/{project}/...`. Handlers may raise ApiError."""

    async def start(self) -> None:
        """Open listeners and take up what the store says should be running."""

    async def stop(self) -> None:
        """Close listeners and end every process this part started."""
