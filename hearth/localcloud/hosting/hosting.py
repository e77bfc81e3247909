"""Firebase Hosting as one part of the local cloud: the API's routes, and the edge on a port of its own."""

from collections.abc import Iterable

from aiohttp import web

from hearth.localcloud import request_log
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.hosting.cache import Cache
from hearth.localcloud.hosting.channels import Channels
from hearth.localcloud.hosting.content import Contents
from hearth.localcloud.hosting.edge import Edge
from hearth.localcloud.hosting.live import LiveSites
from hearth.localcloud.hosting.names import SiteName
from hearth.localcloud.hosting.releases import Releases
from hearth.localcloud.hosting.rest_channels import ChannelRoutes
from hearth.localcloud.hosting.rest_cloning import CloneRoutes
from hearth.localcloud.hosting.rest_domains import DOMAINS
from hearth.localcloud.hosting.rest_releases import ReleaseRoutes
from hearth.localcloud.hosting.rest_sites import SiteRoutes
from hearth.localcloud.hosting.rest_versions import VersionRoutes
from hearth.localcloud.hosting.rewrites import Rewrites, Run
from hearth.localcloud.hosting.uploads import Uploads
from hearth.localcloud.hosting.versions import Versions
from hearth.localcloud.records import collections
from hearth.localcloud.request_log import RequestLog

# Hosting's guide: after 60 seconds the visitor gets a 504, whatever the service's own limit is.
_TIMEOUT_SECONDS = 60.0
# Requests under way when the edge stops, and bodies that nobody reads any more.
_DRAIN_SECONDS = 5.0
_LINGER_SECONDS = 1.0


class Hosting:
    """Implements hearth.localcloud.cloud.Part."""

    def __init__(self, cloud: Cloud, run: Run, *, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        self._cloud = cloud
        self._run = run
        self._timeout_seconds = timeout_seconds
        self._cache = Cache()
        self._versions = Versions(cloud.store)
        self._channels = Channels(cloud.store)
        self._releases = Releases(cloud.store, self._versions, self._channels)
        self._contents = Contents(cloud)
        self._runner: web.ServerRunner | None = None
        self._log: RequestLog | None = None

    def routes(self) -> Iterable[web.RouteDef]:
        yield from SiteRoutes(self._cloud).routes()
        yield from collections.routes(self._cloud.store, DOMAINS)
        versions = VersionRoutes(self._cloud, self._versions, self._releases, self._contents)
        yield from versions.routes()
        yield from CloneRoutes(self._cloud, self._versions, versions.check).routes()
        yield from Uploads(self._cloud.store, self._versions, self._contents).routes()
        yield from ChannelRoutes(self._cloud, self._channels, self._releases, self._purge).routes()
        yield from ReleaseRoutes(self._cloud, self._channels, self._releases, self._purge).routes()

    async def start(self) -> None:
        """Open the edge. Raises OSError when its port is taken."""
        self._log = RequestLog(self._cloud.logs / request_log.EDGE)
        edge = Edge(
            LiveSites(self._cloud.store, self._versions, self._channels, self._releases),
            self._contents,
            Rewrites(self._cloud.store, self._run, self._cache, self._timeout_seconds),
            self._cache,
            self._log,
        )
        # Bodies go on as they came: unzipping them would belie their Content-Encoding, and open the way for bombs.
        server = web.Server(edge.handle, auto_decompress=False, lingering_time=_LINGER_SECONDS, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=_DRAIN_SECONDS)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._cloud.ports.edge).start()

    async def stop(self) -> None:
        """Close the edge; requests under way get a few seconds."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self._log is not None:
            self._log.close()
            self._log = None

    def _purge(self, site: SiteName, channel: str) -> None:
        self._cache.purge(site.label("channels", channel))
