"""Releases and channels (`projects.sites.releases`, `.channels`, `.channels.releases` of the Hosting API).

Preview channels are refused rather than recorded: nothing would be served at their addresses.
"""

from collections.abc import Callable, Iterable

from aiohttp import web

from hearth.localcloud import bodies, pages
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError
from hearth.localcloud.hosting.names import LIVE, SiteName, addressed_site, entity_not_found, on_sites, version_id
from hearth.localcloud.hosting.releases import DEPLOY, ROLLBACK, SITE_DISABLE, Releases
from hearth.localcloud.hosting.sites import site_url
from hearth.localcloud.store import Document, public

_LONGEST_MESSAGE = 512
_FIELDS = frozenset({"name", "version", "type", "releaseTime", "releaseUser", "message"})
_CHANNEL = "/channels/{channel:[^{}/:]+}"


class ReleaseRoutes:
    def __init__(self, cloud: Cloud, releases: Releases, purge: Callable[[str], None]) -> None:
        """`purge` is called with a site's id once a release is committed."""
        self._cloud = cloud
        self._store = cloud.store
        self._releases = releases
        self._purge = purge

    def routes(self) -> Iterable[web.RouteDef]:
        for parent in ("", _CHANNEL):
            yield from on_sites("POST", f"{parent}/releases", self._create)
            yield from on_sites("GET", f"{parent}/releases", self._list)
            yield from on_sites("GET", f"{parent}/releases/{{release}}", self._get)
        yield from on_sites("GET", "/channels", self._list_channels)
        yield from on_sites("POST", "/channels", self._refuse_channel)
        yield from on_sites("GET", _CHANNEL, self._get_channel)
        yield from on_sites("PATCH", _CHANNEL, self._refuse_channel)
        yield from on_sites("DELETE", _CHANNEL, self._delete_channel)

    async def _create(self, request: web.Request) -> web.Response:
        site = self._on_live(request)
        body = await bodies.read(request, _FIELDS)
        message, kind = body.get("message", ""), body.get("type", DEPLOY)
        name = request.query.get("versionName", "")
        if not isinstance(message, str) or len(message) > _LONGEST_MESSAGE:
            raise ApiError(400, f"Invalid message: a text of at most {_LONGEST_MESSAGE} characters was expected.")
        if kind not in (DEPLOY, ROLLBACK, SITE_DISABLE):
            raise ApiError(400, f"Invalid type {kind!r}: leave it out, or set it to SITE_DISABLE.")
        if kind == SITE_DISABLE and name:
            raise ApiError(400, "A release of type SITE_DISABLE has no version: leave versionName out.")
        if kind != SITE_DISABLE and not name:
            raise ApiError(400, "versionName is required: the full name of a FINALIZED version.")
        release = self._releases.create(site, version_id(site, name) if name else None, message)
        self._purge(site.id)
        return web.json_response(release)

    async def _list(self, request: web.Request) -> web.Response:
        return pages.answer(request, "releases", self._releases.of(self._on_live(request)), default=100, most=100)

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response(self._releases.get(self._on_live(request), request.match_info["release"]))

    async def _list_channels(self, request: web.Request) -> web.Response:
        site = addressed_site(self._store, request.match_info)
        return pages.answer(request, "channels", [self._live(site)], default=10, most=100)

    async def _get_channel(self, request: web.Request) -> web.Response:
        return web.json_response(self._live(self._on_live(request)))

    async def _refuse_channel(self, request: web.Request) -> web.Response:
        site = addressed_site(self._store, request.match_info)
        raise ApiError(501, f"The local cloud serves the live channel of '{site.id}' only; it has no preview channels.")

    async def _delete_channel(self, request: web.Request) -> web.Response:
        site = self._on_live(request)
        raise ApiError(400, f"The live channel of '{site.id}' can't be deleted.", "FAILED_PRECONDITION")

    def _on_live(self, request: web.Request) -> SiteName:
        site = addressed_site(self._store, request.match_info)
        channel = request.match_info.get("channel", LIVE)
        if channel != LIVE:
            raise entity_not_found(site.label("channels", channel))
        return site

    def _live(self, site: SiteName) -> Document:
        body = self._store.get(site.below("channels", LIVE)) or {}
        channel = public(body) | {"name": site.label("channels", LIVE), "url": site_url(self._cloud, site)}
        release = self._releases.live_release(site)
        return channel | ({"release": self._releases.answer(site, release)} if release else {})
