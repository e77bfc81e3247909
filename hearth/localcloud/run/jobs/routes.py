"""The routes of jobs, their executions and tasks."""

from collections.abc import Iterable

from aiohttp import web

from hearth.localcloud import bodies
from hearth.localcloud.run import rest
from hearth.localcloud.run.jobs.jobs import Jobs
from hearth.localcloud.store import public


def routes(jobs: Jobs) -> Iterable[web.RouteDef]:
    async def run(request: web.Request) -> web.Response:
        return web.json_response(jobs.run(_job(request), await bodies.read(request)))

    async def list_executions(request: web.Request) -> web.Response:
        jobs.get(_job(request))
        return rest.list_page(request, "executions", jobs.executions.all(_job(request)))

    async def get_execution(request: web.Request) -> web.Response:
        return web.json_response(public(jobs.executions.get(_execution(request))))

    async def cancel(request: web.Request) -> web.Response:
        return web.json_response(await jobs.executions.cancel(_execution(request)))

    async def list_tasks(request: web.Request) -> web.Response:
        return rest.list_page(request, "tasks", jobs.executions.tasks(_execution(request)))

    async def get_task(request: web.Request) -> web.Response:
        task = f"{_execution(request)}/tasks/{request.match_info['task']}"
        return web.json_response(public(jobs.executions.get(task)))

    job = rest.path("job")
    execution = job + "/executions/{execution:[^/:]+}"
    return [
        *rest.routes("job", jobs),
        web.post(f"{job}:run", run),
        web.get(f"{job}/executions", list_executions),
        web.get(execution, get_execution),
        web.post(f"{execution}:cancel", cancel),
        web.get(f"{execution}/tasks", list_tasks),
        web.get(execution + "/tasks/{task:[^/:]+}", get_task),
    ]


def _job(request: web.Request) -> str:
    return rest.name(request, "job")


def _execution(request: web.Request) -> str:
    return f"{_job(request)}/executions/{request.match_info['execution']}"
