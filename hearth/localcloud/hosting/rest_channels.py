"""Channels over REST (`projects.sites.channels` of the Hosting API)."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from hearth.localcloud import bodies, pages
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError
from hearth.localcloud.hosting.channels import Channels, channel_url
from hearth.localcloud.hosting.names import LIVE, SiteName, addressed_site, on_sites
from hearth.localcloud.hosting.payload import read_labels, update_mask
from hearth.localcloud.hosting.releases import Releases
from hearth.localcloud.store import Document, public

CHANNEL = "/channels/{channel:[^{}/:]+}"
_WRITABLE = ("expireTime", "ttl", "retainedReleaseCount", "labels")
_FIELDS = frozenset({"name", "url", "release", "createTime", "updateTime", *_WRITABLE})
_TTL = re.compile(r"(\d{1,9})(\.\d{1,9})?s")
_RETAINED = range(1, 101)


class ChannelRoutes:
    def __init__(
        self, cloud: Cloud, channels: Channels, releases: Releases, purge: Callable[[SiteName, str], None]
    ) -> None:
        """`purge` is called with a site and a channel that is no more."""
        self._cloud = cloud
        self._store = cloud.store
        self._channels = channels
        self._releases = releases
        self._purge = purge

    def routes(self) -> Iterable[web.RouteDef]:
        yield from on_sites("GET", "/channels", self._list)
        yield from on_sites("POST", "/channels", self._create)
        yield from on_sites("GET", CHANNEL, self._get)
        yield from on_sites("PATCH", CHANNEL, self._patch)
        yield from on_sites("DELETE", CHANNEL, self._delete)

    async def _list(self, request: web.Request) -> web.Response:
        site = addressed_site(self._store, request.match_info)
        found = [self._answer(site, channel, body) for channel, body in self._channels.list_for(site)]
        return pages.list_response(request, "channels", found, default=10, most=100)

    async def _create(self, request: web.Request) -> web.Response:
        site, channel = addressed_site(self._store, request.match_info), request.query.get("channelId", "")
        body = await bodies.read(request, _FIELDS)
        return web.json_response(self._answer(site, channel, self._channels.add(site, channel, _read(body))))

    async def _get(self, request: web.Request) -> web.Response:
        site, channel = addressed_site(self._store, request.match_info), request.match_info["channel"]
        return web.json_response(self._answer(site, channel, self._channels.get(site, channel)))

    async def _patch(self, request: web.Request) -> web.Response:
        """A preview that is not there is made, as by Google."""
        site, channel = addressed_site(self._store, request.match_info), request.match_info["channel"]
        given = await bodies.read(request, _FIELDS)
        fields = update_mask(request, _WRITABLE, [each for each in _WRITABLE if each in given])
        change = _read({field: given[field] for field in fields if field in given})
        if channel == LIVE and "expireTime" in change:
            raise ApiError(400, f"The live channel of '{site.id}' can't expire.", "FAILED_PRECONDITION")
        body = self._channels.find(site, channel) or self._channels.add(site, channel, change)
        gone = {"expireTime" if field == "ttl" else field for field in fields}
        self._channels.put(site, channel, {key: value for key, value in body.items() if key not in gone} | change)
        return web.json_response(self._answer(site, channel, self._channels.get(site, channel)))

    async def _delete(self, request: web.Request) -> web.Response:
        site, channel = addressed_site(self._store, request.match_info), request.match_info["channel"]
        self._channels.remove(site, channel)
        self._purge(site, channel)
        return web.json_response({})

    def _answer(self, site: SiteName, channel: str, body: Document) -> Document:
        shown = {"name": site.label("channels", channel), "url": channel_url(self._cloud, site, channel)}
        release = self._releases.current(site, channel)
        return public(body) | shown | ({"release": self._releases.answer(site, release)} if release else {})


def _read(given: Document) -> Document:
    """What a client may say of a channel, as it is kept. Raises ApiError (400)."""
    found: Document = {field: given[field] for field in ("labels", "retainedReleaseCount") if field in given}
    if "labels" in found:
        read_labels(found["labels"], "channel.labels")
    kept = found.get("retainedReleaseCount", 1)
    if isinstance(kept, bool) or kept not in _RETAINED:
        raise ApiError(400, f"Invalid value at 'channel.retained_release_count': {kept!r} is not from 1 to 100.")
    if "ttl" in given and "expireTime" in given:
        raise ApiError(400, "Invalid channel: set either ttl or expireTime, not both.")
    if "ttl" in given:
        found["expireTime"] = _text(datetime.now(UTC) + _lifetime(given["ttl"]))
    elif "expireTime" in given:
        found["expireTime"] = _time(given["expireTime"])
    return found


def _lifetime(ttl: Any) -> timedelta:
    seconds = _TTL.fullmatch(ttl) if isinstance(ttl, str) else None
    if seconds is None or not float(ttl[:-1]):
        raise ApiError(400, f"Invalid value at 'channel.ttl': seconds such as 86400s were expected, not {ttl!r}.")
    return timedelta(seconds=float(ttl[:-1]))


def _time(text: Any) -> str:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        at = None
    if at is None or at.tzinfo is None:
        raise ApiError(400, f"Invalid value at 'channel.expire_time': a time in UTC was expected, not {text!r}.")
    if at <= datetime.now(UTC):
        raise ApiError(400, f"Invalid value at 'channel.expire_time': {text} is in the past.")
    return _text(at)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
