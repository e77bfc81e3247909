"""What the edge serves for a host: the released version's files and rules.

The store is asked at every request which release is live, so that a release takes effect with its commit, also after
a restart; what belongs to a release never changes and is read once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from hearth.localcloud.hosting.config import ServingConfig, read_config
from hearth.localcloud.hosting.names import SiteName, find_site
from hearth.localcloud.hosting.releases import Releases
from hearth.localcloud.hosting.sites import default_site
from hearth.localcloud.hosting.versions import Versions
from hearth.localcloud.store import Document, Store

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_BELOW = ".localhost"


@dataclass(frozen=True)
class LiveSite:
    site: SiteName
    release: str
    """Its name; unique over all sites."""
    released: datetime
    files: Mapping[str, str]
    """Path to the hash of the gzipped content."""
    config: ServingConfig


class LiveSites:
    def __init__(self, store: Store, versions: Versions, releases: Releases) -> None:
        self._store = store
        self._versions = versions
        self._releases = releases
        self._known: dict[SiteName, LiveSite] = {}

    def find(self, host: str) -> LiveSite | None:
        """What a Host header (`localhost:5000`, `SITE.localhost:5000`) stands for; None if nothing is served there."""
        site = self._site(host)
        release = None if site is None else self._releases.live_release(site)
        if site is None or release is None or "_version" not in release:
            return None
        known = self._known.get(site)
        if known is None or known.release != release["name"]:
            known = self._known[site] = self._read(site, release)
        return known

    def _site(self, host: str) -> SiteName | None:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return None
        if name in _HERE:
            return default_site(self._store)
        return find_site(self._store, name.removesuffix(_BELOW)) if name.endswith(_BELOW) else None

    def _read(self, site: SiteName, release: Document) -> LiveSite:
        version = self._versions.get(site, release["_version"])
        return LiveSite(
            site=site,
            release=release["name"],
            released=datetime.fromisoformat(release["releaseTime"]),
            files=self._versions.files(site, release["_version"]),
            config=read_config(version["config"]),
        )
