"""Cloud Run's services: what the API does to them, and how what runs follows what is recorded.

The store is the truth: every change is recorded before it is carried out, and `start` carries out again what a killed
process had not finished. One deploy of a service at a time; a newer one replaces it.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from multidict import CIMultiDict

from localcloud import operations
from localcloud.cloud import Cloud
from localcloud.errors import ApiError, exists, not_found
from localcloud.records import policies
from localcloud.records.collections import public
from localcloud.run import access, documents, frontend, shape, spec
from localcloud.run.answer import Answer
from localcloud.run.deploy import Deployer, DeployFailed
from localcloud.run.documents import API
from localcloud.run.fields import check_etag
from localcloud.run.preparation import Preparation
from localcloud.run.serving import Serving
from localcloud.store import Document

log = logging.getLogger(__name__)


class Services:
    """The services of one local cloud. Names are relative: `projects/P/locations/R/services/S`."""

    def __init__(self, cloud: Cloud, preparation: Preparation) -> None:
        self._cloud = cloud
        self._store = cloud.store
        self._deployer = Deployer(cloud, preparation)
        self._serving: dict[str, Serving] = {}
        self._changing: dict[str, asyncio.Lock] = {}

    def get(self, name: str) -> Document:
        """Raises ApiError (404)."""
        service = self._store.get(f"{API}/{name}")
        if service is None:
            raise not_found(name)
        return service

    def exists(self, name: str) -> bool:
        return self._store.get(f"{API}/{name}") is not None

    def all(self, parent: str) -> list[Document]:
        return [service for _, service in self._store.children(f"{API}/{parent}/services")]

    def revisions(self, name: str) -> list[Document]:
        """Newest first. Raises ApiError (404)."""
        self.get(name)
        found = [revision for _, revision in self._store.children(f"{API}/{name}/revisions")]
        return sorted(found, key=lambda revision: revision["createTime"], reverse=True)

    def revision(self, name: str) -> Document:
        """Raises ApiError (404)."""
        revision = self._store.get(f"{API}/{name}")
        if revision is None:
            raise not_found(name)
        return revision

    async def create(self, parent: str, id: str, body: Document, *, validate_only: bool) -> Document:
        """Returns the operation. Raises ApiError."""
        spec.check_name(id)
        name = f"{parent}/services/{id}"
        async with self._one_change_at_a_time(name):
            if self.exists(name):
                raise exists(name)
            settable = self._spec(shape.SERVICE.settable(body), parent)
            if validate_only:
                return self._done(parent, public(documents.changed(documents.new_service(name, 0), settable)))
            serving = Serving(self._cloud, name)
            port = await serving.open(self._cloud.ports.service, self._taken_ports())
            self._serving[name] = serving
            return await self._apply(documents.changed(documents.new_service(name, port), settable), revise=True)

    async def update(self, name: str, body: Document, *, mask: str | None, validate_only: bool) -> Document:
        """Returns the operation. Raises ApiError."""
        async with self._one_change_at_a_time(name):
            service, parent = self.get(name), _parent(name)
            given = shape.SERVICE.settable(body if mask in (None, "*") else shape.SERVICE.merge(service, body, mask))
            check_etag(service, given)
            settable = self._spec(given, parent)
            changed = documents.changed(service, settable)
            if validate_only:
                return self._done(parent, public(changed))
            return await self._apply(changed, revise=settable["template"] != service["template"])

    async def delete(self, name: str) -> Document:
        """Returns the operation. Raises ApiError (404)."""
        async with self._one_change_at_a_time(name):
            service = self.get(name)
            with self._store.transaction():
                self._store.delete_below(f"{API}/{name}")
                policies.forget(self._store, f"{API}/{name}")
            await self._serving.pop(name).close()
            return self._done(_parent(name), public(service))

    def delete_revision(self, name: str) -> Document:
        """Returns the operation. Raises ApiError: 404, and 400 for a revision in use."""
        revision = self.revision(name)
        service = self.get(name.partition("/revisions/")[0])
        if name in (service.get("latestReadyRevision"), service.get("latestCreatedRevision")):
            raise ApiError(
                400, f"Revision '{name.rpartition('/')[2]}' is the latest or serves traffic.", "FAILED_PRECONDITION"
            )
        self._store.delete(f"{API}/{name}")
        parent = _parent(name)
        shown = {"@type": documents.REVISION_TYPE} | public(revision)
        return operations.completed(self._store, API, parent, shown, shown)

    async def start(self) -> None:
        """Listen for every service, run what served, and go on with what was being deployed."""
        for key, service in self._store.below(API):
            if not _is_service(key):
                continue
            name = service["name"]
            serving = self._serving[name] = Serving(self._cloud, name)
            port = await serving.open(service["_port"], self._taken_ports())
            if port != service["_port"]:
                log.warning("port %d of %s is taken; it moved to %d", service["_port"], name, port)
                self._put(service | documents.address(port))
            latest = service.get("latestReadyRevision")
            if latest and (revision := self._store.get(f"{API}/{latest}")):
                runner = self._deployer.runner(revision)
                serving.serve(runner)
                runner.keep()
            if service.get("reconciling"):
                await self._deploy(name, service["latestCreatedRevision"], operation=None)

    async def stop(self) -> None:
        await asyncio.gather(*(serving.close() for serving in self._serving.values()))
        self._serving.clear()

    def answer(
        self, service: str, *, method: str, target: str, headers: CIMultiDict[str], body: bytes | None
    ) -> AbstractAsyncContextManager[Answer]:
        """Answer one request, as the service's URL would. Raises InstanceGone."""
        serving = self._serving.get(service)
        dispatcher = serving.dispatcher if serving else None
        return frontend.serve(
            self._store, service, dispatcher, method=method, target=target, headers=headers, body=body
        )

    def _one_change_at_a_time(self, name: str) -> asyncio.Lock:
        """Held while a change is accepted, not while it is carried out."""
        return self._changing.setdefault(name, asyncio.Lock())

    async def _apply(self, service: Document, *, revise: bool) -> Document:
        """Record a changed service, begin to deploy what needs it, and return the operation."""
        name = service["name"]
        created = service.get("latestCreatedRevision", "")
        if revise:
            number = self._number(name)
            revision = documents.new_revision(service, number)
            created = revision["name"]
            with self._store.transaction():
                self._store.put(f"{API}/{created}", revision)
                self._put(documents.deploying(service | {"_revisions": number}, created))
        elif service.get("latestReadyRevision") == created:
            self._put(documents.ready(service))
            return self._done(_parent(name), public(self.get(name)))
        else:
            # The same template failed before: what was missing (a grant, an image) may be there now.
            self._put(documents.deploying(service, created))
        shown = public(self.get(name))
        parent = _parent(name)
        operation = operations.start(self._store, API, parent, {"@type": documents.SERVICE_TYPE} | shown)
        await self._deploy(name, created, operation)
        return operations.answer(self._store, operation)

    async def _deploy(self, name: str, revision: str, operation: str | None) -> None:
        await self._serving[name].deploy(partial(self._bring_up, name, revision, operation))

    async def _bring_up(self, name: str, revision: str, operation: str | None) -> None:
        document = self._store.get(f"{API}/{revision}") or {}
        try:
            document = self._deployer.pin(document)
            self._store.put(f"{API}/{revision}", document)
            runner = await self._deployer.prove(document)
        except DeployFailed as fault:
            self._failed(name, document, fault, operation)
        except asyncio.CancelledError:
            why = f"Another change of {name}, or the end of the local cloud, came before this one was done."
            self._end(operation, ApiError(409, why, "ABORTED"))
            raise
        except Exception as fault:
            # Whatever it is, a client is polling the operation: it must end.
            log.exception("deploying %s", revision)
            self._failed(name, document, DeployFailed(document, repr(fault), reason="INTERNAL"), operation)
        else:
            self._serving[name].serve(runner)
            with self._store.transaction():
                self._store.put(f"{API}/{revision}", documents.revision_ready(document))
                self._put(documents.ready(self.get(name)))
            self._end(operation, public(self.get(name)))

    def _failed(self, name: str, revision: Document, fault: DeployFailed, operation: str | None) -> None:
        log.warning("%s", fault)
        with self._store.transaction():
            failed = documents.revision_failed(revision, fault.revision_reason, str(fault))
            self._store.put(f"{API}/{revision['name']}", failed)
            self._put(documents.failed(self.get(name), fault.reason, str(fault)))
        self._end(operation, ApiError(400, str(fault), "FAILED_PRECONDITION"))

    def _end(self, operation: str | None, outcome: ApiError | Mapping[str, Any]) -> None:
        if operation is None:
            return
        if isinstance(outcome, ApiError):
            operations.fail(self._store, operation, outcome)
        else:
            shown = {"@type": documents.SERVICE_TYPE} | dict(outcome)
            operations.finish(self._store, operation, shown, shown)

    def _spec(self, given: Mapping[str, Any], parent: str) -> dict[str, Any]:
        """The checked and completed part of a service that clients set."""
        project = parent.split("/")[1]
        settable = spec.complete({key: value for key, value in given.items() if key not in {"name", "etag"}}, project)
        access.check_may_act_as(self._store, settable["template"]["serviceAccount"], project)
        return settable

    def _done(self, parent: str, service: Mapping[str, Any]) -> Document:
        shown = {"@type": documents.SERVICE_TYPE} | dict(service)
        return operations.completed(self._store, API, parent, shown, shown)

    def _number(self, name: str) -> int:
        before = self._store.get(f"{API}/{name}")
        return (before["_revisions"] if before else 0) + 1

    def _taken_ports(self) -> set[int]:
        """Ports that services have, whether they listen now or not."""
        return {service["_port"] for key, service in self._store.below(API) if _is_service(key)}

    def _put(self, service: Document) -> None:
        self._store.put(f"{API}/{service['name']}", service)


def _parent(name: str) -> str:
    return name.partition("/services/")[0]


def _is_service(key: str) -> bool:
    return key.split("/")[-2] == "services"
