"""The hosting section of firebase.json as Hosting's API takes it (a ServingConfig).

The file is the Firebase CLI's, so that its emulator and its people can use it; whatever it says about the service a
rewrite goes to is replaced by what this program declares, so that the two can't disagree.
Translation: Firebase, "Configure Hosting behavior", and the CLI's own (`convertConfig`).

Left out, and refused rather than dropped in silence: several sites, deploy hooks, rewrites to functions, to Dynamic
Links and to a revision of the service by its tag (`pinTag`), and an `ignore` list other than the one that
`flask_hearth.staticfiles` implements.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi

from flask_hearth.staticfiles.folder import IGNORED

_SLASH = {True: "ADD", False: "REMOVE"}
_KNOWN = {
    *("public", "ignore", "rewrites", "redirects", "headers"),
    *("cleanUrls", "trailingSlash", "appAssociation", "i18n"),
}
_RUN = {"serviceId", "region"}
_PATTERNS = ("source", "glob", "regex")


class HostingConfigError(pulumi.RunError):
    """firebase.json can't be used; shown without a traceback."""


@dataclass(frozen=True, kw_only=True)
class HostingConfig:
    """A hosting section."""

    public: str
    """The folder of the static files, relative to firebase.json."""
    section: Mapping[str, Any]
    """As written."""

    @property
    def clean_urls(self) -> bool:
        """Whether `/about` is answered from `about.html`."""
        return bool(self.section.get("cleanUrls", False))

    @property
    def rewrites_to_service(self) -> bool:
        """Whether Hosting sends any request to the service."""
        return any("run" in rewrite for rewrite in self.section.get("rewrites", []))

    def serving(self, *, service: str, region: str) -> dict[str, Any]:
        """The ServingConfig, with every `run` rewrite going to this service."""
        return _serving(self.section, {"serviceId": service, "region": region})


def read(path: Path) -> HostingConfig:
    """Read and check firebase.json. Raises HostingConfigError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise HostingConfigError(f"{path.name} is missing: it says how Hosting serves the site. Restore it.") from None
    except ValueError as error:
        raise HostingConfigError(f"{path.name} is not JSON: {error}. Correct it there.") from None
    section = document.get("hosting") if isinstance(document, dict) else None
    if not isinstance(section, dict):
        raise HostingConfigError(
            f'{path.name} has no object "hosting": this program releases exactly one site. '
            'Write "hosting": {"public": "static", ...}; for several sites, use a stack for each.'
        )
    unknown = sorted(set(section) - _KNOWN)
    if unknown:
        raise HostingConfigError(
            f"{path.name}, hosting.{unknown[0]}: not supported here, so the Firebase CLI and this program would "
            f"release different sites. Remove it (supported: {', '.join(sorted(_KNOWN))}); the site's id is app:siteId."
        )
    if not isinstance(section.get("public"), str) or not section["public"]:
        raise HostingConfigError(f'{path.name}, hosting.public: name the folder of static files, such as "static".')
    if section.get("ignore") != list(IGNORED):
        raise HostingConfigError(
            f"{path.name}, hosting.ignore is {section.get('ignore')!r}: this program skips {list(IGNORED)!r} and "
            "nothing else, and the Firebase CLI should release the same files. Write exactly that list."
        )
    config = HostingConfig(public=section["public"], section=section)
    # Any fault in the rules is found now, not when the site is released.
    config.serving(service="any", region="any")
    return config


def _serving(section: Mapping[str, Any], run: Mapping[str, str]) -> dict[str, Any]:
    serving: dict[str, Any] = {}
    if "rewrites" in section:
        serving["rewrites"] = [_rewrite(at, rule, run) for at, rule in _rules(section, "rewrites")]
    if "redirects" in section:
        serving["redirects"] = [_redirect(at, rule) for at, rule in _rules(section, "redirects")]
    if "headers" in section:
        serving["headers"] = [_headers(at, rule) for at, rule in _rules(section, "headers")]
    for copied in ("cleanUrls", "appAssociation", "i18n"):
        if copied in section:
            serving[copied] = section[copied]
    if "trailingSlash" in section:
        serving["trailingSlashBehavior"] = _SLASH[bool(section["trailingSlash"])]
    return serving


def _rules(section: Mapping[str, Any], kind: str) -> Sequence[tuple[str, Mapping[str, Any]]]:
    rules = section[kind]
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise HostingConfigError(f"firebase.json, hosting.{kind}: a list of objects is needed here.")
    return [(f"firebase.json, hosting.{kind}[{index}]", rule) for index, rule in enumerate(rules)]


def _pattern(at: str, rule: Mapping[str, Any]) -> dict[str, str]:
    """`source` and `glob` mean the same; `regex` is RE2."""
    given = [name for name in _PATTERNS if name in rule]
    if len(given) != 1:
        raise HostingConfigError(
            f"{at}: exactly one of {', '.join(_PATTERNS)} says which paths it is for; got {given}."
        )
    return {"regex" if given[0] == "regex" else "glob": rule[given[0]]}


def _rewrite(at: str, rule: Mapping[str, Any], run: Mapping[str, str]) -> dict[str, Any]:
    goals = set(rule) - set(_PATTERNS)
    if goals == {"destination"}:
        return {**_pattern(at, rule), "path": rule["destination"]}
    if goals == {"run"}:
        more = sorted(set(rule["run"]) - _RUN) if isinstance(rule["run"], dict) else ["anything but an object"]
        if more:
            raise HostingConfigError(
                f"{at}: `run` has serviceId and region, and {', '.join(more)} is not deployed by this program: "
                "requests go to whatever revision serves the service's own address. Remove it."
            )
        return {**_pattern(at, rule), "run": dict(run)}
    raise HostingConfigError(
        f"{at}: a rewrite goes to a file (destination) or to the service (run), not to {sorted(goals)}. "
        "Functions and Dynamic Links are not deployed by this program."
    )


def _redirect(at: str, rule: Mapping[str, Any]) -> dict[str, Any]:
    status = rule.get("type", 301)
    if status not in range(300, 400) or not isinstance(rule.get("destination"), str):
        raise HostingConfigError(f"{at}: needs a destination, and a type from 300 to 399 (got {status!r}).")
    # The CLI leaves out a missing type, although the API calls the status required.
    return {**_pattern(at, rule), "location": rule["destination"], "statusCode": status}


def _headers(at: str, rule: Mapping[str, Any]) -> dict[str, Any]:
    pairs = rule.get("headers")
    if not isinstance(pairs, list) or not all(
        isinstance(pair, dict) and isinstance(pair.get("key"), str) and isinstance(pair.get("value"), str)
        for pair in pairs
    ):
        raise HostingConfigError(f'{at}: headers is a list of {{"key": NAME, "value": TEXT}}.')
    return {**_pattern(at, rule), "headers": {pair["key"]: pair["value"] for pair in pairs}}
