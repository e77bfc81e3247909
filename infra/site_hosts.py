"""Under which host names visitors reach the site, as the service may believe them from `X-Forwarded-Host`.

Not the service's own address: it comes as `Host`, by which Google's front end finds the service.
"""

from collections.abc import Sequence

from hearth.catalog.apis import LOCAL_PROJECT_PREFIX

_LOCAL = ("localhost", "*.localhost", "127.0.0.1")


def public(*, site: str, custom_domains: Sequence[str]) -> tuple[str, ...]:
    """Those of what is live."""
    return f"{site}.web.app", f"{site}.firebaseapp.com", *custom_domains


def trusted(*, project: str, site: str, custom_domains: Sequence[str]) -> tuple[str, ...]:
    """Names without ports; `*` stands for a preview channel, whose address is `SITE--CHANNEL-HASH.web.app`."""
    hosted = (*public(site=site, custom_domains=custom_domains), f"{site}--*.web.app")
    # The local cloud's edge is a port on this machine, and gives each site and channel a name below localhost.
    return (*hosted, *_LOCAL) if project.startswith(LOCAL_PROJECT_PREFIX) else hosted
