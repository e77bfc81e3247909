"""Sites and their configuration (`projects.sites` of the Hosting API).

A project's first site is its default one and can't be deleted, as on Google. `defaultUrl` is the site's address on
the local edge: `http://localhost:PORT` for the site served there, `http://SITE.localhost:PORT` for the others.
"""

import re
import uuid
from collections.abc import Iterable

from aiohttp import web

from hearth.localcloud import bodies, pages
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError, exists
from hearth.localcloud.hosting import sites
from hearth.localcloud.hosting.names import BASE, PREFIX, SiteName, addressed_site, find_site, index_key, on_sites
from hearth.localcloud.hosting.payload import read_labels, update_mask
from hearth.localcloud.hosting.sites import DEFAULT_SITE, USER_SITE, site_url
from hearth.localcloud.store import Document, public

# One DNS label, of at most 30 characters (Hosting's guide, "Share project resources across multiple sites").
_SITE_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?")
_FIELDS = frozenset({"name", "appId", "labels", "type", "defaultUrl"})


class SiteRoutes:
    """Their routes."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._store = cloud.store

    def routes(self) -> Iterable[web.RouteDef]:
        yield web.post(f"{BASE}/projects/{{project}}/sites", self._create)
        yield web.get(f"{BASE}/projects/{{project}}/sites", self._list)
        yield from on_sites("GET", "", self._get)
        yield from on_sites("PATCH", "", self._patch)
        yield from on_sites("DELETE", "", self._delete)
        yield from on_sites("GET", "/config", self._get_config)
        yield from on_sites("PATCH", "/config", self._patch_config)

    async def _create(self, request: web.Request) -> web.Response:
        project, wanted = request.match_info["project"], request.query.get("siteId", "")
        body = await bodies.read(request, _FIELDS)
        if self._store.get(f"firebase/projects/{project}") is None:
            raise ApiError(404, f"Firebase has not been added to project '{project}': create a firebase.Project first.")
        if not _SITE_ID.fullmatch(wanted):
            raise ApiError(
                400,
                f"Invalid siteId '{wanted}': it must be one DNS label of 1 to 30 lower-case letters, digits and "
                "hyphens.",
            )
        site = SiteName(project, wanted)
        taken = find_site(self._store, wanted)
        if taken == site:
            raise exists(site.name)
        if taken is not None:
            raise ApiError(
                400,
                f"Invalid name: `{wanted}` is reserved by another project; try something like "
                f"`{wanted[:24]}-{uuid.uuid4().hex[:5]}` instead",
            )
        kind = USER_SITE if any(each["type"] == DEFAULT_SITE for each in self._of(project)) else DEFAULT_SITE
        created = sites.new(site, kind, _writable(body, ("appId", "labels")))
        if request.query.get("validateOnly") != "true":
            with self._store.transaction():
                sites.add(self._store, site, created)
        return web.json_response(self._answer(created))

    async def _list(self, request: web.Request) -> web.Response:
        found = [self._answer(body) for body in self._of(request.match_info["project"])]
        return pages.list_response(request, "sites", found, default=10, most=100)

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response(self._answer(self._find(request)[1]))

    async def _patch(self, request: web.Request) -> web.Response:
        change = await bodies.read(request, _FIELDS)
        site, body = self._find(request)
        fields = update_mask(request, {"appId", "labels"}, [each for each in ("appId", "labels") if each in change])
        for field in fields:
            body.pop(field, None)
        body |= _writable(change, fields)
        self._store.put(site.key, body)
        return web.json_response(self._answer(body))

    async def _delete(self, request: web.Request) -> web.Response:
        site, body = self._find(request)
        if body["type"] == DEFAULT_SITE:
            raise ApiError(
                400,
                f"Site '{site.id}' is the default site of project '{site.project}' and can't be deleted; to stop "
                "serving it, make a release of type SITE_DISABLE.",
                "FAILED_PRECONDITION",
            )
        with self._store.transaction():
            self._store.delete(index_key(site.id))
            self._store.delete_below(site.key)
        return web.json_response({})

    async def _get_config(self, request: web.Request) -> web.Response:
        return web.json_response(self._config(self._find(request)[0]))

    async def _patch_config(self, request: web.Request) -> web.Response:
        change = await bodies.read(request, {"name", "maxVersions", "cloudLoggingEnabled"})
        site, _ = self._find(request)
        known = {"maxVersions", "cloudLoggingEnabled"}
        config = self._config(site)
        for field in update_mask(request, known, sorted(known & change.keys())):
            config.pop(field, None)
            if field in change:
                config[field] = _config_value(field, change[field])
        self._store.put(site.below("config"), config)
        return web.json_response(config)

    def _config(self, site: SiteName) -> Document:
        return self._store.get(site.below("config")) or {"name": site.label("config")}

    def _of(self, project: str) -> list[Document]:
        return [body for _, body in self._store.children(f"{PREFIX}/projects/{project}/sites")]

    def _find(self, request: web.Request) -> tuple[SiteName, Document]:
        site = addressed_site(self._store, request.match_info)
        body = self._store.get(site.key)
        assert body is not None  # noqa: S101 - the index and the site are written and deleted together
        return site, body

    def _answer(self, body: Document) -> Document:
        project, _, site = body["name"].removeprefix("projects/").partition("/sites/")
        return public(body) | {"defaultUrl": site_url(self._cloud, SiteName(project, site))}


def _writable(body: Document, fields: Iterable[str]) -> Document:
    given: Document = {field: body[field] for field in fields if field in body}
    if "labels" in given:
        read_labels(given["labels"], "site.labels")
    if not isinstance(given.get("appId", ""), str):
        raise ApiError(400, "Invalid value at 'site.app_id': a string was expected.")
    return given


def _config_value(field: str, value: object) -> object:
    if field == "cloudLoggingEnabled":
        if not isinstance(value, bool):
            raise ApiError(400, f"Invalid value at 'site_config.cloud_logging_enabled': {value!r}")
        return value
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ApiError(400, f"Invalid value at 'site_config.max_versions': {value!r} is not a number of at least 1.")
    # 64-bit integers travel as strings.
    return text
