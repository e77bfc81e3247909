"""Where a site is served on the local edge."""

from localcloud.cloud import Cloud
from localcloud.hosting.names import PREFIX, SiteName
from localcloud.store import Store

DEFAULT_SITE = "DEFAULT_SITE"
USER_SITE = "USER_SITE"


def default_site(store: Store) -> SiteName | None:
    """The site served at `localhost`: the oldest default site, else the oldest site."""
    found = []
    for _, entry in store.children(f"{PREFIX}/sites"):
        site = SiteName(entry["project"], entry["site"])
        body = store.get(site.key)
        if body is not None:
            found.append((body["type"] != DEFAULT_SITE, body["_createTime"], site))
    return min(found, key=lambda each: each[:2])[2] if found else None


def site_url(cloud: Cloud, site: SiteName) -> str:
    """Where the edge serves the site's live channel."""
    host = "localhost" if default_site(cloud.store) == site else f"{site.id}.localhost"
    return f"http://{host}:{cloud.ports.edge}"
