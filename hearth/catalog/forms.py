"""Texts and numbers of the right form for outputs that only Google could compute.

Nothing may work with one: hosts end with `.invalid` (RFC 2606), addresses are of the range for benchmarks (RFC 2544)
or, in IPv6, of that for documentation (RFC 3849), times are of 2001. Every text has the resource's mark in it, as far
as its form lets it. The form goes by the property's name, which is all that tells; what no rule knows is that name with
the mark.
"""

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_MARK_DIGITS = 12
_STATE = "ACTIVE"
_POLICY = "DELETE"


@dataclass(frozen=True)
class Source:
    """What a resource's placeholders are made of: all of them follow from its digest and their paths."""

    digest: bytes
    project: str
    place: Mapping[str, str] = field(default_factory=dict)
    """Where it stands, as far as it is known: `region`, `zone`, `location`."""

    @property
    def mark(self) -> str:
        """In small letters, as hosts and e-mail addresses are whatever they are given."""
        return self.digest.hex()[:_MARK_DIGITS]

    def number(self, path: str, least: int, most: int) -> int:
        """From `least` to below `most`, another one for each path."""
        drawn = int.from_bytes(hashlib.sha256(self.digest + path.encode()).digest()[:8], "big")
        return least + drawn % (most - least)


def plain(source: Source, path: str) -> str | None:
    """What a text is that tells nothing of the resource, and so is no placeholder; None for all others."""
    name = _name(path)
    if re.fullmatch("state|status|lifecycleState", name):
        return _STATE
    if name == "deletionPolicy":
        return _POLICY
    if name in ("project", "projectId"):
        return source.project
    if name.endswith(("locationId", "LocationId")):
        return source.place.get("zone") or source.place.get("region")
    return source.place.get(name)


def text(source: Source, path: str) -> str:
    """The placeholder at a path, such as `statuses[0].url`."""
    name = _name(path)
    for pattern, form in _FORMS:
        if pattern.search(name):
            return form(source, path)
    return f"{_hyphens(name)}-{source.mark}"


def integer(source: Source, path: str) -> int:
    """Always five digits, so that a port is one and a number is known again."""
    return source.number(path, 10_000, 60_000)


def _name(path: str) -> str:
    return path.rpartition(".")[2].partition("[")[0]


def _hyphens(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _account(source: Source, _path: str) -> str:
    return f"made-up-{source.mark}@{source.project}.iam.gserviceaccount.com"


def _member(source: Source, path: str) -> str:
    return f"serviceAccount:{_account(source, path)}"


def credentials(source: Source, path: str) -> str:
    """A service account's key as its file is, encoded: a program reads parts of it, or writes the file."""
    content = {
        "type": "service_account",
        "project_id": source.project,
        "private_key_id": source.mark,
        "private_key": _private_key(source, path),
        "client_email": _account(source, path),
    }
    return base64.b64encode(json.dumps(content).encode()).decode()


def _private_key(source: Source, _path: str) -> str:
    return f"-----BEGIN PRIVATE KEY-----\nmade/up/{source.mark}\n-----END PRIVATE KEY-----\n"


def _host(source: Source, path: str) -> str:
    return f"{_hyphens(_name(path))}-{source.mark}.invalid"


def _url(source: Source, path: str) -> str:
    return f"https://{_host(source, path)}"


def _address(source: Source, path: str) -> str:
    low = source.number(path, 1, 2**17 - 1)
    return f"198.{18 + (low >> 16)}.{low >> 8 & 255}.{low & 255}"


def _range(source: Source, path: str) -> str:
    return f"{_address(source, path).rpartition('.')[0]}.0/24"


def _address_6(source: Source, _path: str) -> str:
    mark = source.mark
    return f"2001:db8:{mark[:4]}:{mark[4:8]}:{mark[8:]}::1"


def _range_6(source: Source, path: str) -> str:
    return f"{_address_6(source, path).removesuffix('1')}/80"


def _number(source: Source, path: str) -> str:
    return str(integer(source, path))


def _time(source: Source, path: str) -> str:
    second = source.number(path, 0, 86_400)
    return f"2001-01-01T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.{int(source.mark, 16) % 10**6:06}Z"


def _certificate(source: Source, _path: str) -> str:
    return f"-----BEGIN CERTIFICATE-----\nmade/up/{source.mark}\n-----END CERTIFICATE-----\n"


def _uuid(source: Source, _path: str) -> str:
    return str(uuid.UUID(bytes=source.digest[:16]))


def _id(source: Source, path: str) -> str:
    return str(source.number(path, 10**18, 10**19))


# The first that matches.
_FORMS: tuple[tuple[re.Pattern[str], Callable[[Source, str], str]], ...] = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        (r"(^m|M)ember$|Identity$|^serviceAgent$", _member),
        (r"[eE]mail(Address(es)?)?$|[sS]erviceAccount$|^principal$", _account),
        (r"[iI]pv6(\w*Address(es)?)?$", _address_6),
        (r"[iI]pv6(Prefix|Range)$", _range_6),
        (r"[cC]idr|[iI]pRanges?$", _range),
        (r"(^i|[a-z]I)p(v4)?s?$|[iI]pAddress(es)?$|^address$|^host$|gatewayAddress|[iI]pv4", _address),
        (r"([uU]rl|[uU]ri|URL|URI|[lL]ink)s?$|LinkUnique$", _url),
        (r"[eE]ndpoints?$|[hH]ostname$|[dD]omain(Name)?s?$|[dD]nsNames?$|fqdn|[nN]ameServers", _host),
        (r"(Time|Timestamp|[a-z]At|Date|^updated|^timeCreated|^created|^timestamps?|^timeStamp)$", _time),
        (r"[pP]rivateKey(Pem)?$", _private_key),
        (r"[cC]ert(ificate)?$", _certificate),
        (r"^u(u|nique)?id$|[uU]id$|authString", _uuid),
        (r"((^c|[a-z]C)ount|(^p|[a-z]P)orts?|(^s|[a-z]S)econds|(^b|[a-z]B)ytes|G(b|B|ib)|^nanos)$", _number),
        (r"([a-z]Id|^id|Number|^generation)$", _id),
    )
)
