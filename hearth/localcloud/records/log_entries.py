"""Cloud Logging v2: the entries of builds, and of executions of jobs, which is how a client learns why one failed.

Two questions are answered, those for the lines of one build or one execution; a filter that means anything else is
refused, since an answer without the entries it asked for would look like silence. What services write is in
`logs/services`, for people.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from aiohttp import web

from hearth.catalog.apis import CLOUD_BUILD, CLOUD_RUN, LOGGING
from hearth.localcloud import bodies
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError
from hearth.localcloud.store import Document

_BUILD = re.compile(r'\s*resource\.type="build"\s+AND\s+resource\.labels\.build_id="([0-9a-f-]+)"\s*')
_EXECUTION = re.compile(
    r'\s*resource\.type="cloud_run_job"\s+AND\s+resource\.labels\.job_name="([a-z0-9-]+)"\s+AND\s+'
    r'labels\."run\.googleapis\.com/execution_name"="([a-z0-9-]+)"\s*'
)
_PROJECT = re.compile(r"projects/([^/]+)")
_ORDERS = {"": False, "timestamp asc": False, "timestamp desc": True}
_MOST = 1000


def routes(cloud: Cloud) -> Iterable[web.RouteDef]:
    async def list_(request: web.Request) -> web.Response:
        return web.json_response({"entries": _entries(cloud, await bodies.read(request))})

    return [web.post(f"/{LOGGING.prefix}/{LOGGING.version}/entries:list", list_)]


def _entries(cloud: Cloud, body: Document) -> list[Document]:
    wanted, order, count = bodies.text(body, "filter"), bodies.text(body, "orderBy"), _count(body)
    build, execution = _BUILD.fullmatch(wanted), _EXECUTION.fullmatch(wanted)
    if not (build or execution) or order not in _ORDERS or body.get("pageToken"):
        raise ApiError(
            501,
            'The local cloud answers entries:list only for the filter resource.type="build" AND '
            'resource.labels.build_id="ID", or resource.type="cloud_run_job" AND resource.labels.job_name="JOB" AND '
            'labels."run.googleapis.com/execution_name"="EXECUTION", ordered by timestamp asc or desc, and only with '
            "its first page.",
        )
    project = _project(body)
    if build:
        entries = _of_build(cloud, project, build[1])
    else:
        assert execution is not None  # noqa: S101 - one of the two
        entries = _of_execution(cloud, project, execution[1], execution[2])
    found = list(entries)
    return list(islice(reversed(found) if _ORDERS[order] else found, count))


def _of_build(cloud: Cloud, project: str, build: str) -> Iterator[Document]:
    known = cloud.store.below(f"{CLOUD_BUILD.prefix}/projects/{project}/locations")
    path = cloud.logs / "builds" / f"{build}.log"
    if not path.exists() or not any(name.endswith(f"/builds/{build}") for name, _ in known):
        return
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines()):
        yield {
            "logName": f"projects/{project}/logs/cloudbuild",
            "resource": {"type": "build", "labels": {"build_id": build, "project_id": project}},
            "insertId": f"{build}-{number}",
            "textPayload": line,
        }


def _of_execution(cloud: Cloud, project: str, job: str, execution: str) -> Iterator[Document]:
    known = cloud.store.below(f"{CLOUD_RUN.prefix}/projects/{project}/locations")
    path = cloud.logs / "jobs" / f"{job}.log"
    if not path.exists() or not any(name.endswith(f"/jobs/{job}/executions/{execution}") for name, _ in known):
        return
    written = re.compile(rf"{re.escape(execution)}-task(\d+) \| (.*)")
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines()):
        if match := written.fullmatch(line):
            yield {
                "logName": f"projects/{project}/logs/run.googleapis.com%2Fstdout",
                "resource": {"type": "cloud_run_job", "labels": {"job_name": job, "project_id": project}},
                "labels": {
                    "run.googleapis.com/execution_name": execution,
                    "run.googleapis.com/task_index": match[1],
                },
                "insertId": f"{execution}-{number}",
                **_payload(match[2]),
            }


def _payload(line: str) -> Document:
    """A line that is a JSON object becomes a structured entry, as Cloud Run's own agent makes it."""
    if line.startswith("{"):
        try:
            found: Any = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            severity = {"severity": found.pop("severity")} if "severity" in found else {}
            return {"jsonPayload": found} | severity
    return {"textPayload": line}


def _project(body: Document) -> str:
    names = body.get("resourceNames")
    match = _PROJECT.fullmatch(str(names[0])) if isinstance(names, list) and len(names) == 1 else None
    if match is None:
        raise ApiError(400, f"resourceNames must name one project, as projects/PROJECT; got {names!r}.")
    return match[1]


def _count(body: Document) -> int:
    size = body.get("pageSize") or 50
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise ApiError(400, f"pageSize must be a whole number of at least 0, got {size!r}.")
    return min(size, _MOST)
