"""Under which host names visitors reach the site, as the service may believe them from `X-Forwarded-Host`.

Not the service's own address: it comes as `Host`, by which Google's front end finds the service.
"""

from hearth.catalog.apis import LOCAL_PROJECT_PREFIX
from infra.settings import StackSettings

_LOCAL = ("localhost", "*.localhost", "127.0.0.1")


def public(stack: StackSettings) -> tuple[str, ...]:
    """The live site's names."""
    return f"{stack.names.site}.web.app", f"{stack.names.site}.firebaseapp.com", *stack.custom_domains


def trusted(stack: StackSettings) -> tuple[str, ...]:
    """All names, without ports; `*` stands for a preview channel, whose address is `SITE--CHANNEL-HASH.web.app`."""
    hosted = (*public(stack), f"{stack.names.site}--*.web.app")
    # The local cloud's edge is a port on this machine, and gives each site and channel a name below localhost.
    return (*hosted, *_LOCAL) if stack.project.startswith(LOCAL_PROJECT_PREFIX) else hosted
