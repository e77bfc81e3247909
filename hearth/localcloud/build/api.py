"""The routes of Cloud Build v1, and what it refuses at once."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiohttp import web

from hearth.localcloud import bodies, grants, pages
from hearth.localcloud.build import filters
from hearth.localcloud.build.builds import Builds, seconds
from hearth.localcloud.build.folders import remove_unfinished
from hearth.localcloud.build.worker import Worker
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError, not_found
from hearth.localcloud.store import public

_LIST, _OBJECT, _TEXT = (list, "a list"), (dict, "an object"), (str, "a string")
_FIELDS: Mapping[str, tuple[type, str]] = {
    "source": _OBJECT,
    "steps": _LIST,
    "images": _LIST,
    "serviceAccount": _TEXT,
    "options": _OBJECT,
    "tags": _LIST,
    "timeout": _TEXT,
    "logsBucket": _TEXT,
    "queueTtl": _TEXT,
    "substitutions": _OBJECT,
}
_LOGGING = frozenset({"CLOUD_LOGGING_ONLY", "NONE"})
# Cloud Build's own text: a build under an own account has no default bucket to log to.
_LOGGING_MISSING = (
    "if 'build.service_account' is specified, the build must either (a) specify 'build.logs_bucket', (b) use the "
    "REGIONAL_USER_OWNED_BUCKET build.options.default_logs_bucket_behavior option, or (c) use either "
    "CLOUD_LOGGING_ONLY / NONE logging options"
)
_LONGEST_SECONDS = 24 * 3600
_MOST_TAGS = 64


class CloudBuild:
    """The part of the local cloud that builds images."""

    def __init__(self, cloud: Cloud, work: Callable[[Cloud], Worker] = Worker) -> None:
        self._cloud = cloud
        self._builds = Builds(cloud, work(cloud))

    def routes(self) -> Iterable[web.RouteDef]:
        routes: list[web.RouteDef] = []
        # Without a location it is `global` (Cloud Build REST reference, projects.builds).
        for base in (
            "/cloudbuild/v1/projects/{project}/locations/{location}/builds",
            "/cloudbuild/v1/projects/{project}/builds",
        ):
            routes += [
                web.post(base, self._create),
                web.get(base, self._list),
                web.get(f"{base}/{{id:[^/:]+}}", self._get),
                web.post(f"{base}/{{id:[^/:]+}}:cancel", self._cancel),
            ]
        return routes

    async def start(self) -> None:
        remove_unfinished(self._cloud.images)
        remove_unfinished(self._cloud.environments)
        self._builds.resume()

    async def stop(self) -> None:
        await self._builds.stop()

    async def _create(self, request: web.Request) -> web.Response:
        body = await bodies.read(request)
        _check(body)
        self._check_account(body.get("serviceAccount"))
        return web.json_response(self._builds.submit(*_parent(request), body))

    def _check_account(self, name: str | None) -> None:
        # Clients may leave the project to the email (`projects/-/serviceAccounts/EMAIL`), as IAM lets them.
        if name and not grants.exists(self._cloud.store, name.rpartition("/")[2]):
            raise ApiError(400, f"invalid value for 'build.service_account': {name} does not exist")

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response(public(self._find(request)))

    async def _list(self, request: web.Request) -> web.Response:
        matches = filters.parse(request.query.get("filter", ""))
        found = [build for build in self._builds.all(*_parent(request)) if matches(build)]
        return pages.list_response(request, "builds", found, default=50, most=1000)

    async def _cancel(self, request: web.Request) -> web.Response:
        name = self._find(request)["name"]
        await self._builds.cancel(name)
        return web.json_response(public(self._find(request)))

    def _find(self, request: web.Request) -> dict[str, Any]:
        project, location = _parent(request)
        name = f"projects/{project}/locations/{location}/builds/{request.match_info['id']}"
        build = self._builds.get(name)
        if build is None:
            raise not_found(name)
        return build


def _parent(request: web.Request) -> tuple[str, str]:
    return request.match_info["project"], request.match_info.get("location", "global")


def _check(body: Mapping[str, Any]) -> None:
    """Raises ApiError (400) for what Cloud Build refuses before it queues a build, and for what is not played here."""
    if unknown := sorted(set(body) - set(_FIELDS)):
        raise ApiError(400, f"{', '.join(unknown)}: not known to the local cloud, which knows {', '.join(_FIELDS)}")
    for name, (kind, what) in _FIELDS.items():
        if not isinstance(body.get(name, kind()), kind):
            raise ApiError(400, f"invalid value at 'build.{name}': expected {what}")
    if not body.get("steps"):
        raise ApiError(400, "invalid build: invalid build step: at least one build step is required")
    if not all(isinstance(step, dict) for step in body["steps"]):
        raise ApiError(400, "invalid value at 'build.steps': expected objects")
    if not all(isinstance(text, str) for key in ("images", "tags") for text in body.get(key, [])):
        raise ApiError(400, "invalid value at 'build.images' or 'build.tags': expected strings")
    _check_options(body)


def _check_options(body: Mapping[str, Any]) -> None:
    if len(body.get("tags", [])) > _MOST_TAGS:
        raise ApiError(400, f"invalid build: more than {_MOST_TAGS} tags")
    if body.get("substitutions"):
        raise ApiError(400, "the local cloud does not play substitutions: put the values into the steps")
    options = body.get("options", {})
    logs_elsewhere = (
        body.get("logsBucket")
        or options.get("logging") in _LOGGING
        or options.get("defaultLogsBucketBehavior") == "REGIONAL_USER_OWNED_BUCKET"
    )
    if body.get("serviceAccount") and not logs_elsewhere:
        raise ApiError(400, _LOGGING_MISSING)
    try:
        limit = seconds(body.get("timeout", "3600s"))
    except ValueError as fault:
        raise ApiError(400, f"invalid build: timeout: {fault}") from None
    if not 0 < limit <= _LONGEST_SECONDS:
        raise ApiError(400, f"invalid build: timeout must be above 0s and at most {_LONGEST_SECONDS}s")
