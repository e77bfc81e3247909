"""The public keys of ID tokens, Firebase's or of Google's accounts: fetched when needed, kept as long as Google allows.

Keys change every few days, and the next one is published ahead of its use, so a key that is not known is either new or
made up; the one is looked for at once, the other must not let strangers make this service ask Google at will.
"""

import http.client
import json
import logging
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import jwt

ALGORITHM: Final = "RS256"

PAUSE_SECONDS: Final = 30
"""Between two requests for keys, whatever strangers send and however long Google is away."""

EARLY: Final = 0.75
"""The part of the keys' life after which new ones are asked for; the rest is there to outlast an outage."""

_SHORTEST, _USUAL, _LONGEST = 60, 300, 24 * 60 * 60
_TIMEOUT_SECONDS: Final = 3
_MOST_BYTES: Final = 64 * 1024
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age=(\d{1,9})(?=$|[\s,])", re.ASCII)
_log = logging.getLogger(__name__)


class KeysUnavailableError(Exception):
    """Whether a token is good can't be told, because its key can't be had."""


class UnknownKeyError(Exception):
    """No token is signed with that key any more, or yet."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the address of the keys answered."""

    body: bytes
    headers: Mapping[str, str]
    """By names in lowercase."""


Fetch = Callable[[str], Answer]
"""Raises OSError when there is no answer, or none of status 200."""


def fetch(url: str) -> Answer:
    """Ask over HTTP."""
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310 - settings fix the URL
            body = response.read(_MOST_BYTES + 1)
            headers = {name.lower(): value for name, value in response.headers.items()}
    # No OSError: an answer that is cut off, or none of HTTP.
    except http.client.HTTPException as error:
        raise OSError(f"no answer that can be read: {error!r}") from error
    if len(body) > _MOST_BYTES:
        raise OSError(f"the answer is longer than {_MOST_BYTES} bytes")
    return Answer(body=body, headers=headers)


@dataclass(frozen=True, kw_only=True)
class _Kept:
    keys: Mapping[str, jwt.PyJWK] = field(default_factory=dict)
    stale: float = 0.0
    """From then on, new ones are asked for."""
    expired: float = 0.0
    """From then on, these are good for nothing."""


class PublicKeys:
    """The keys at one address, shared by all threads. `now` gives seconds that only go up."""

    def __init__(self, url: str, fetch: Fetch = fetch, now: Callable[[], float] = time.monotonic) -> None:
        self._url, self._fetch, self._now = url, fetch, now
        self._kept = _Kept()
        self._next_attempt = 0.0
        self._failed = False
        self._lock = threading.Lock()

    def find(self, kid: str) -> jwt.PyJWK:
        """The key of this id. Raises UnknownKeyError, or KeysUnavailableError (503)."""
        kept = self._kept
        usable = kid in kept.keys and self._now() < kept.expired
        # One thread asks; others wait for it only where they can't go on without.
        if not (usable and self._now() < kept.stale) and self._lock.acquire(blocking=not usable):
            try:
                self._renew(kid)
            finally:
                self._lock.release()
            kept = self._kept
        if kid in kept.keys and self._now() < kept.expired:
            return kept.keys[kid]
        if self._failed or self._now() >= kept.expired:
            raise KeysUnavailableError("Google's public keys are not available, so no token can be checked.")
        raise UnknownKeyError(kid)

    def _renew(self, kid: str) -> None:
        """Ask, unless another thread just has, or the pause is not over."""
        now, kept = self._now(), self._kept
        if (kid in kept.keys and now < kept.stale) or now < self._next_attempt:
            return
        self._next_attempt = now + PAUSE_SECONDS
        try:
            answer = self._fetch(self._url)
            keys = _parsed(answer.body)
        except (OSError, ValueError, jwt.PyJWTError) as error:
            self._failed = True
            _log.warning("The public keys of ID tokens could not be fetched from %s: %s", self._url, error)
            return
        life = _life(answer.headers)
        self._kept = _Kept(keys=keys, stale=now + EARLY * life, expired=now + life)
        self._failed = False


def _parsed(body: bytes) -> Mapping[str, jwt.PyJWK]:
    """Keys of a JWK Set (RFC 7517) by their id, as far as they verify signatures. Raises ValueError for no such set."""
    try:
        listed = json.loads(body)["keys"]
        # The algorithm is ours to say: one that a key, or a token, names could be another.
        found = {
            each["kid"]: jwt.PyJWK(each, algorithm=ALGORITHM)
            for each in listed
            if each.get("kty") == "RSA" and each.get("use", "sig") == "sig"
        }
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a JWK set: {error!r}") from error
    if not found:
        raise ValueError("a JWK set without a key for signatures")
    return found


def _life(headers: Mapping[str, str]) -> float:
    """Seconds for which the answer may be kept (RFC 9111): within bounds, so that no slip there stops us here."""
    said = _MAX_AGE.search(headers.get("cache-control", "").lower())
    age = headers.get("age", "0")
    spent = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
    return min(max(int(said[1]) - spent if said else _USUAL, _SHORTEST), _LONGEST)
