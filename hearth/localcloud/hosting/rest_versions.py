"""Versions: create, fill with files, finalize (`projects.sites.versions` and `.files` of the Hosting API)."""

import re
from collections.abc import Iterable

from aiohttp import web

from hearth.localcloud import bodies, pages
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError
from hearth.localcloud.hosting.config import read_config
from hearth.localcloud.hosting.content import Contents
from hearth.localcloud.hosting.names import PREFIX, SiteName, addressed_site, on_sites
from hearth.localcloud.hosting.payload import read_labels, update_mask
from hearth.localcloud.hosting.releases import Releases
from hearth.localcloud.hosting.versions import CREATED, DELETED, FINALIZED, STATUSES, Versions, identifier
from hearth.localcloud.store import Document
from hearth.localcloud.times import now

_MOST_PATHS = 1000
_LONGEST_PATH = 4096
_HASH = re.compile(r"[0-9a-f]{64}")
_ID = "/versions/{version:[^{}/:]+}"
_FILTER = re.compile(r"\s*status\s*=\s*(\"?)([A-Z]+)\1\s*")
# What Version holds; a client may send back what it was given.
_FIELDS = frozenset(
    {"name", "status", "config", "labels", "createTime", "createUser", "finalizeTime", "finalizeUser"}
    | {"deleteTime", "deleteUser", "fileCount", "versionBytes"}
)


