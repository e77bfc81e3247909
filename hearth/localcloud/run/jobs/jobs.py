"""Cloud Run's jobs: what the API does to them. The store is the truth; what runs belongs to `Executions`."""

from collections.abc import Mapping
from typing import Any

from hearth.catalog.apis import CLOUD_RUN
from hearth.localcloud import operations
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError, exists
from hearth.localcloud.records import policies
from hearth.localcloud.records.collections import get_document
from hearth.localcloud.run import access
from hearth.localcloud.run.documents import API
from hearth.localcloud.run.fields import check_etag
from hearth.localcloud.run.jobs import documents, spec
from hearth.localcloud.run.jobs.executions import Executions
from hearth.localcloud.run.jobs.shape import JOB
from hearth.localcloud.run.spec import check_name
from hearth.localcloud.store import Document, public


class Jobs:
    """The jobs of one local cloud. Names are relative: `projects/P/locations/R/jobs/J`."""

    def __init__(self, cloud: Cloud, executions: Executions) -> None:
        self._store = cloud.store
        self.executions = executions

    def get(self, name: str) -> Document:
        """Raises ApiError (404)."""
        return get_document(self._store, CLOUD_RUN, name)

    def exists(self, name: str) -> bool:
        return self._store.get(f"{API}/{name}") is not None

    def all(self, parent: str) -> list[Document]:
        return [job for _, job in self._store.children(f"{API}/{parent}/jobs")]

    async def create(self, parent: str, id: str, body: Document, *, validate_only: bool) -> Document:
        """Returns the operation. Raises ApiError."""
        check_name(id, "CreateJobRequest.job_id")
        name = f"{parent}/jobs/{id}"
        if self.exists(name):
            raise exists(name)
        return self._apply(documents.new_job(name), JOB.settable(body), validate_only=validate_only)

    async def update(self, name: str, body: Document, *, mask: str | None, validate_only: bool) -> Document:
        """Returns the operation. Raises ApiError."""
        job = self.get(name)
        given = JOB.settable(body if mask in (None, "*") else JOB.merge(job, body, mask))
        check_etag(job, given)
        return self._apply(job, given, validate_only=validate_only)

    async def delete(self, name: str) -> Document:
        """End what runs of it, forget it and its executions; returns the operation. Raises ApiError (404)."""
        self.get(name)
        await self.executions.end_all(name)
        # As it is by now, if it is still there.
        job = self.get(name)
        with self._store.transaction():
            self._store.delete_below(f"{API}/{name}")
            policies.forget(self._store, f"{API}/{name}")
        return self._done(job)

    def run(self, name: str, body: Mapping[str, Any]) -> Document:
        """Begin an execution; returns the operation, which ends with it. Raises ApiError."""
        job = self.get(name)
        if unknown := sorted(set(body) - {"etag", "validateOnly"}):
            raise ApiError(400, f"RunJobRequest.{unknown[0]} is not played: an execution runs the job as declared.")
        check_etag(job, body)
        if body.get("validateOnly"):
            shown = {"@type": documents.EXECUTION_TYPE} | public(documents.new_execution(job))
            return operations.completed(self._store, API, _parent(name), shown, shown)
        return self.executions.begin(job)

    def _apply(self, job: Document, given: Mapping[str, Any], *, validate_only: bool) -> Document:
        project = job["name"].split("/")[1]
        settable = spec.complete({key: value for key, value in given.items() if key not in {"name", "etag"}}, project)
        access.check_may_act_as(self._store, settable["template"]["template"]["serviceAccount"], project)
        self.executions.check(project, settable["template"]["template"])
        changed = documents.changed(job, settable)
        if validate_only:
            return self._done(changed)
        # As on Google, a job that could not run is there nevertheless, and its operation says so.
        obstacle, reason = self.executions.obstacle(changed)
        settled = documents.with_readiness(changed, obstacle, reason)
        self._store.put(f"{API}/{job['name']}", settled)
        return self._failed(settled, obstacle) if obstacle else self._done(settled)

    def _done(self, job: Document) -> Document:
        shown = {"@type": documents.JOB_TYPE} | public(job)
        return operations.completed(self._store, API, _parent(job["name"]), shown, shown)

    def _failed(self, job: Document, why: str) -> Document:
        shown = {"@type": documents.JOB_TYPE} | public(job)
        operation = operations.start(self._store, API, _parent(job["name"]), shown)
        operations.fail(self._store, operation, ApiError(400, why, "FAILED_PRECONDITION"))
        return operations.answer(self._store, operation)


def _parent(name: str) -> str:
    return name.partition("/jobs/")[0]
