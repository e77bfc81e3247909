"""The CDN's cache of what services answered (Hosting's guide, "Manage cache behavior").

An entry belongs to a host, path and query, the visitor's `__session` cookie and Authorization, the encodings taken,
and the values of whatever else the answer's Vary names. A release purges the entries of its channel; each channel
counts its purges, so that an answer which was asked for before a purge is never kept after it.

Left out: revalidation of stale entries and stale-while-revalidate; concurrent misses each ask the service.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from multidict import CIMultiDict, CIMultiDictProxy

from hearth.localcloud.hosting.reply import Incoming, Reply, accepts_gzip

SESSION = "__session"

# Fastly's default list; other statuses pass through.
_STATUSES = frozenset({200, 203, 300, 301, 302, 404, 410})
_NOT_FOUND = 404
# The guide: a 404 with no caching headers of its own is kept for ten minutes.
_NOT_FOUND_SECONDS = 600.0
_CACHING_HEADERS = ("Cache-Control", "Expires", "Set-Cookie")
_MOST_BYTES = 64 * 1024**2
_MOST_ENTRY_BYTES = 8 * 1024**2
_MOST_VARIANTS = 16
# Besides its body: the objects and headers of an entry.
_OVERHEAD = 2048
# These are part of every key, so naming them in Vary adds nothing.
_ALWAYS = frozenset({"accept-encoding", "authorization", "cookie", "need-authorization", "x-fh-requested-host"})

Key = tuple[str, ...]


@dataclass
class _Entry:
    key: Key
    vary: dict[str, str]
    """Lower-case header names that the answer varies on, with the request's values."""
    status: int
    headers: CIMultiDict[str]
    body: bytes
    stored: float
    expires: float
    hits: int = 0

    @property
    def size(self) -> int:
        texts = (*self.key, *self.headers.keys(), *self.headers.values())
        return _OVERHEAD + len(self.body) + sum(map(len, texts))


class Cache:
    """Bounded by bytes; what is least recently used go first. Used from the event loop's thread alone."""

    def __init__(self, most_bytes: int = _MOST_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        self._most_bytes = most_bytes
        self._clock = clock
        self._bytes = 0
        self._entries: OrderedDict[Key, list[_Entry]] = OrderedDict()
        self._purges: dict[str, int] = {}

    @property
    def bytes(self) -> int:
        """What is held, roughly."""
        return self._bytes

    def generation(self, channel: str) -> int:
        """How often the channel was purged; `store` wants the number from before the service was asked."""
        return self._purges.get(channel, 0)

    def purge(self, channel: str) -> None:
        self._purges[channel] = self.generation(channel) + 1
        for key in [key for key in self._entries if key[0] == channel]:
            self._drop(key)

    def find(self, channel: str, incoming: Incoming) -> Reply | None:
        """A fresh answer for this request, with its Age."""
        key = _key(channel, incoming)
        now = self._clock()
        for entry in self._entries.get(key, ()):
            if entry.expires > now and entry.vary == _values(entry.vary, incoming.headers):
                self._entries.move_to_end(key)
                entry.hits += 1
                headers = entry.headers.copy()
                headers["Age"] = str(int(now - entry.stored))
                return Reply(entry.status, headers, entry.body, hits=entry.hits, source="cache")
        return None

    def store(self, channel: str, generation: int, incoming: Incoming, reply: Reply, seconds: float) -> bool:
        """Keep a service's answer to a GET for so long, unless the channel was purged since `generation`."""
        assert isinstance(reply.body, bytes)  # noqa: S101 - files are never stored
        names = [name for text in reply.headers.getall("Vary", []) for name in _split(text)]
        if generation != self.generation(channel) or incoming.method != "GET" or "*" in names or seconds <= 0:
            return False
        now = self._clock()
        vary = _values(dict.fromkeys(name for name in names if name not in _ALWAYS), incoming.headers)
        key = _key(channel, incoming)
        entry = _Entry(key, vary, reply.status, reply.headers.copy(), reply.body, now, now + seconds)
        if entry.size > min(_MOST_ENTRY_BYTES, self._most_bytes):
            return False
        others = [each for each in self._entries.get(key, ()) if each.vary != vary and each.expires > now]
        self._drop(key)
        self._entries[key] = [entry, *others[: _MOST_VARIANTS - 1]]
        self._bytes += sum(each.size for each in self._entries[key])
        while self._bytes > self._most_bytes:
            self._drop(next(iter(self._entries)))
        return True

    def _drop(self, key: Key) -> None:
        self._bytes -= sum(entry.size for entry in self._entries.pop(key, ()))


def lifetime(status: int, headers: CIMultiDict[str]) -> float:
    """Seconds for which the CDN may keep an answer of a service; 0 for not at all.

    Nothing is kept without `public`, whatever ages it names, but for a 404 that says nothing about caching.
    """
    if status == _NOT_FOUND and not any(name in headers for name in _CACHING_HEADERS):
        return _NOT_FOUND_SECONDS
    directives = cache_control(headers)
    if status not in _STATUSES or "public" not in directives or "Set-Cookie" in headers:
        return 0.0
    if directives.keys() & {"private", "no-store", "no-cache"}:
        return 0.0
    for name in ("s-maxage", "max-age"):
        if name in directives:
            text = directives[name]
            return float(text) if text.isascii() and text.isdigit() else 0.0
    return 0.0


def cache_control(headers: CIMultiDict[str]) -> dict[str, str]:
    """Directives in lower case, with their arguments or an empty text; the first of a name counts."""
    found: dict[str, str] = {}
    for text in headers.getall("Cache-Control", []):
        for part in text.split(","):
            name, _, argument = part.strip().partition("=")
            found.setdefault(name.strip().lower(), argument.strip().strip('"'))
    return found


def session_cookie(headers: CIMultiDictProxy[str]) -> str:
    """The `__session` cookie as `name=value`, or an empty text: the only cookie that reaches a service."""
    for text in headers.getall("Cookie", []):
        for part in text.split(";"):
            if part.strip().startswith(f"{SESSION}="):
                return part.strip()
    return ""


def _key(channel: str, incoming: Incoming) -> Key:
    headers = incoming.headers
    encoding = "gzip" if accepts_gzip(headers) else ""
    authorization = headers.get("Authorization", "")
    return channel, incoming.host.lower(), incoming.target, session_cookie(headers), authorization, encoding


def _values(names: Mapping[str, str | None], headers: CIMultiDictProxy[str]) -> dict[str, str]:
    return {name: ",".join(headers.getall(name, [])) for name in names}


def _split(text: str) -> list[str]:
    return [name.strip().lower() for name in text.split(",") if name.strip()]
