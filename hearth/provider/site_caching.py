"""Cache-Control of a site's files, as header rules of its ServingConfig.

Hosting's header rules apply to whatever is asked for under a path, also to the service's own answers. A rule for all
names that look digested would therefore make an old page's style sheet, which the service answers with the current
one, stay in browsers for a year. So each rule lists exactly the paths of files in the release, which no answer of the
service can have. They are made here, at deployment, and are no input: the diff shows the file that changed, once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from flask_hearth.staticfiles import names

DIGESTED: Final = "digested"
PLAIN: Final = "plain"
NAMES: Final = (DIGESTED, PLAIN)
"""Kinds of names: those that carry their content's digest, and the others."""

_HEADER = "Cache-Control"
_LONGEST = 1000
"""Characters of one pattern, if it has several paths. Hosting tells no limit; many paths make several rules."""

Config = Mapping[str, Any]


def with_caching(config: Config, files: Mapping[str, str], caching: Mapping[str, str]) -> Config:
    """The ServingConfig with rules for `files` (path to SHA-256) before its own, which win where they say otherwise."""
    rules = [
        {"regex": pattern, "headers": {_HEADER: caching[kind]}}
        for kind, patterns in _patterns(config, files).items()
        if kind in caching
        for pattern in patterns
    ]
    return {**config, "headers": [*rules, *config.get("headers", [])]} if rules else config


def without_caching(config: Config, files: Mapping[str, str]) -> tuple[Config, dict[str, str]]:
    """The reverse: the ServingConfig without such rules, and the caching that they stood for."""
    kinds = {pattern: kind for kind, patterns in _patterns(config, files).items() for pattern in patterns}
    rest, caching = [], {}
    for rule in config.get("headers", []):
        kind, headers = kinds.get(rule.get("regex", "")), rule.get("headers") or {}
        if kind is not None and set(headers) == {_HEADER}:
            caching[kind] = headers[_HEADER]
        else:
            rest.append(rule)
    if not caching:
        return config, {}
    without = {key: value for key, value in config.items() if key != "headers"}
    return {**without, "headers": rest} if rest else without, caching


def _patterns(config: Config, files: Mapping[str, str]) -> dict[str, list[str]]:
    """By kind of names, in RE2's syntax."""
    clean_urls = bool(config.get("cleanUrls", False))
    digested = {path for path, digest in files.items() if names.has_digest(path, digest)}
    plain = {asked for path in files.keys() - digested for asked in names.request_paths(path, clean_urls=clean_urls)}
    return {DIGESTED: list(_packed(digested)), PLAIN: list(_packed(plain))}


def _packed(paths: Iterable[str]) -> Iterator[str]:
    """As few patterns as hold all paths, none much longer than _LONGEST."""
    batch: list[str] = []
    for path in map(re.escape, sorted(paths)):
        if batch and sum(map(len, batch)) + len(batch) + len(path) > _LONGEST:
            yield _any_of(batch)
            batch = []
        batch.append(path)
    if batch:
        yield _any_of(batch)


def _any_of(paths: Iterable[str]) -> str:
    return f"^(?:{'|'.join(paths)})$"
