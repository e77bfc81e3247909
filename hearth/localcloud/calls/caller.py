"""One call over HTTP, with a token of the account that it is made as."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from hearth.localcloud import grants
from hearth.localcloud.identity.tokens import Signer
from hearth.localcloud.store import Document, Store

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, kw_only=True)
class Call:
    """What is asked of whom."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    token: Document | None
    """`serviceAccountEmail` and `audience`; None for a call as nobody."""
    deadline: float
    """Seconds."""


class Caller:
    """Makes calls from this machine to this machine."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._signer = Signer(store)
        self._session: aiohttp.ClientSession | None = None

    async def call(self, call: Call) -> str:
        """What went wrong, in a few words; '' where the answer is 2xx."""
        if urlsplit(call.url).hostname not in _LOOPBACK:
            return f"{call.url} is not on this machine, and the local cloud calls nobody else"
        headers = dict(call.headers)
        if call.token is not None:
            email = call.token["serviceAccountEmail"]
            if not grants.exists(self._store, email):
                return f"the account {email} does not exist"
            audience = call.token.get("audience") or call.url
            headers["Authorization"] = f"Bearer {self._signer.account_token(email, audience)}"
        self._session = self._session or aiohttp.ClientSession()
        try:
            async with self._session.request(
                call.method,
                call.url,
                data=call.body,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=call.deadline),
                allow_redirects=False,
            ) as answer:
                return "" if 200 <= answer.status < 300 else f"answered {answer.status}"
        except TimeoutError:
            return f"no answer within {call.deadline:g} s"
        except aiohttp.ClientError as error:
            return f"no answer: {error}"

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
