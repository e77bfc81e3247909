"""`hearth:hosting:SiteRelease`: a folder of files and a ServingConfig, public on a channel of a Hosting site.

Google's provider has neither files nor most of the configuration. Every change, also of the service alone, is a new
version and a new release: the release is what empties the CDN's cache.
Left out: making sites and channels, and deleting old versions. A site keeps them all unless its owner limits their
number (`maxVersions` of the SiteConfig; Hosting's "Release storage settings" in the console), and pays for them.
"""

import re
import tempfile
from pathlib import Path
from typing import Any

from hearth.catalog.apis import CLOUD_RUN, FIREBASE_HOSTING
from hearth.plugin.diff import changed_paths
from hearth.plugin.kinds import (
    UNKNOWN,
    CheckResult,
    Context,
    CreateResult,
    DiffResult,
    Kind,
    ProviderError,
    ReadResult,
    Values,
)
from hearth.provider.clients.cloud_run import CloudRun
from hearth.provider.clients.firebase_hosting import LIVE, FirebaseHosting, last_segment
from hearth.provider.clients.session import Session
from hearth.provider.clock import Clock
from hearth.provider.hosting_deploy import Deployment, HostingDeploy, Released
from hearth.provider.service_ready import require_ready
from hearth.provider.site_caching import with_caching, without_caching
from hearth.provider.site_content import compress, served_hashes
from hearth.provider.site_rules import caching_faults, config_faults, file_faults, service_faults
from hearth.provider.validation import PROJECT, RELATIVE, Inputs, Rule

