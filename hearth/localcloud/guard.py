"""Who and what may come in: loopback callers, and projects that can't be anybody's.

A client that lost its endpoint settings could send a real project's name here, or a page in a browser could talk
to this port; both are refused before any handler runs. It is a guard against accidents and foreign web pages, not
between users of one machine: whoever can open the port as this user may do everything, as with any emulator.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from hearth.catalog.apis import LOCAL_PROJECT_PREFIX
from hearth.localcloud import bodies
from hearth.localcloud.errors import ApiError
from hearth.localcloud.kept.api import KEPT

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# Google's rule for project ids (Resource Manager, "Creating and managing projects"), with Firebase's prefix.
_LOCAL_PROJECT = re.compile(rf"(?=.{{6,30}}$){re.escape(LOCAL_PROJECT_PREFIX)}[a-z0-9-]*[a-z0-9]")
# Stand for "the project of the resource that follows": `-` in Hosting and IAM, `_` in Storage.
_ANY_PROJECT = frozenset({"-", "_"})
_IN_PATH = re.compile(r"/projects/([^/:]+)")
_RELATIVE_NAME = re.compile(r"projects/([^/\s]+)(?:/\S*)?")
_PROJECT_KEYS = frozenset({"project", "projectId"})


def check_project(project: str) -> None:
    """Raise ApiError (403) unless the id is one that the local cloud may play."""
    if project not in _ANY_PROJECT and not _LOCAL_PROJECT.fullmatch(project):
        raise ApiError(
            403,
            f"Project '{project}' is refused: a local cloud plays only projects named {LOCAL_PROJECT_PREFIX}* "
            "(6 to 30 lower-case letters, digits and hyphens), so that no real project is ever mistaken for a local "
            f"one. Set gcp:project to such a name, for example {LOCAL_PROJECT_PREFIX}hearth, or, to reach Google, "
            "unset the *_CUSTOM_ENDPOINT variables.",
        )


@web.middleware
async def callers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse foreign hosts and foreign pages."""
    _check_caller(request)
    return await handler(request)


def projects(numbered: Callable[[str], str | None]) -> Middleware:
    """Middleware that refuses foreign projects, and bodies that claim to be JSON and are not.

    `numbered` gives the id of a local project by its number. In a path a client may name it so, as answers do;
    handlers read ids alone. A records-only cloud is without all this: it has no state that a real project could be
    mistaken for.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        # `path_safe` keeps an encoded slash as it is: an object called `projects/x` is a name, not a project.
        for project in _IN_PATH.findall(request.rel_url.path_safe):
            local = numbered(project) if project.isdecimal() else None
            if local is None:
                check_project(project)
            elif request.match_info.get("project") == project:
                request.match_info["project"] = local
        for key in _PROJECT_KEYS & request.query.keys():
            check_project(request.query[key])
        if request.content_type == "application/json" and not (_is_upload(request) or _is_record(request)):
            # aiohttp keeps the bytes, so that the handler reads the same body again.
            for project in _projects(bodies.parse(await request.read())):
                check_project(project)
        return await handler(request)

    return middleware


def _check_caller(request: web.Request) -> None:
    # Host: a foreign name that resolves to 127.0.0.1 (DNS rebinding) makes a page same-origin with this port.
    if _hostname(f"//{request.headers.get('Host', '')}") not in _LOOPBACK:
        raise ApiError(
            403,
            f"Host '{request.headers.get('Host', '')}' is refused: the local cloud answers only to localhost, "
            "127.0.0.1 and [::1], so that no web page can reach it under a name of its own.",
        )
    # Origin: browsers send it with every cross-origin request that could change something.
    origin = request.headers.get("Origin")
    if origin is not None and _hostname(origin) not in _LOOPBACK:
        raise ApiError(403, f"Origin '{origin}' is refused: only pages from this machine may call the local cloud.")


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _is_upload(request: web.Request) -> bool:
    # Content, whatever its type says: it is kept as it is and never read as a request.
    return "/upload" in request.path


def _is_record(request: web.Request) -> bool:
    # What is kept may name anybody's project, such as that of a public image; its own is in the path.
    return request.path.startswith(f"/{KEPT.prefix}/")


def _projects(value: Any) -> Iterator[str]:
    """Project ids that a body names: its own project fields, and relative resource names at any depth."""
    if isinstance(value, dict):
        # Deeper down, such a key may be anybody's: a label, an environment variable.
        yield from (value[key] for key in _PROJECT_KEYS & value.keys() if isinstance(value[key], str))
    yield from _named(value)


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _named(inner)
    elif isinstance(value, str) and (name := _RELATIVE_NAME.fullmatch(value)):
        yield name[1]
