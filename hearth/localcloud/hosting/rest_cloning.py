"""A version made of another one, of any site (`projects.sites.versions.clone` of the Hosting API).

Left out, and refused: taking a part of the files. No content is copied, since versions share it.
"""

from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import web

from hearth.localcloud import bodies, operations
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError
from hearth.localcloud.hosting.names import PREFIX, SiteName, addressed_site, named_version, on_sites
from hearth.localcloud.hosting.versions import FINALIZED, Versions, identifier
from hearth.localcloud.times import now

_TYPES = "type.googleapis.com/google.firebase.hosting.v1beta1"
_OF_THE_CONTENT = ("fileCount", "versionBytes")


class CloneRoutes:
    def __init__(self, cloud: Cloud, versions: Versions, check: Callable[[SiteName, Any], None]) -> None:
        """`check` raises ApiError unless a site can serve a version's config."""
        self._store = cloud.store
        self._versions = versions
        self._check = check

    def routes(self) -> Iterable[web.RouteDef]:
        yield from on_sites("POST", "/versions:clone", self._clone)

    async def _clone(self, request: web.Request) -> web.Response:
        site = addressed_site(self._store, request.match_info)
        body = await bodies.read(request, {"sourceVersion", "finalize", "include", "exclude"})
        if body.get("include") or body.get("exclude"):
            raise ApiError(501, "The local cloud clones all files of a version: leave include and exclude out.")
        from_site, version = named_version(self._store, str(body.get("sourceVersion", "")))
        source = self._versions.get(from_site, version)
        if source["status"] != FINALIZED:
            raise ApiError(
                400,
                f"Version '{source['name']}' is {source['status']}; only a FINALIZED version can be cloned.",
                "FAILED_PRECONDITION",
            )
        self._check(site, source["config"])
        with self._store.transaction():
            made = self._versions.create(site, source["config"], source.get("labels", {}))
            self._versions.put_files(site, identifier(made), self._versions.files(from_site, version))
            if body.get("finalize"):
                made |= {field: source[field] for field in _OF_THE_CONTENT}
                made |= {"status": FINALIZED, "finalizeTime": now()}
                self._versions.put(site, made)
        metadata = {"@type": f"{_TYPES}.CloneVersionMetadata"}
        answer = {"@type": f"{_TYPES}.Version"} | made
        operation = operations.completed(self._store, PREFIX, f"projects/{site.project}", metadata, answer)
        return web.json_response(operation)
