"""Names of Hosting's resources: in addresses, in answers and in the store.

Google takes `sites/SITE/..`, `projects/PROJECT/sites/SITE/..` and `projects/-/sites/..` for the same thing, as site
ids are unique over all projects. Answers here always carry the long form, with the project's id: Google puts the
project's number there, which the guard of the local cloud could not tell from a real project's.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from aiohttp import web

from hearth.catalog.apis import FIREBASE_HOSTING
from hearth.localcloud.errors import ApiError
from hearth.localcloud.store import Store

PREFIX = FIREBASE_HOSTING.prefix
BASE = f"/{PREFIX}/{FIREBASE_HOSTING.version}"
LIVE = "live"

_VERSION_NAME = re.compile(r"(?:projects/([^/]+)/)?sites/([^/]+)/versions/([^/]+)")
_ANY_PROJECT = "-"


@dataclass(frozen=True)
class SiteName:
    """One site; `project` is the project's id."""

    project: str
    id: str

    @property
    def name(self) -> str:
        """As the API answers it."""
        return f"projects/{self.project}/sites/{self.id}"

    @property
    def key(self) -> str:
        """As the store knows it."""
        return f"{PREFIX}/{self.name}"

    def below(self, *path: str) -> str:
        """Store name of something that belongs to the site: `below("versions", "abc")`."""
        return "/".join((self.key, *path))

    def label(self, *path: str) -> str:
        """The API's name of the same thing."""
        return "/".join((self.name, *path))


def entity_not_found(name: str) -> ApiError:
    """Google says no more than its first sentence; the name is what one needs."""
    return ApiError(404, f"Requested entity was not found. ({name})")


def index_key(site: str) -> str:
    """Store name of the entry that says whose a site id is."""
    return f"{PREFIX}/sites/{site}"


def find_site(store: Store, id: str, project: str = _ANY_PROJECT) -> SiteName | None:
    """The site of that id, if there is one and `project` owns it."""
    entry = store.get(index_key(id))
    if entry is None or project not in (_ANY_PROJECT, entry["project"]):
        return None
    return SiteName(entry["project"], id)


def addressed_site(store: Store, match: Mapping[str, str]) -> SiteName:
    """The site that a request's path names. Raises ApiError (404)."""
    project = match.get("project", _ANY_PROJECT)
    site = find_site(store, match["site"], project)
    if site is None:
        raise entity_not_found(f"projects/{project}/sites/{match['site']}")
    return site


def version_id(site: SiteName, version_name: str) -> str:
    """The version's id in a full name of either form. Raises ApiError (400) where it is not one of this site's."""
    found = _VERSION_NAME.fullmatch(version_name)
    if found is None or found[2] != site.id:
        raise ApiError(
            400,
            f"versionName '{version_name}' is not a version of site '{site.id}': it must be the full name, such as "
            f"{site.name}/versions/VERSION_ID.",
        )
    return found[3]


def named_version(store: Store, version_name: str) -> tuple[SiteName, str]:
    """Site and id of a version by its full name in either form. Raises ApiError (400; 404 where there is no site)."""
    found = _VERSION_NAME.fullmatch(version_name)
    if found is None:
        raise ApiError(400, f"Invalid version '{version_name}': sites/SITE_ID/versions/VERSION_ID was expected.")
    return addressed_site(store, {"project": found[1] or _ANY_PROJECT, "site": found[2]}), found[3]


def on_sites(method: str, tail: str, handler: Callable[[web.Request], object]) -> Iterable[web.RouteDef]:
    """The route below a site (`/versions`, `:x`) in both forms of address."""
    for parent in ("/projects/{project}/sites/{site:[^{}/:]+}", "/sites/{site:[^{}/:]+}"):
        yield web.route(method, f"{BASE}{parent}{tail}", handler)  # type: ignore[arg-type]
