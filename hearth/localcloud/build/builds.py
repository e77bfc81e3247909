"""Builds as records: their states, times, logs and operations, and the tasks that carry them out.

States follow Cloud Build: QUEUED, WORKING, then SUCCESS, FAILURE, TIMEOUT or CANCELLED. One build works at a time;
the others are queued, which keeps installs from running against each other.
"""

import asyncio
import base64
import re
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from hearth.localcloud import operations, times
from hearth.localcloud.build.worker import BuildFailure, Worker
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError
from hearth.localcloud.store import Document, public

API = "cloudbuild"
_METADATA = "type.googleapis.com/google.devtools.cloudbuild.v1.BuildOperationMetadata"
_BUILD = "type.googleapis.com/google.devtools.cloudbuild.v1.Build"
_LAST_LINES = 15
_UNFINISHED = frozenset({"QUEUED", "WORKING"})


class Builds:
    """The builds of one local cloud."""

    def __init__(self, cloud: Cloud, worker: Worker) -> None:
        self._cloud = cloud
        self._worker = worker
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Semaphore(1)

    def submit(self, project: str, location: str, body: Mapping[str, Any]) -> Document:
        """Record a build, begin it, and return its operation. The body has been checked."""
        id = str(uuid.uuid4())  # noqa: A001 - its name in the API
        name = f"projects/{project}/locations/{location}/builds/{id}"
        build: Document = dict(body) | {
            "name": name,
            "id": id,
            "projectId": project,
            "status": "QUEUED",
            "createTime": times.now(),
            "timeout": body.get("timeout", "3600s"),
            "logUrl": (self._cloud.logs / "builds" / f"{id}.log").as_uri(),
        }
        # The id as Cloud Build makes it: base64 of the build's.
        operation = operations.start(
            self._cloud.store,
            API,
            f"operations/build/{project}",
            {"@type": _METADATA, "build": build},
            id=base64.urlsafe_b64encode(id.encode()).decode(),
        )
        self._put(build | {"_operation": operation})
        self._tasks[name] = asyncio.create_task(self._carry_out(name), name=f"build {id}")
        return operations.answer(self._cloud.store, operation)

    def get(self, name: str) -> Document | None:
        return self._cloud.store.get(f"{API}/{name}")

    def all(self, project: str, location: str) -> list[Document]:
        """Newest first."""
        found = self._cloud.store.children(f"{API}/projects/{project}/locations/{location}/builds")
        return sorted((build for _, build in found), key=lambda build: build["createTime"], reverse=True)

    async def cancel(self, name: str) -> None:
        """End a build under way; nothing when it has ended."""
        task = self._tasks.get(name)
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def resume(self) -> None:
        """Fail what a killed process left under way."""
        for _, build in self._cloud.store.below(API):
            if build.get("status") in _UNFINISHED:
                self._finish(
                    build, "FAILURE", detail="The local cloud stopped while this build was running. Build again."
                )

    async def stop(self) -> None:
        """Cancel every build under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry_out(self, name: str) -> None:
        build = self._expect(name)
        path = self._cloud.logs / "builds" / f"{build['id']}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", buffering=1) as file:
            log, warnings = BuildLog(file), list[str]()
            try:
                async with self._turn:
                    self._put(build | {"status": "WORKING", "startTime": times.now()})
                    async with asyncio.timeout(seconds(build["timeout"])):
                        images = await self._worker.work(build, log, warnings.append)
                self._finish(self._expect(name), "SUCCESS", images=images, warnings=warnings)
            except asyncio.CancelledError:
                log("CANCELLED")
                self._finish(self._expect(name), "CANCELLED", detail="Build was cancelled.")
                raise
            except TimeoutError:
                log("TIMEOUT")
                self._finish(
                    self._expect(name), "TIMEOUT", detail=f"Build timed out after {build['timeout']}.\n{log.tail()}"
                )
            except BuildFailure as failure:
                log(f"ERROR: {failure}")
                self._finish(self._expect(name), "FAILURE", detail=log.tail(), failure=failure)
            except Exception as fault:
                # Whatever it is, a client is polling: the build must end, and the traceback goes to the cloud's log.
                log(f"ERROR: internal error: {fault!r}")
                self._finish(self._expect(name), "FAILURE", detail=log.tail())
                raise
            finally:
                del self._tasks[name]

    def _finish(
        self,
        build: Document,
        status: str,
        *,
        images: list[dict[str, str]] | None = None,
        warnings: Sequence[str] = (),
        detail: str | None = None,
        failure: BuildFailure | None = None,
    ) -> None:
        ended = build | {"status": status, "finishTime": times.now()}
        if images is not None:
            ended["results"] = {"images": images}
        if warnings:
            ended["warnings"] = [{"text": text, "priority": "WARNING"} for text in warnings]
        if detail:
            ended["statusDetail"] = detail
        if failure:
            ended["failureInfo"] = {"type": failure.type, "detail": str(failure)}
        store = self._cloud.store
        with store.transaction():
            self._put(ended)
            operation, shown = build["_operation"], public(ended)
            if operations.answer(store, operation)["done"]:
                return
            metadata = {"@type": _METADATA, "build": shown}
            if status == "SUCCESS":
                operations.finish(store, operation, {"@type": _BUILD} | shown, metadata)
            else:
                error = ApiError(499 if status == "CANCELLED" else 400, f"Build failed; {detail}", "ABORTED")
                operations.fail(store, operation, error, metadata)

    def _put(self, build: Document) -> None:
        self._cloud.store.put(f"{API}/{build['name']}", build)

    def _expect(self, name: str) -> Document:
        build = self.get(name)
        assert build is not None  # noqa: S101 - builds are never deleted
        return build


class BuildLog:
    """A build's log file, and its last lines for the status."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._tail: deque[str] = deque(maxlen=_LAST_LINES)

    def __call__(self, line: str) -> None:
        self._file.write(f"{times.now()} {line}\n")
        self._tail.append(line)

    def tail(self) -> str:
        return "\n".join(self._tail)


def seconds(duration: str) -> float:
    """A protobuf Duration in JSON ("1200s"). Raises ValueError."""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)s", duration)
    if not found:
        raise ValueError(f"{duration!r} is not a duration; write seconds, such as 1200s")
    return float(found[1])