class VersionRoutes:
    def __init__(self, cloud: Cloud, versions: Versions, releases: Releases, contents: Contents) -> None:
        self._cloud = cloud
        self._store = cloud.store
        self._versions = versions
        self._releases = releases
        self._contents = contents

    def routes(self) -> Iterable[web.RouteDef]:
        yield from on_sites("POST", "/versions", self._create)
        yield from on_sites("GET", "/versions", self._list)
        yield from on_sites("GET", _ID, self._get)
        yield from on_sites("PATCH", _ID, self._patch)
        yield from on_sites("DELETE", _ID, self._delete)
        yield from on_sites("POST", f"{_ID}:populateFiles", self._populate)
        yield from on_sites("GET", f"{_ID}/files", self._files)

    async def _create(self, request: web.Request) -> web.Response:
        site = addressed_site(self._store, request.match_info)
        body = await bodies.read(request, _FIELDS)
        if body.get("status", CREATED) != CREATED:
            raise ApiError(
                400, f"The status of a new version is CREATED, not {body['status']!r}; finalize it with a PATCH."
            )
        config = body.get("config", {})
        self.check(site, config)
        labels = read_labels(body.get("labels", {}), "version.labels")
        return web.json_response(self._versions.create(site, config, labels))

    async def _list(self, request: web.Request) -> web.Response:
        site = addressed_site(self._store, request.match_info)
        versions = self._versions.list_for(site)
        text = request.query.get("filter", "")
        if text:
            wanted = _FILTER.fullmatch(text)
            if wanted is None or wanted[2] not in STATUSES:
                raise ApiError(400, f"Invalid filter '{text}': the local cloud only supports status=\"STATUS\".")
            versions = [body for body in versions if body["status"] == wanted[2]]
        return pages.list_response(request, "versions", versions, default=25, most=100)

    async def _get(self, request: web.Request) -> web.Response:
        site = addressed_site(self._store, request.match_info)
        return web.json_response(self._versions.get(site, request.match_info["version"]))

    async def _patch(self, request: web.Request) -> web.Response:
        site = addressed_site(self._store, request.match_info)
        change = await bodies.read(request, _FIELDS)
        fields = update_mask(request, {"status", "config"}, ["status"])
        body = self._versions.editable(site, request.match_info["version"])
        if "config" in fields:
            body["config"] = change.get("config", {})
        if "status" in fields:
            if change.get("status") not in (CREATED, FINALIZED):
                raise ApiError(
                    400, f"A version's status can only be set to FINALIZED, not to {change.get('status')!r}."
                )
            body["status"] = change["status"]
        self.check(site, body["config"])
        if body["status"] == FINALIZED:
            body |= self._finalized(site, body)
        self._versions.put(site, body)
        return web.json_response(body)

    async def _delete(self, request: web.Request) -> web.Response:
        site = addressed_site(self._store, request.match_info)
        body = self._versions.get(site, request.match_info["version"])
        if identifier(body) in self._releases.serving(site):
            raise ApiError(
                400,
                f"Version '{body['name']}' is being served and can't be deleted; release another one first.",
                "FAILED_PRECONDITION",
            )
        with self._store.transaction():
            self._versions.retire(site, body, DELETED)
        return web.json_response({})

    async def _populate(self, request: web.Request) -> web.Response:
        site = addressed_site(self._store, request.match_info)
        body = await bodies.read(request, {"files"})
        version = identifier(self._versions.editable(site, request.match_info["version"]))
        given = _read_files(body.get("files", {}))
        files = self._versions.files(site, version)
        for path, digest in given.items():
            if digest:
                files[path] = digest
            else:
                files.pop(path, None)
        self._versions.put_files(site, version, files)
        upload = f"{self._cloud.origin}/{PREFIX}/upload/{site.name}/versions/{version}/files"
        missing = sorted({digest for digest in given.values() if digest and self._contents.find(digest) is None})
        return web.json_response({"uploadUrl": upload} | ({"uploadRequiredHashes": missing} if missing else {}))

    async def _files(self, request: web.Request) -> web.Response:
        site = addressed_site(self._store, request.match_info)
        version = identifier(self._versions.get(site, request.match_info["version"]))
        wanted = request.query.get("status", "STATUS_UNSPECIFIED")
        if wanted not in ("STATUS_UNSPECIFIED", "EXPECTED", "ACTIVE"):
            raise ApiError(400, f"Invalid status '{wanted}': EXPECTED or ACTIVE was expected.")
        files = [
            {"path": path, "hash": digest, "status": "EXPECTED" if self._contents.find(digest) is None else "ACTIVE"}
            for path, digest in sorted(self._versions.files(site, version).items())
        ]
        chosen = [file for file in files if wanted in ("STATUS_UNSPECIFIED", file["status"])]
        return pages.list_response(request, "files", chosen, default=1000, most=1000, named="path")

    def check(self, site: SiteName, config: Document) -> None:
        """Raise ApiError unless the edge can serve this config, with services that are there."""
        for target in read_config(config).services:
            service = self._store.get(f"run/{target.name(site.project)}")
            if service is None:
                raise ApiError(
                    400,
                    f"Cloud Run service `{target.service}` does not exist in region `{target.region}` in this project.",
                )
            tags = {entry.get("tag") for entry in service.get("traffic", [])}
            if target.tag is not None and target.tag not in tags:
                raise ApiError(
                    400, f"Cloud Run service `{target.service}` has no traffic entry with the tag `{target.tag}`."
                )

    def _finalized(self, site: SiteName, body: Document) -> Document:
        files = self._versions.files(site, identifier(body))
        found = {path: self._contents.find(digest) for path, digest in files.items()}
        missing = sorted(path for path, content in found.items() if content is None)
        if missing:
            raise ApiError(
                400,
                f"Version '{body['name']}' can't be finalized: {len(missing)} of its {len(files)} files were not "
                f"uploaded, the first is {missing[0]}. Upload the files that files.list shows as EXPECTED.",
                "FAILED_PRECONDITION",
            )
        total = sum(content.zipped for content in found.values() if content)
        # 64-bit integers travel as strings.
        return {"finalizeTime": now(), "fileCount": str(len(files)), "versionBytes": str(total)}


def _read_files(files: object) -> dict[str, str]:
    if not isinstance(files, dict):
        raise ApiError(400, "Invalid value at 'files': a map of paths to hashes was expected.")
    if len(files) > _MOST_PATHS:
        raise ApiError(400, f"{len(files)} paths in one call; at most {_MOST_PATHS} are accepted. Use several calls.")
    for path, digest in files.items():
        parts = path.split("/")
        if parts[0] or len(parts) == 1 or len(path) > _LONGEST_PATH or "\0" in path:
            raise ApiError(
                400, f"Invalid path '{path[:100]}': it must be a slash and then up to {_LONGEST_PATH - 1} characters."
            )
        if any(part in ("", ".", "..") for part in parts[1:]):
            raise ApiError(400, f"Invalid path '{path}': no request can reach an empty segment, '.' or '..'.")
        if not isinstance(digest, str) or (digest and not _HASH.fullmatch(digest)):
            raise ApiError(
                400,
                f"Invalid hash {digest!r} of '{path}': 64 lower-case hex digits were expected, or none.",
            )
    return files
