"""Releases of channels (`projects.sites.releases` and `.channels.releases` of the Hosting API)."""

from collections.abc import Callable, Iterable

from aiohttp import web

from hearth.localcloud import bodies, pages
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError
from hearth.localcloud.hosting.channels import Channels
from hearth.localcloud.hosting.names import LIVE, SiteName, addressed_site, on_sites, version_id
from hearth.localcloud.hosting.releases import DEPLOY, ROLLBACK, SITE_DISABLE, Releases
from hearth.localcloud.hosting.rest_channels import CHANNEL

_LONGEST_MESSAGE = 512
_FIELDS = frozenset({"name", "version", "type", "releaseTime", "releaseUser", "message"})


class ReleaseRoutes:
    def __init__(
        self, cloud: Cloud, channels: Channels, releases: Releases, purge: Callable[[SiteName, str], None]
    ) -> None:
        """`purge` is called with a site and a channel once a release is committed."""
        self._store = cloud.store
        self._channels = channels
        self._releases = releases
        self._purge = purge

    def routes(self) -> Iterable[web.RouteDef]:
        # Without a channel, `live` is meant.
        for parent in ("", CHANNEL):
            yield from on_sites("POST", f"{parent}/releases", self._create)
            yield from on_sites("GET", f"{parent}/releases", self._list)
            yield from on_sites("GET", f"{parent}/releases/{{release}}", self._get)

    async def _create(self, request: web.Request) -> web.Response:
        site, channel = self._addressed(request)
        body = await bodies.read(request, _FIELDS)
        message, kind = body.get("message", ""), body.get("type", DEPLOY)
        name = request.query.get("versionName", "")
        if not isinstance(message, str) or len(message) > _LONGEST_MESSAGE:
            raise ApiError(400, f"Invalid message: a text of at most {_LONGEST_MESSAGE} characters was expected.")
        if kind not in (DEPLOY, ROLLBACK, SITE_DISABLE):
            raise ApiError(400, f"Invalid type {kind!r}: leave it out, or set it to SITE_DISABLE.")
        if kind == SITE_DISABLE and channel != LIVE:
            raise ApiError(400, f"Channel '{channel}' can't be disabled: delete it.")
        if kind == SITE_DISABLE and name:
            raise ApiError(400, "A release of type SITE_DISABLE has no version: leave versionName out.")
        if kind != SITE_DISABLE and not name:
            raise ApiError(400, "versionName is required: the full name of a FINALIZED version.")
        release = self._releases.create(site, channel, version_id(site, name) if name else None, message)
        self._purge(site, channel)
        return web.json_response(release)

    async def _list(self, request: web.Request) -> web.Response:
        return pages.list_response(
            request, "releases", self._releases.list_for(*self._addressed(request)), default=100, most=100
        )

    async def _get(self, request: web.Request) -> web.Response:
        return web.json_response(self._releases.get(*self._addressed(request), request.match_info["release"]))

    def _addressed(self, request: web.Request) -> tuple[SiteName, str]:
        site, channel = addressed_site(self._store, request.match_info), request.match_info.get("channel", LIVE)
        self._channels.get(site, channel)
        return site, channel
