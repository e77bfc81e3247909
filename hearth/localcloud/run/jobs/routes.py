"""The routes of jobs in Cloud Run's Admin API v2. Their IAM policies are served with all others, by `records`."""

from collections.abc import Iterable

from aiohttp import web

from hearth.localcloud import bodies
from hearth.localcloud.run.jobs.jobs import Jobs
from hearth.localcloud.run.rest import PARENT, flag, listed, parent
from hearth.localcloud.store import Document, public

_BASE = f"/run/v2/{PARENT}/jobs"
_JOB = _BASE + "/{job:[^/:]+}"
_EXECUTIONS = _JOB + "/executions"
_EXECUTION = _EXECUTIONS + "/{execution:[^/:]+}"
_TASKS = _EXECUTION + "/tasks"


class Routes:
    """Requests in, `Jobs` asked, JSON out."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def all(self) -> Iterable[web.RouteDef]:
        return [
            web.post(_BASE, self._create),
            web.get(_BASE, self._list),
            web.get(_JOB, self._get),
            web.patch(_JOB, self._patch),
            web.delete(_JOB, self._delete),
            web.post(f"{_JOB}:run", self._run),
            web.get(_EXECUTIONS, self._list_executions),
            web.get(_EXECUTION, self._get_execution),
            web.post(f"{_EXECUTION}:cancel", self._cancel),
            web.get(_TASKS, self._list_tasks),
            web.get(_TASKS + "/{task:[^/:]+}", self._get_task),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        return web.json_response(await self._created(request, request.query.get("jobId", "")))

    async def _patch(self, request: web.Request) -> web.Response:
        name = _name(request)
        if flag(request, "allowMissing") and not self._jobs.exists(name):
            return web.json_response(await self._created(request, request.match_info["job"]))
        body, mask = await bodies.read(request), request.query.get("updateMask")
        return web.json_response(self._jobs.update(name, body, mask=mask, validate_only=flag(request, "validateOnly")))

    async def _created(self, request: web.Request, short: str) -> Document:
        body = await bodies.read(request)
        return self._jobs.create(parent(request), short, body, validate_only=flag(request, "validateOnly"))

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response(public(self._jobs.get(_name(request))))

    async def _list(self, request: web.Request) -> web.Response:
        return listed(request, "jobs", self._jobs.all(parent(request)))

    async def _delete(self, request: web.Request) -> web.Response:
        return web.json_response(await self._jobs.delete(_name(request)))

    async def _run(self, request: web.Request) -> web.Response:
        return web.json_response(self._jobs.run(_name(request), await bodies.read(request)))

    async def _get_execution(self, request: web.Request) -> web.Response:
        return web.json_response(public(self._jobs.executions.get(_execution(request))))

    async def _list_executions(self, request: web.Request) -> web.Response:
        self._jobs.get(_name(request))
        return listed(request, "executions", self._jobs.executions.all(_name(request)))

    async def _cancel(self, request: web.Request) -> web.Response:
        return web.json_response(await self._jobs.executions.cancel(_execution(request)))

    async def _get_task(self, request: web.Request) -> web.Response:
        name = f"{_execution(request)}/tasks/{request.match_info['task']}"
        return web.json_response(public(self._jobs.executions.get(name)))

    async def _list_tasks(self, request: web.Request) -> web.Response:
        return listed(request, "tasks", self._jobs.executions.tasks(_execution(request)))


def _name(request: web.Request) -> str:
    return f"{parent(request)}/jobs/{request.match_info['job']}"


def _execution(request: web.Request) -> str:
    return f"{_name(request)}/executions/{request.match_info['execution']}"
