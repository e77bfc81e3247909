"""A version's ServingConfig, read once into what the edge works with (API reference: `ServingConfig`).

Reading is also the validation: what is finalized is what the edge can serve. Left out and refused, as the edge could
not do what they ask for: rewrites to Cloud Functions, Dynamic Links (the product is shut down) and i18n content.
`appAssociation` is kept and changes nothing, as there are no apps here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from hearth.localcloud.bodies import refuse_unknown
from hearth.localcloud.errors import ApiError
from hearth.localcloud.hosting.headers import HeaderRule, read_header_rule
from hearth.localcloud.hosting.patterns import Pattern, read_pattern
from hearth.localcloud.hosting.redirects import Redirect, read_redirect
from hearth.localcloud.store import Document

_DEFAULT_REGION = "us-central1"
# Of services and of revision tags.
_LABEL = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_REGION = re.compile(r"[a-z]+-[a-z]+[0-9]+")
_TRAILING_SLASH: dict[str, bool | None] = {
    "ADD": True,
    "REMOVE": False,
    "TRAILING_SLASH_BEHAVIOR_UNSPECIFIED": None,
}
_TARGETS = ("path", "run", "function", "dynamicLinks")
_FIELDS = frozenset(
    {"headers", "redirects", "rewrites", "cleanUrls", "trailingSlashBehavior", "appAssociation", "i18n"}
)
_Rule = TypeVar("_Rule")


@dataclass(frozen=True)
class RunTarget:
    """A Cloud Run service of the site's own project."""

    service: str
    region: str
    tag: str | None = None

    def name(self, project: str) -> str:
        return f"projects/{project}/locations/{self.region}/services/{self.service}"


@dataclass(frozen=True)
class Rewrite:
    pattern: Pattern
    target: RunTarget | str
    """A service, or the path of the file to serve instead."""


@dataclass(frozen=True)
class ServingConfig:
    redirects: tuple[Redirect, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()
    headers: tuple[HeaderRule, ...] = ()
    clean_urls: bool = False
    trailing_slash: bool | None = None
    """Add one (True), remove it (False), or only what folders with an index need (None)."""

    def rewrite(self, path: str) -> RunTarget | str | None:
        """Where the first matching rewrite leads."""
        return next((rewrite.target for rewrite in self.rewrites if rewrite.pattern.match(path) is not None), None)

    @property
    def services(self) -> Iterator[RunTarget]:
        """Every service that a rewrite names."""
        return (rewrite.target for rewrite in self.rewrites if isinstance(rewrite.target, RunTarget))


def read_config(config: Any) -> ServingConfig:
    """Read and validate. Raises ApiError: 400 for what Google refuses too, 501 for what only this edge can't serve."""
    if not isinstance(config, dict):
        raise ApiError(400, "Invalid value at 'version.config': an object was expected.")
    refuse_unknown(config, _FIELDS, "version.config")
    if config.get("i18n"):
        raise ApiError(501, "version.config.i18n: the local cloud's edge does not choose content by language.")
    if config.get("appAssociation", "AUTO") not in ("AUTO", "NONE"):
        raise _bad("appAssociation", f"AUTO or NONE was expected, not {config['appAssociation']!r}")
    clean_urls = config.get("cleanUrls", False)
    if not isinstance(clean_urls, bool):
        raise _bad("cleanUrls", f"true or false was expected, not {clean_urls!r}")
    behavior = config.get("trailingSlashBehavior", "TRAILING_SLASH_BEHAVIOR_UNSPECIFIED")
    if behavior not in _TRAILING_SLASH:
        raise _bad("trailingSlashBehavior", f"ADD or REMOVE was expected, not {behavior!r}")
    return ServingConfig(
        redirects=_rules(config, "redirects", read_redirect),
        rewrites=_rules(config, "rewrites", _read_rewrite),
        headers=_rules(config, "headers", read_header_rule),
        clean_urls=clean_urls,
        trailing_slash=_TRAILING_SLASH[behavior],
    )


def _rules(config: Document, field: str, read: Callable[[Document], _Rule]) -> tuple[_Rule, ...]:
    rules = config.get(field, [])
    if not isinstance(rules, list):
        raise _bad(field, "a list was expected")
    found = []
    for place, rule in enumerate(rules):
        if not isinstance(rule, dict):
            raise _bad(f"{field}[{place}]", "an object was expected")
        try:
            found.append(read(rule))
        except ValueError as error:
            raise _bad(f"{field}[{place}]", str(error)) from None
    return tuple(found)


def _read_rewrite(rule: Document) -> Rewrite:
    unknown = sorted(rule.keys() - {"glob", "regex", "functionRegion", *_TARGETS})
    if unknown:
        raise ValueError(f"there is no field {unknown[0]}")
    given = [target for target in _TARGETS if target in rule]
    if len(given) != 1:
        raise ValueError(f"exactly one of {', '.join(_TARGETS)} is needed, not {' and '.join(given) or 'none'}")
    pattern = read_pattern(rule, slash=False)
    if given[0] == "path":
        path = rule["path"]
        if not isinstance(path, str) or not path.startswith("/"):
            raise ValueError(f"path must start with a slash, not {path!r}")
        return Rewrite(pattern, path)
    if given[0] == "run":
        return Rewrite(pattern, _read_run(rule["run"]))
    if given[0] == "dynamicLinks":
        raise ValueError("dynamicLinks: Firebase Dynamic Links is shut down")
    raise ApiError(501, f"A rewrite to function '{rule['function']}': the local cloud has no Cloud Functions; use run.")


def _read_run(run: Any) -> RunTarget:
    if not isinstance(run, dict):
        raise ValueError('run must be an object such as {"serviceId": "web", "region": "us-central1"}')  # noqa: TRY004
    refuse_unknown(run, {"serviceId", "region", "tag"}, "version.config.rewrites.run")
    service, region, tag = run.get("serviceId"), run.get("region", _DEFAULT_REGION), run.get("tag")
    if not isinstance(service, str) or not _LABEL.fullmatch(service):
        raise ValueError(f"run.serviceId must be the service's short name, such as web, not {service!r}")
    if not isinstance(region, str) or not _REGION.fullmatch(region):
        raise ValueError(f"Cloud Run region `{region}` is not supported.")
    if tag is not None and (not isinstance(tag, str) or not _LABEL.fullmatch(tag)):
        raise ValueError(f"run.tag must be the name of a revision tag, not {tag!r}")
    return RunTarget(service, region, tag)


def _bad(where: str, what: str) -> ApiError:
    return ApiError(400, f"version.config.{where}: {what}")
