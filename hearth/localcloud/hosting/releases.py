"""Releases as records: which version a channel serves, and the history of that.

A release is one transaction: before it the old version is served, after it the new one, whatever happens between.
Each channel has its own.
"""

import time

from hearth.localcloud.errors import ApiError
from hearth.localcloud.hosting.channels import Channels
from hearth.localcloud.hosting.names import SiteName, entity_not_found
from hearth.localcloud.hosting.versions import EXPIRED, FINALIZED, Versions, identifier
from hearth.localcloud.store import Document, Store, public
from hearth.localcloud.times import now

DEPLOY = "DEPLOY"
ROLLBACK = "ROLLBACK"
SITE_DISABLE = "SITE_DISABLE"


class Releases:
    """The releases of all sites."""

    def __init__(self, store: Store, versions: Versions, channels: Channels) -> None:
        self._store = store
        self._versions = versions
        self._channels = channels

    def create(self, site: SiteName, channel: str, version: str | None, message: str) -> Document:
        """Serve a FINALIZED version from now on; None disables the site. Raises ApiError (404, 400)."""
        if version is not None and (body := self._versions.get(site, version))["status"] != FINALIZED:
            raise ApiError(
                400,
                f"Version '{body['name']}' is {body['status']}; only a FINALIZED version can be released.",
                "FAILED_PRECONDITION",
            )
        known = self._channels.get(site, channel)
        # Sorted by name they are in order, also after the clock was set back.
        number = str(max(time.time_ns() // 1000, int(known.get("_release", 0)) + 1))
        release: Document = {
            "name": site.label("channels", channel, "releases", number),
            "type": SITE_DISABLE if version is None else self._type(site, channel, version),
            "releaseTime": now(),
        }
        if version is not None:
            release["_version"] = version
        if message:
            release["message"] = message
        with self._store.transaction():
            self._store.put(site.below("channels", channel, "releases", number), release)
            self._channels.put(site, channel, known | {"_release": number})
            self._expire(site)
        return self.answer(site, release)

    def list_for(self, site: SiteName, channel: str) -> list[Document]:
        """Newest first, with their versions."""
        found = self._store.children(site.below("channels", channel, "releases"))
        return [self.answer(site, body) for _, body in reversed(found)]

    def get(self, site: SiteName, channel: str, id: str) -> Document:
        """Raises ApiError (404)."""
        body = self._store.get(site.below("channels", channel, "releases", id))
        if body is None:
            raise entity_not_found(site.label("channels", channel, "releases", id))
        return self.answer(site, body)

    def current(self, site: SiteName, channel: str) -> Document | None:
        """What a channel serves now, `_version` being its version's id; None before its first release."""
        number = (self._channels.find(site, channel) or {}).get("_release")
        return None if number is None else self._store.get(site.below("channels", channel, "releases", number))

    def serving(self, site: SiteName) -> set[str]:
        """Ids of the versions that some channel serves now."""
        releases = (self.current(site, channel) or {} for channel, _ in self._channels.list_for(site))
        return {release["_version"] for release in releases if "_version" in release}

    def answer(self, site: SiteName, body: Document) -> Document:
        """With its version, as the API shows it."""
        version = {"version": self._versions.get(site, body["_version"])} if "_version" in body else {}
        return public(body) | version

    def _type(self, site: SiteName, channel: str, version: str) -> str:
        """ROLLBACK when the version was served before and another one is now."""
        current = self.current(site, channel)
        if current is None or current.get("_version") == version:
            return DEPLOY
        past = self._store.children(site.below("channels", channel, "releases"))
        return ROLLBACK if any(body.get("_version") == version for _, body in past) else DEPLOY

    def _expire(self, site: SiteName) -> None:
        """Apply the site's `maxVersions`: older FINALIZED versions than the newest so many lose their content."""
        limit = (self._store.get(site.below("config")) or {}).get("maxVersions")
        if limit is None:
            return
        serving = self.serving(site)
        finalized = [body for body in self._versions.list_for(site) if body["status"] == FINALIZED]
        for body in finalized[int(limit) :]:
            if identifier(body) not in serving:
                self._versions.retire(site, body, EXPIRED)
