"""What a site's release may hold; everything here is checked before anything is sent.

Forms follow Firebase Hosting's ServingConfig (v1beta1, "REST Resource: projects.sites.versions"). Whether a glob or a
regular expression can be read is left to Hosting.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hearth.plugin.diff import format_path
from hearth.plugin.kinds import UNKNOWN, Failure
from hearth.provider.site_caching import NAMES
from hearth.provider.site_content import SERVED_AS

WELL_KNOWN = ".well-known"
_HASH = re.compile(rf"({SERVED_AS})?[0-9a-f]{{64}}")
_SERVICE = re.compile(r"projects/[^/]+/locations/[^/]+/services/[^/]+")
_BEHAVIOURS: Mapping[str, tuple[str, ...]] = {
    "trailingSlashBehavior": ("ADD", "REMOVE"),
    "appAssociation": ("AUTO", "NONE"),
}
_ACTIONS = ("path", "function", "run", "dynamicLinks")

Steps = tuple[str | int, ...]
Faults = Iterator[Failure]


def file_faults(files: Any) -> Faults:
    """Faults of `files`, a map of paths to SHA-256 hashes."""
    if files is UNKNOWN:
        return
    if not isinstance(files, Mapping):
        yield _fault(("files",), f"must map paths to hashes, got {files!r}")
        return
    for path, file_hash in files.items():
        reason = _path_fault(path)
        if reason:
            yield _fault(("files", path), reason)
        if file_hash is not UNKNOWN and not (isinstance(file_hash, str) and _HASH.fullmatch(file_hash)):
            yield _fault(("files", path), f"must be the SHA-256 of the file in 64 hex digits, got {file_hash!r}")


def _path_fault(path: str) -> str:
    segments = path.split("/")[1:]
    if not path.startswith("/") or path == "/":
        return "a path begins with / and names a file, such as /style.css"
    if any(segment in {"", ".", ".."} for segment in segments):
        return "no request can reach a path with an empty segment, `.` or `..`: write it without them"
    if segments[0] == "__":
        return "Hosting reserves /__/ and would never serve it: choose another folder"
    hidden = [
        segment for at, segment in enumerate(segments) if segment.startswith(".") and (at, segment) != (0, WELL_KNOWN)
    ]
    if hidden:
        return (
            f"{hidden[0]!r} begins with a dot, like .git or files with secrets, so it is not published; only "
            f"{WELL_KNOWN}/ at the root is. Move it out of the folder, or rename it"
        )
    return ""


def caching_faults(caching: Any) -> Faults:
    """Faults of `caching`, the Cache-Control of files by the kind of their names."""
    if caching is UNKNOWN:
        return
    if not isinstance(caching, Mapping):
        yield _fault(("caching",), f"must map {' and '.join(NAMES)} to a Cache-Control, got {caching!r}")
        return
    for key, value in caching.items():
        if key not in NAMES:
            yield _fault(("caching", key), f"is unknown; the names are {', '.join(NAMES)}")
        elif value is not UNKNOWN and not (isinstance(value, str) and value.isprintable() and value):
            yield _fault(("caching", key), f"must be a Cache-Control in one line, such as no-cache, got {value!r}")


def service_faults(service: Any) -> Faults:
    """Faults of `service`, which the release waits for."""
    if service is UNKNOWN or service is None:
        return
    if not isinstance(service, Mapping):
        yield _fault(("service",), f"must have name, image and template, got {service!r}")
        return
    for key in service:
        if key not in {"name", "image", "template"}:
            yield _fault(("service", key), "is not an input; the inputs are name, image, template")
    for key in ("name", "image"):
        value = service.get(key)
        if value is not UNKNOWN and not (isinstance(value, str) and value):
            yield _fault(("service", key), f"must be text, got {value!r}")
    name = service.get("name")
    if isinstance(name, str) and not _SERVICE.fullmatch(name):
        yield _fault(("service", "name"), f"must be projects/P/locations/R/services/S, got {name!r}")


def config_faults(config: Any) -> Faults:
    """Faults of `config`, a ServingConfig."""
    if config is UNKNOWN:
        return
    if not isinstance(config, Mapping):
        yield _fault(("config",), f"must be a ServingConfig, got {config!r}")
        return
    for key, value in config.items():
        check = _SECTIONS.get(key)
        if check is None:
            yield _fault(("config", key), f"is not a section; the sections are {', '.join(sorted(_SECTIONS))}")
        elif value is not UNKNOWN:
            yield from check(("config", key), value)


def _rules(rule_faults: Callable[[Steps, Mapping[str, Any]], Faults]) -> Callable[[Steps, Any], Faults]:
    """A list of rules, each with one pattern and what `rule_faults` looks at."""

    def check(at: Steps, rules: Any) -> Faults:
        if not isinstance(rules, list):
            yield _fault(at, f"must be a list of rules, got {rules!r}")
            return
        for index, rule in enumerate(rules):
            if rule is UNKNOWN:
                continue
            if not isinstance(rule, Mapping):
                yield _fault((*at, index), f"must be a rule, got {rule!r}")
                continue
            if len({"glob", "regex"} & set(rule)) != 1:
                yield _fault((*at, index), "needs either `glob` or `regex`, and not both (`source` is firebase.json's)")
            yield from rule_faults((*at, index), rule)

    return check


def _header_rule(at: Steps, rule: Mapping[str, Any]) -> Faults:
    headers = rule.get("headers")
    if headers is not UNKNOWN and not (
        isinstance(headers, Mapping) and all(value is UNKNOWN or isinstance(value, str) for value in headers.values())
    ):
        yield _fault((*at, "headers"), f"must map header names to texts, got {headers!r}")


def _redirect_rule(at: Steps, rule: Mapping[str, Any]) -> Faults:
    code = rule.get("statusCode")
    if code is not UNKNOWN and not (isinstance(code, int) and 300 <= code <= 399):
        yield _fault((*at, "statusCode"), f"must be a redirect's status, 300 to 399, got {code!r}")
    if not rule.get("location"):
        yield _fault((*at, "location"), "required, and missing")


def _rewrite_rule(at: Steps, rule: Mapping[str, Any]) -> Faults:
    if len(set(_ACTIONS) & set(rule)) != 1:
        yield _fault(at, f"needs exactly one of {', '.join(_ACTIONS)}")
    run = rule.get("run")
    if isinstance(run, Mapping):
        service = run.get("serviceId")
        # Hosting would answer that the region is not supported.
        if isinstance(service, str) and "/" in service:
            yield _fault((*at, "run", "serviceId"), f"must be the service's short name, got {service!r}")
        elif not service:
            yield _fault((*at, "run", "serviceId"), "required, and missing")


def _flag(at: Steps, value: Any) -> Faults:
    if not isinstance(value, bool):
        yield _fault(at, f"must be true or false, got {value!r}")


def _behaviour(at: Steps, value: Any) -> Faults:
    allowed = _BEHAVIOURS[str(at[-1])]
    if value not in allowed:
        yield _fault(at, f"must be {' or '.join(allowed)}, got {value!r}")


def _i18n(at: Steps, value: Any) -> Faults:
    if not isinstance(value, Mapping) or not value.get("root"):
        yield _fault(at, f"must have a `root`, the folder of the translations, got {value!r}")


_SECTIONS: Mapping[str, Callable[[Steps, Any], Faults]] = {
    "headers": _rules(_header_rule),
    "redirects": _rules(_redirect_rule),
    "rewrites": _rules(_rewrite_rule),
    "cleanUrls": _flag,
    "trailingSlashBehavior": _behaviour,
    "appAssociation": _behaviour,
    "i18n": _i18n,
}


def _fault(at: Steps, reason: str) -> Failure:
    return Failure(format_path(at), reason)
