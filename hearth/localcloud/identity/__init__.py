"""Firebase Authentication: people make accounts and sign in, and get ID tokens that this very cloud vouches for.

Tokens are signed, unlike those of Firebase's own emulator, with a key that this cloud made for itself: a service checks
them as it checks Google's, and takes none of another cloud's. Left out: refreshing tokens, second factors, other ways
to sign in than an address and a password; mail, which goes to the log.
"""

from collections.abc import Iterable

from aiohttp import web

from hearth.localcloud.cloud import Cloud
from hearth.localcloud.identity.routes import SignIn


class Identity:
    """Nothing runs beside its routes."""

    def __init__(self, cloud: Cloud) -> None:
        self._sign_in = SignIn(cloud.store)

    def routes(self) -> Iterable[web.RouteDef]:
        return self._sign_in.routes()

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None
