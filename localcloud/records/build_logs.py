"""Cloud Logging v2: the entries of builds, which is where a build under an account of its own logs to.

One question is answered, that for a build's lines; a filter that means anything else is refused, since an answer
without the entries it asked for would look like silence. What services write is in `logs/services`, for people.
"""

import re
from collections.abc import Iterable
from itertools import islice

from aiohttp import web

from catalog.apis import CLOUD_BUILD, LOGGING
from localcloud.cloud import Cloud
from localcloud.errors import ApiError
from localcloud.records import bodies
from localcloud.store import Document

_FILTER = re.compile(r'\s*resource\.type="build"\s+AND\s+resource\.labels\.build_id="([0-9a-f-]+)"\s*')
_PROJECT = re.compile(r"projects/([^/]+)")
_ORDERS = {"": False, "timestamp asc": False, "timestamp desc": True}
_MOST = 1000


def routes(cloud: Cloud) -> Iterable[web.RouteDef]:
    async def list_(request: web.Request) -> web.Response:
        return web.json_response({"entries": _entries(cloud, await bodies.read(request))})

    return [web.post(f"/{LOGGING.prefix}/{LOGGING.version}/entries:list", list_)]


def _entries(cloud: Cloud, body: Document) -> list[Document]:
    wanted, order, count = _FILTER.fullmatch(bodies.text(body, "filter")), bodies.text(body, "orderBy"), _count(body)
    if wanted is None or order not in _ORDERS or body.get("pageToken"):
        raise ApiError(
            501,
            'The local cloud plays entries:list only for the filter resource.type="build" AND '
            'resource.labels.build_id="ID", ordered by timestamp asc or desc, and its first page.',
        )
    project = _project(body)
    build, path = wanted[1], cloud.logs / "builds" / f"{wanted[1]}.log"
    known = cloud.store.below(f"{CLOUD_BUILD.prefix}/projects/{project}/locations")
    if not path.exists() or not any(name.endswith(f"/builds/{build}") for name, _ in known):
        return []
    lines = list(enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines()))
    chosen = islice(reversed(lines) if _ORDERS[order] else lines, count)
    return [
        {
            "logName": f"projects/{project}/logs/cloudbuild",
            "resource": {"type": "build", "labels": {"build_id": build, "project_id": project}},
            "insertId": f"{build}-{number}",
            "textPayload": line,
        }
        for number, line in chosen
    ]


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
