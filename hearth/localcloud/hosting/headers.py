"""Header rules: which further headers an answer to a path carries.

Every matching rule applies, in order, a later one over an earlier one and over what the service or the edge set.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from multidict import CIMultiDict

from hearth.localcloud.hosting.patterns import Pattern, read_pattern

_FIELDS = frozenset({"glob", "regex", "headers"})
# RFC 9110, 5.6.2: token.
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
# What the cache of services' answers tells entries apart by.
_VARY = ("cookie", "need-authorization", "x-fh-requested-host", "accept-encoding")
# The edge's own: wrong values would cut or merge answers on a kept connection.
_FRAMING = frozenset({"connection", "content-length", "keep-alive", "trailer", "transfer-encoding", "upgrade"})


@dataclass(frozen=True)
class HeaderRule:
    pattern: Pattern
    headers: tuple[tuple[str, str], ...]


def apply_rules(rules: Iterable[HeaderRule], path: str, headers: CIMultiDict[str]) -> None:
    """Set on `headers` what the rules say for a decoded path."""
    for rule in rules:
        if rule.pattern.match(path) is not None:
            for name, value in rule.headers:
                headers[name] = value


def vary_as_the_cache(headers: CIMultiDict[str]) -> None:
    """Add to a service's Vary what the edge itself varies on."""
    own = [name.strip() for text in headers.popall("Vary", []) for name in text.split(",") if name.strip()]
    lower = {name.lower() for name in own}
    headers["Vary"] = ", ".join([*own, *(name for name in _VARY if name not in lower)])


def read_header_rule(rule: dict[str, Any]) -> HeaderRule:
    """Read one rule of ServingConfig.headers. Raises ValueError."""
    unknown = sorted(rule.keys() - _FIELDS)
    if unknown:
        raise ValueError(f"there is no field {unknown[0]}")
    headers = rule.get("headers")
    if not isinstance(headers, dict):
        raise ValueError('headers is required: a map such as {"Cache-Control": "no-cache"}')  # noqa: TRY004
    for name, value in headers.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"'{name}' is not a header name (RFC 9110, 5.6.2)")
        if name.lower() in _FRAMING:
            raise ValueError(f"{name} controls how the response is sent on its connection, so a rule can't set it")
        if not isinstance(value, str) or re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value):
            raise ValueError(f"the value of {name} must be one line of text, not {value!r}")
    return HeaderRule(read_pattern(rule), tuple(headers.items()))
