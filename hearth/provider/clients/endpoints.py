"""Where each API is reached from here, and what is never sent there."""

import ipaddress
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from hearth.catalog.apis import LOCAL_PROJECT_PREFIX, Api
from hearth.plugin.kinds import ProviderError


class Endpoints:
    """Base URLs by the environment that is handed in (hearth.catalog.apis names the variables)."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def base(self, api: Api) -> str:
        """Base URL with a trailing slash. Raises ProviderError for one that no token may be sent to."""
        url = api.base(self._environ)
        parts = urlsplit(url)
        if (parts.scheme == "https" and parts.hostname) or (parts.scheme == "http" and loopback(url)):
            return url if url.endswith("/") else f"{url}/"
        raise ProviderError(
            f"{api.variable} is {url!r}: every call carries an access token, so an API's URL must use https, or http "
            "on this machine. Correct it, or unset it to use Google Cloud."
        )

    def refusal(self, project: str, apis: Iterable[Api]) -> str | None:
        """Why calls about this project must not be made; None when they may.

        Project ids that begin with `demo-` never exist on Google Cloud (a convention of Firebase's emulators):
        without the local cloud's endpoints they would be asked for there, under the user's own credentials.
        """
        if not project.startswith(LOCAL_PROJECT_PREFIX):
            return None
        astray = [api for api in apis if not loopback(api.base(self._environ))]
        if not astray:
            return None
        return (
            f"{project!r} is a project of the local cloud, but in this shell {', '.join(a.name for a in astray)} "
            'would be called on Google Cloud, so nothing was sent. Run `make up`, or first `eval "$(make -s env)"`, '
            f"which sets {', '.join(api.variable for api in astray)}."
        )


def loopback(url: str) -> bool:
    """Whether a URL leads to this machine only."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
