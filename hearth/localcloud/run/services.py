"""Cloud Run's services as the API changes them: checked, recorded, and carried out by `running_services`."""

import asyncio
from collections.abc import Mapping
from typing import Any

from hearth.catalog.apis import CLOUD_RUN
from hearth.localcloud import operations
from hearth.localcloud.errors import ApiError, exists
from hearth.localcloud.records import policies
from hearth.localcloud.records.collections import get_document
from hearth.localcloud.run import access, documents, shape, spec
from hearth.localcloud.run.documents import API
from hearth.localcloud.run.fields import check_etag
from hearth.localcloud.run.running_services import RunningServices
from hearth.localcloud.store import Document, Store, public


class Services:
    """The services of one local cloud. Names are relative: `projects/P/locations/R/services/S`."""

    def __init__(self, store: Store, running: RunningServices) -> None:
        self._store = store
        self._running = running
        self._changing: dict[str, asyncio.Lock] = {}

    def get(self, name: str) -> Document:
        """A service or a revision. Raises ApiError (404)."""
        return get_document(self._store, CLOUD_RUN, name)

    def exists(self, name: str) -> bool:
        return self._store.get(f"{API}/{name}") is not None

    def all(self, parent: str) -> list[Document]:
        return [service for _, service in self._store.children(f"{API}/{parent}/services")]

    def revisions(self, name: str) -> list[Document]:
        """Newest first. Raises ApiError (404)."""
        self.get(name)
        revisions = [revision for _, revision in self._store.children(f"{API}/{name}/revisions")]
        return sorted(revisions, key=lambda revision: revision["createTime"], reverse=True)

    async def create(self, parent: str, id: str, body: Document, *, validate_only: bool) -> Document:
        """Returns the operation. Raises ApiError."""
        spec.check_name(id)
        name = f"{parent}/services/{id}"
        async with self._one_change_at_a_time(name):
            if self.exists(name):
                raise exists(name)
            settable = self._spec(shape.SERVICE.settable(body), parent)
            if validate_only:
                return self._done(documents.changed(documents.new_service(name, 0), settable))
            port = await self._running.open(name)
            return await self._apply(documents.changed(documents.new_service(name, port), settable), revise=True)

    async def update(self, name: str, body: Document, *, mask: str | None, validate_only: bool) -> Document:
        """Returns the operation. Raises ApiError."""
        async with self._one_change_at_a_time(name):
            service = self.get(name)
            given = shape.SERVICE.settable(body if mask in (None, "*") else shape.SERVICE.merge(service, body, mask))
            check_etag(service, given)
            settable = self._spec(given, _parent(name))
            changed = documents.changed(service, settable)
            if validate_only:
                return self._done(changed)
            return await self._apply(changed, revise=settable["template"] != service["template"])

    async def delete(self, name: str) -> Document:
        """Returns the operation. Raises ApiError (404)."""
        async with self._one_change_at_a_time(name):
            self.get(name)
            # What still runs needs its records, and must be over before they go.
            await self._running.close(name)
            service = self.get(name)
            with self._store.transaction():
                self._store.delete_below(f"{API}/{name}")
                policies.forget(self._store, f"{API}/{name}")
            return self._done(service)

    def delete_revision(self, name: str) -> Document:
        """Returns the operation. Raises ApiError: 404, and 400 for a revision in use."""
        revision = self.get(name)
        service = self.get(name.partition("/revisions/")[0])
        if name in (service.get("latestReadyRevision"), service.get("latestCreatedRevision")):
            raise ApiError(
                400, f"Revision '{name.rpartition('/')[2]}' is the latest or serves traffic.", "FAILED_PRECONDITION"
            )
        self._store.delete(f"{API}/{name}")
        return self._done(revision, documents.REVISION_TYPE)

    def _one_change_at_a_time(self, name: str) -> asyncio.Lock:
        """Held while a change is accepted, not while it is carried out."""
        return self._changing.setdefault(name, asyncio.Lock())

    async def _apply(self, service: Document, *, revise: bool) -> Document:
        """Record a changed service, begin to deploy what needs it, and return the operation."""
        name = service["name"]
        created = service.get("latestCreatedRevision", "")
        if revise:
            number = service["_revisions"] + 1
            revision = documents.new_revision(service, number)
            created = revision["name"]
            with self._store.transaction():
                self._store.put(f"{API}/{created}", revision)
                self._put(documents.deploying(service | {"_revisions": number}, created))
        elif service.get("latestReadyRevision") == created:
            self._put(documents.ready(service))
            return self._done(self.get(name))
        else:
            # The same template failed before: what was missing (a grant, an image) may be there now.
            self._put(documents.deploying(service, created))
        shown = {"@type": documents.SERVICE_TYPE} | public(self.get(name))
        operation = operations.start(self._store, API, _parent(name), shown)
        await self._running.begin(name, created, operation)
        return operations.answer(self._store, operation)

    def _spec(self, given: Mapping[str, Any], parent: str) -> dict[str, Any]:
        """The checked and completed part of a service that clients set."""
        project = parent.split("/")[1]
        settable = spec.complete({key: value for key, value in given.items() if key not in {"name", "etag"}}, project)
        access.check_may_act_as(self._store, settable["template"]["serviceAccount"], project)
        self._running.check(project, settable["template"])
        return settable

    def _done(self, resource: Document, kind: str = documents.SERVICE_TYPE) -> Document:
        shown = {"@type": kind} | public(resource)
        return operations.completed(self._store, API, _parent(resource["name"]), shown, shown)

    def _put(self, service: Document) -> None:
        self._store.put(f"{API}/{service['name']}", service)


def _parent(name: str) -> str:
    return name.partition("/services/")[0]
