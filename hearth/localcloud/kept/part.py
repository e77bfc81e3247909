"""The records' routes: one by its type, project and full id, and a list of all."""

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from hearth.localcloud import bodies, guard
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError, exists, not_found
from hearth.localcloud.kept import records
from hearth.localcloud.kept.api import KEPT
from hearth.localcloud.store import Document

_OBJECTS = ("inputs", "outputs", "madeUp")


class Kept:
    """Nothing runs beside its routes."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._store = cloud.store

    def routes(self) -> Iterable[web.RouteDef]:
        base = f"/{KEPT.prefix}/{KEPT.version}/records"
        one = f"{base}/{{type}}/{{owner}}/{{id}}"
        return [
            web.get(base, self._list),
            web.get(one, self._get),
            web.post(one, self._create),
            web.put(one, self._update),
            web.delete(one, self._delete),
        ]

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response({"records": records.listed(self._store)})

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response(self._found(request))

    async def _create(self, request: web.Request) -> web.Response:
        name = self._name(request)
        record = _record(name, await bodies.read(request))
        if records.get(self._store, *name) is not None:
            raise exists(name[2])
        records.put(self._store, record)
        return web.json_response(record)

    async def _update(self, request: web.Request) -> web.Response:
        self._found(request)
        record = _record(self._name(request), await bodies.read(request))
        records.put(self._store, record)
        return web.json_response(record)

    async def _delete(self, request: web.Request) -> web.Response:
        self._found(request)
        records.delete(self._store, *self._name(request))
        return web.json_response({})

    def _found(self, request: web.Request) -> Document:
        name = self._name(request)
        found = records.get(self._store, *name)
        if found is None:
            raise not_found(name[2])
        return found

    def _name(self, request: web.Request) -> tuple[str, str, str]:
        type_, project, id_ = (request.match_info[key] for key in ("type", "owner", "id"))
        # The guard leaves these bodies alone, since what is kept may refer to anybody's project; it lies in its own.
        if not self._cloud.records_only:
            guard.check_project(project)
        return type_, project, id_


def _record(name: tuple[str, str, str], body: dict[str, Any]) -> Document:
    if faulty := [key for key in _OBJECTS if not isinstance(body.get(key), dict)]:
        raise ApiError(400, f"{', '.join(faulty)} of a record: an object was expected.")
    type_, project, id_ = name
    return {
        "type": type_,
        "project": project,
        "id": id_,
        "urn": bodies.text(body, "urn"),
        "mark": bodies.text(body, "mark"),
        **{key: body[key] for key in _OBJECTS},
    }
