"""Releases as records: which version a channel serves, and the history of that.

A release is one transaction: before it the old version is served, after it the new one, whatever happens between.
There is one channel, `live`; releases are kept below their channel, so that others can be added.
"""

import time

from hearth.localcloud.errors import ApiError
from hearth.localcloud.hosting.names import LIVE, SiteName, entity_not_found
from hearth.localcloud.hosting.versions import EXPIRED, FINALIZED, Versions, identifier
from hearth.localcloud.store import Document, Store, public
from hearth.localcloud.times import now

DEPLOY = "DEPLOY"
ROLLBACK = "ROLLBACK"
SITE_DISABLE = "SITE_DISABLE"


class Releases:
    """The releases of all sites."""

    def __init__(self, store: Store, versions: Versions) -> None:
        self._store = store
        self._versions = versions

    def create(self, site: SiteName, version: str | None, message: str) -> Document:
        """Serve a FINALIZED version from now on; None disables the site. Raises ApiError (404, 400)."""
        if version is not None and (body := self._versions.get(site, version))["status"] != FINALIZED:
            raise ApiError(
                400,
                f"Version '{body['name']}' is {body['status']}; only a FINALIZED version can be released.",
                "FAILED_PRECONDITION",
            )
        channel = self._channel(site)
        # Sorted by name they are in order, also after the clock was set back.
        number = str(max(time.time_ns() // 1000, int(channel.get("_release", 0)) + 1))
        release: Document = {
            "name": site.label("channels", LIVE, "releases", number),
            "type": SITE_DISABLE if version is None else self._type(site, version),
            "releaseTime": now(),
        }
        if version is not None:
            release["_version"] = version
        if message:
            release["message"] = message
        with self._store.transaction():
            self._store.put(site.below("channels", LIVE, "releases", number), release)
            self._store.put(
                site.below("channels", LIVE), channel | {"_release": number, "updateTime": release["releaseTime"]}
            )
            self._expire(site, keep=version)
        return self.answer(site, release)

    def of(self, site: SiteName) -> list[Document]:
        """Newest first, with their versions."""
        found = self._store.children(site.below("channels", LIVE, "releases"))
        return [self.answer(site, body) for _, body in reversed(found)]

    def get(self, site: SiteName, id: str) -> Document:
        """Raises ApiError (404)."""
        body = self._store.get(site.below("channels", LIVE, "releases", id))
        if body is None:
            raise entity_not_found(site.label("channels", LIVE, "releases", id))
        return self.answer(site, body)

    def live_release(self, site: SiteName) -> Document | None:
        """What the store says is served now, `_version` being its version's id; None before the first release."""
        number = self._channel(site).get("_release")
        return None if number is None else self._store.get(site.below("channels", LIVE, "releases", number))

    def live_version(self, site: SiteName) -> str | None:
        release = self.live_release(site)
        return None if release is None else release.get("_version")

    def answer(self, site: SiteName, body: Document) -> Document:
        """With its version, as the API shows it."""
        version = {"version": self._versions.get(site, body["_version"])} if "_version" in body else {}
        return public(body) | version

    def _channel(self, site: SiteName) -> Document:
        return self._store.get(site.below("channels", LIVE)) or {}

    def _type(self, site: SiteName, version: str) -> str:
        """ROLLBACK when the version was served before and another one is now."""
        current = self.live_release(site)
        if current is None or current.get("_version") == version:
            return DEPLOY
        past = self._store.children(site.below("channels", LIVE, "releases"))
        return ROLLBACK if any(body.get("_version") == version for _, body in past) else DEPLOY

    def _expire(self, site: SiteName, keep: str | None) -> None:
        """Apply the site's `maxVersions`: older FINALIZED versions than the newest so many lose their content."""
        limit = (self._store.get(site.below("config")) or {}).get("maxVersions")
        if limit is None:
            return
        finalized = [body for body in self._versions.of(site) if body["status"] == FINALIZED]
        for body in finalized[int(limit) :]:
            if identifier(body) != keep:
                self._versions.retire(site, body, EXPIRED)
