"""What runs follows what is recorded: listeners and instances of every service, and the deploys between them.

The store is the truth: every change is recorded before it is carried out, and `start` carries out what a killed
process had not finished. One deploy of a service at a time; a newer one replaces it.
"""

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from hearth.localcloud import operations, request_log
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError
from hearth.localcloud.request_log import RequestLog
from hearth.localcloud.run import documents, real_values
from hearth.localcloud.run.documents import API
from hearth.localcloud.run.preparation import Preparation
from hearth.localcloud.run.runner_factory import DeployFailed, RunnerFactory
from hearth.localcloud.run.running_service import RunningService
from hearth.localcloud.run.traffic_router import TrafficRouter
from hearth.localcloud.store import Document, public

log = logging.getLogger(__name__)


class RunningServices:
    """The running side of one local cloud's services. Names are relative: `projects/P/locations/R/services/S`."""

    def __init__(self, cloud: Cloud, preparation: Preparation) -> None:
        self._cloud = cloud
        self._store = cloud.store
        self._runners = RunnerFactory(cloud, preparation)
        self._services: dict[str, RunningService] = {}
        self._requests = RequestLog(cloud.logs / request_log.DIRECT)

    def router(self, name: str) -> TrafficRouter | None:
        service = self._services.get(name)
        return service.router if service else None

    def check(self, project: str, template: Mapping[str, Any]) -> None:
        """Raise ApiError (400) for a template with which nothing may be started."""
        real_values.check(self._store, project, template)

    async def open(self, name: str, port: int | None = None) -> int:
        """Listen for a service, on its port or the first free one from the default on; returns it. Raises OSError."""
        service = RunningService(self._cloud, name, self._requests)
        found = await service.open(port or self._cloud.ports.service, self._taken_ports())
        self._services[name] = service
        return found

    async def close(self, name: str) -> None:
        """End all that runs for a service, first the deploy under way, whose operation fails."""
        await self._services[name].close()
        del self._services[name]

    async def begin(self, name: str, revision: str, operation: str | None) -> None:
        """Begin to deploy a revision (full name) that is recorded; the operation ends when that does."""
        await self._services[name].deploy(partial(self._bring_up, name, revision, operation))

    async def start(self) -> None:
        """Listen for every service, run what served, and go on with what was being deployed."""
        for key, service in self._store.below(API):
            if not _is_service(key):
                continue
            name = service["name"]
            port = await self.open(name, service["_port"])
            if port != service["_port"]:
                log.warning("port %d of %s is taken; it moved to %d", service["_port"], name, port)
                self._put(service | documents.address(port))
            latest = service.get("latestReadyRevision")
            if latest and (revision := self._store.get(f"{API}/{latest}")):
                runner = self._runners.create(revision)
                self._services[name].route_to(runner)
                runner.keep_running()
            if service.get("reconciling"):
                # The operation ended with the process that worked on it.
                await self.begin(name, service["latestCreatedRevision"], None)

    async def stop(self) -> None:
        await asyncio.gather(*(service.close() for service in self._services.values()))
        self._services.clear()
        self._requests.close()

    async def _bring_up(self, name: str, revision: str, operation: str | None) -> None:
        document = self._store.get(f"{API}/{revision}") or {}
        try:
            document = self._runners.pin_image(document)
            self._store.put(f"{API}/{revision}", document)
            runner = await self._runners.start(document)
        except DeployFailed as fault:
            self._failed(name, document, fault, operation)
        except asyncio.CancelledError:
            why = f"This change of {name} was interrupted by another one, or by the end of the local cloud."
            self._end(operation, ApiError(409, why, "ABORTED"))
            raise
        except Exception as fault:
            # Whatever it is, a client is polling the operation: it must end.
            log.exception("deploying %s", revision)
            self._failed(name, document, DeployFailed(document, repr(fault), reason="INTERNAL"), operation)
        else:
            self._services[name].route_to(runner)
            self._succeeded(name, document, operation)

    def _succeeded(self, name: str, revision: Document, operation: str | None) -> None:
        with self._store.transaction():
            self._store.put(f"{API}/{revision['name']}", documents.revision_ready(revision))
            self._put(documents.ready(self._get(name)))
        self._end(operation, public(self._get(name)))

    def _failed(self, name: str, revision: Document, fault: DeployFailed, operation: str | None) -> None:
        log.warning("%s", fault)
        with self._store.transaction():
            failed = documents.revision_failed(revision, fault.revision_reason, str(fault))
            self._store.put(f"{API}/{revision['name']}", failed)
            self._put(documents.failed(self._get(name), fault.reason, str(fault)))
        self._end(operation, ApiError(400, str(fault), "FAILED_PRECONDITION"))

    def _end(self, operation: str | None, outcome: ApiError | Mapping[str, Any]) -> None:
        if operation is None:
            return
        if isinstance(outcome, ApiError):
            operations.fail(self._store, operation, outcome)
        else:
            shown = {"@type": documents.SERVICE_TYPE} | dict(outcome)
            operations.finish(self._store, operation, shown, shown)

    def _taken_ports(self) -> set[int]:
        """Ports that services have, whether they listen now or not."""
        return {service["_port"] for key, service in self._store.below(API) if _is_service(key)}

    def _get(self, name: str) -> Document:
        service = self._store.get(f"{API}/{name}")
        assert service is not None  # noqa: S101 - a deploy is given up before its service is deleted
        return service

    def _put(self, service: Document) -> None:
        self._store.put(f"{API}/{service['name']}", service)


def _is_service(key: str) -> bool:
    # Beside services lie jobs, below both their revisions and executions.
    return key.split("/")[-2] == "services"
