"""What the edge serves for a host: the files and rules of the version that its channel has released.

The store is asked at every request which release is live, so that a release takes effect with its commit, also after
a restart; what belongs to a release never changes and is read once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from hearth.localcloud.hosting.channels import Channels
from hearth.localcloud.hosting.config import ServingConfig, read_config
from hearth.localcloud.hosting.names import LIVE, SiteName, find_site
from hearth.localcloud.hosting.releases import Releases
from hearth.localcloud.hosting.sites import default_site
from hearth.localcloud.hosting.versions import Versions
from hearth.localcloud.store import Document, Store

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_BELOW = ".localhost"


@dataclass(frozen=True)
class LiveSite:
    site: SiteName
    channel: str
    release: str
    """Its name; unique over all sites."""
    released: datetime
    files: Mapping[str, str]
    """Path to the hash of the gzipped content."""
    config: ServingConfig

    @property
    def place(self) -> str:
        """The channel's name, unique over all sites."""
        return self.site.label("channels", self.channel)


class LiveSites:
    def __init__(self, store: Store, versions: Versions, channels: Channels, releases: Releases) -> None:
        self._store = store
        self._versions = versions
        self._channels = channels
        self._releases = releases
        self._known: dict[tuple[SiteName, str], LiveSite] = {}

    def find(self, host: str) -> LiveSite | None:
        """What a Host header stands for; None if nothing is served there.

        `localhost:5000`, `SITE.localhost:5000`, or `SITE--CHANNEL.localhost:5000`.
        """
        place = self._place(host)
        release = None if place is None else self._releases.current(*place)
        if place is None or release is None or "_version" not in release:
            return None
        known = self._known.get(place)
        if known is None or known.release != release["name"]:
            known = self._known[place] = self._read(*place, release)
        return known

    def _place(self, host: str) -> tuple[SiteName, str] | None:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return None
        if name in _HERE:
            site = default_site(self._store)
            return None if site is None else (site, LIVE)
        if not name.endswith(_BELOW):
            return None
        label = name.removesuffix(_BELOW)
        site = find_site(self._store, label)
        return self._preview(label) if site is None else (site, LIVE)

    def _preview(self, label: str) -> tuple[SiteName, str] | None:
        # A site's id may hold two hyphens as well.
        for at in re.finditer("--", label):
            site = find_site(self._store, label[: at.start()])
            if site is None:
                continue
            for channel, _ in self._channels.list_for(site):
                if channel != LIVE and channel.lower() == label[at.end() :]:
                    return site, channel
        return None

    def _read(self, site: SiteName, channel: str, release: Document) -> LiveSite:
        version = self._versions.get(site, release["_version"])
        return LiveSite(
            site=site,
            channel=channel,
            release=release["name"],
            released=datetime.fromisoformat(release["releaseTime"]),
            files=self._versions.files(site, release["_version"]),
            config=read_config(version["config"]),
        )
