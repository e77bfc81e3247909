"""Sites as the store keeps them, and where one is served on the local edge."""

from hearth.localcloud.cloud import Cloud
from hearth.localcloud.hosting.names import LIVE, PREFIX, SiteName, index_key
from hearth.localcloud.store import Document, Store
from hearth.localcloud.times import now

DEFAULT_SITE = "DEFAULT_SITE"
USER_SITE = "USER_SITE"


def new(site: SiteName, type: str, fields: Document | None = None) -> Document:
    """A site that begins now, with what a client says of it."""
    return {"name": site.name, "type": type, "_createTime": now()} | (fields or {})


def add(store: Store, site: SiteName, created: Document) -> None:
    """Keep a new site, whose id nobody has yet, with its live channel. To be called in a transaction."""
    store.put(site.key, created)
    store.put(index_key(site.id), {"project": site.project, "site": site.id})
    store.put(site.below("channels", LIVE), {"createTime": created["_createTime"]})


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
