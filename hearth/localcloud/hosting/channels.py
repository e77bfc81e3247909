"""Channels as records: `live`, which every site has, and previews, which end by themselves.

Past its `expireTime` a preview is there for nobody any more. Left out: `retainedReleaseCount` is kept and not carried
out; the part of an address by which Google makes it hard to guess, since nobody else reaches this one.
"""

import re
from datetime import UTC, datetime

from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError, exists
from hearth.localcloud.hosting.names import LIVE, SiteName, entity_not_found
from hearth.localcloud.hosting.sites import site_url
from hearth.localcloud.store import Document, Store
from hearth.localcloud.times import now

# It is a part of a host name, after the site's channel.
_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
_LONGEST_LABEL = 63
# What Google answers a 51st with is known from those who met it (FirebaseExtended/action-hosting-deploy, issue 60).
_MOST_PREVIEWS = 50
# API reference, `Channel.retainedReleaseCount`.
_RETAINED = 10


class Channels:
    """The channels of all sites."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, site: SiteName, channel: str) -> Document | None:
        body = self._store.get(site.below("channels", channel))
        return None if body is None or _expired(body) else body

    def get(self, site: SiteName, channel: str) -> Document:
        """Raises ApiError (404)."""
        body = self.find(site, channel)
        if body is None:
            raise entity_not_found(site.label("channels", channel))
        return body

    def list_for(self, site: SiteName) -> list[tuple[str, Document]]:
        """Ids with their channels, `live` first."""
        found = [(key.rpartition("/")[2], body) for key, body in self._store.children(site.below("channels"))]
        return sorted([each for each in found if not _expired(each[1])], key=lambda each: (each[0] != LIVE, each[0]))

    def add(self, site: SiteName, channel: str, fields: Document) -> Document:
        """A new preview. Raises ApiError (400, 409, 429)."""
        if not _ID.fullmatch(channel) or len(host_label(site, channel)) > _LONGEST_LABEL:
            raise ApiError(
                400,
                f"Invalid channelId '{channel}': it must have letters, digits and hyphens, begin and end with a "
                f"letter or digit, and have at most {_LONGEST_LABEL - len(host_label(site, ''))} characters for site "
                f"'{site.id}'.",
            )
        others = self.list_for(site)
        if any(channel.lower() == other.lower() for other, _ in others):
            raise exists(site.label("channels", channel))
        if len(others) > _MOST_PREVIEWS:
            raise ApiError(429, f"channel quota reached: site '{site.id}' has {_MOST_PREVIEWS} previews. Delete some.")
        with self._store.transaction():
            # What an expired one of this name has left.
            self._store.delete_below(site.below("channels", channel))
            self.put(site, channel, {"createTime": now(), "retainedReleaseCount": _RETAINED, **fields})
        return self.get(site, channel)

    def put(self, site: SiteName, channel: str, body: Document) -> None:
        self._store.put(site.below("channels", channel), body | {"updateTime": now()})

    def remove(self, site: SiteName, channel: str) -> None:
        """With its releases. Raises ApiError (404, or 400 for the live one)."""
        self.get(site, channel)
        if channel == LIVE:
            raise ApiError(400, f"The live channel of '{site.id}' can't be deleted.", "FAILED_PRECONDITION")
        self._store.delete_below(site.below("channels", channel))


def host_label(site: SiteName, channel: str) -> str:
    """The first label of a preview's host."""
    return f"{site.id}--{channel}"


def channel_url(cloud: Cloud, site: SiteName, channel: str) -> str:
    """Where the edge serves a channel."""
    if channel == LIVE:
        return site_url(cloud, site)
    return f"http://{host_label(site, channel).lower()}.localhost:{cloud.ports.edge}"


def _expired(body: Document) -> bool:
    return "expireTime" in body and datetime.fromisoformat(body["expireTime"]) <= datetime.now(UTC)