_APIS = (FIREBASE_HOSTING, CLOUD_RUN)
_IDENTITY = ("project", "site", "channel")
_SITE = Rule(re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"), "a site's id, such as my-shop-dev")
_CHANNEL = Rule(re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"), "a channel's id, such as live")
_ID = re.compile(r"projects/(?P<project>[^/]+)/sites/(?P<site>[^/]+)/channels/(?P<channel>[^/]+)")
_DEFAULTS = {"channel": LIVE, "public": "static", "files": {}, "config": {}, "caching": {}, "message": ""}
_LONGEST_MESSAGE = 512
"""Characters (Firebase Hosting, "REST Resource: sites.releases")."""


class SiteRelease(Kind):
    """`root` is the folder that `public` is relative to."""

    token = "hearth:hosting:SiteRelease"  # noqa: S105 - a type token

    def __init__(self, root: Path, session: Session, clock: Clock) -> None:
        self._root = root
        self._session = session
        self._clock = clock

    def check(self, context: Context, olds: Values | None, news: Values) -> CheckResult:
        inputs = Inputs(news, _DEFAULTS, ("project", "site", "service"))
        inputs.text("project", PROJECT)
        inputs.text("site", _SITE)
        inputs.text("channel", _CHANNEL)
        inputs.text("public", RELATIVE)
        inputs.text("message")
        message = inputs.values["message"]
        if isinstance(message, str) and len(message) > _LONGEST_MESSAGE:
            inputs.fail("message", f"must have at most {_LONGEST_MESSAGE} characters, got {len(message)}")
        inputs.failures += file_faults(inputs.values["files"])
        inputs.failures += config_faults(inputs.values["config"])
        inputs.failures += caching_faults(inputs.values["caching"])
        inputs.failures += service_faults(inputs.values.get("service"))
        inputs.reachable(self._session.endpoints, _APIS)
        return inputs.checked()

    def diff(self, context: Context, id: str, old_inputs: Values, old: Values, news: Values) -> DiffResult:
        changed = changed_paths(old_inputs, news)
        return DiffResult(changed=changed, replace=changed & set(_IDENTITY))

    def create(self, context: Context, inputs: Values, *, preview: bool) -> CreateResult:
        if preview:
            return CreateResult("", {**inputs, "version": UNKNOWN, "release": UNKNOWN, "url": UNKNOWN})
        return CreateResult(_id(inputs), self._deploy(context, inputs, new_site=True))

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        """The state as it is while its own version is live; else inputs that would declare what is live.

        Gone when the site or channel is, or when nothing was ever released there.
        """
        names = _names(id)
        hosting = FirebaseHosting(self._session, names["project"], names["site"])
        releases = hosting.releases(names["channel"], 1)
        if not releases:
            return None
        version = _served(releases[0])
        name = str(version.get("name", ""))
        if inputs is not None and old is not None and name and _same(name, old):
            return ReadResult(id, inputs, {**old, "release": releases[0]["name"], "url": self._url(hosting, inputs)})
        known = {"public": _DEFAULTS["public"], **(inputs or {}), **names}
        public = self._root / known["public"]
        served = {str(file["path"]): str(file["hash"]) for file in hosting.files(name, "ACTIVE")} if name else {}
        with tempfile.TemporaryDirectory() as scratch:
            files = served_hashes(public, served, Path(scratch))
        config, caching = without_caching(version.get("config") or {}, files)
        found = {
            **known,
            "files": files,
            "config": config,
            "caching": caching,
            "message": releases[0].get("message", ""),
        }
        released = Released(version=name, release=str(releases[0]["name"]))
        return ReadResult(id, found, _outputs(found, released, self._url(hosting, found)))

    def update(
        self, context: Context, id: str, old_inputs: Values, old: Values, news: Values, *, preview: bool
    ) -> Values:
        if preview:
            return {**news, "version": UNKNOWN, "release": UNKNOWN, "url": old.get("url", UNKNOWN)}
        return self._deploy(context, news, new_site=False)

    def delete(self, context: Context, id: str, inputs: Values, old: Values) -> None:
        """Stop serving this release, if it still is the one that is served.

        A renamed resource is created under its new name before the old one is deleted; by then another release is
        live, and must stay. On a preview channel nothing is stopped: it goes with the channel.
        """
        names = _names(id)
        if names["channel"] != LIVE:
            return
        hosting = FirebaseHosting(self._session, names["project"], names["site"])
        releases = hosting.releases(LIVE, 1)
        name = str(_served(releases[0]).get("name", "")) if releases else ""
        if name and _same(name, old):
            hosting.disable()
            context.say("disabled the site")

    def _deploy(self, context: Context, inputs: Values, *, new_site: bool) -> Values:
        service = inputs.get("service")
        if service:
            require_ready(CloudRun(self._session, inputs["project"]), service["name"], service["image"])
        hosting = FirebaseHosting(self._session, inputs["project"], inputs["site"])
        with tempfile.TemporaryDirectory() as scratch:
            deployment = Deployment(
                channel=inputs["channel"],
                files=compress(self._root / inputs["public"], inputs["files"], Path(scratch)),
                config=with_caching(inputs["config"], inputs["files"], inputs["caching"]),
                message=inputs["message"],
                new_site=new_site,
            )
            released = HostingDeploy(hosting, self._clock, context).run(deployment)
        return _outputs(inputs, released, self._url(hosting, inputs))

    def _url(self, hosting: FirebaseHosting, inputs: Values) -> str:
        if inputs["channel"] == LIVE:
            site = hosting.site() or {}
            return str(site.get("defaultUrl") or f"https://{inputs['site']}.web.app")
        return str((hosting.channel(inputs["channel"]) or {}).get("url", ""))


def _id(inputs: Values) -> str:
    return f"projects/{inputs['project']}/sites/{inputs['site']}/channels/{inputs['channel']}"


def _names(id: str) -> dict[str, Any]:
    """Project, site and channel of an id. Raises ProviderError: an import's is typed by hand."""
    found = _ID.fullmatch(id)
    if found is None:
        raise ProviderError(
            f"{id!r} is not the id of a site's release. It must have the form "
            "projects/PROJECT/sites/SITE/channels/live."
        )
    return found.groupdict()


def _served(release: Values) -> Values:
    """The version that a release made public; empty for one that switched the site off."""
    return {} if release.get("type") == "SITE_DISABLE" else release.get("version") or {}


def _same(version: str, old: Values) -> bool:
    # Full names differ: Hosting answers with the project's number or its id.
    return last_segment(version) == last_segment(str(old.get("version", "")))


def _outputs(inputs: Values, released: Released, url: str) -> Values:
    return {**inputs, "version": released.version, "release": released.release, "url": url}
