"""What a service's data plane answers: the instance's answer as it streams by, or one that Cloud Run makes itself."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy

from hearth.localcloud.run.errors import AnswerBroken

SERVER = "Google Frontend"
"""What every answer of Cloud Run says it was served by."""

_PAGE = "<html><head><title>{title}</title></head><body><h1>Error: {title}</h1><h2>{text}</h2></body></html>\n"
_WORDS = {
    403: ("Forbidden", "Your client does not have permission to get URL from this server."),
    404: ("Page not found", "The requested URL was not found on this server."),
    413: ("Request Entity Too Large", "Your client issued a request that was too large (32 MiB at most)."),
    429: ("Rate exceeded.", "The request was aborted because there was no available instance."),
    503: ("Server Error", "The service you requested is not available yet. Please try again in 30 seconds."),
    504: ("Server Error", "upstream request timeout"),
}


class Answer:
    """Status and headers at once, the body by `chunks` (once)."""

    def __init__(self, status: int, headers: CIMultiDict[str], body: AsyncIterator[bytes]) -> None:
        self.status = status
        self.headers = CIMultiDictProxy(headers)
        self._body = body

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes, still in its content encoding. Raises AnswerBroken."""
        return self._body


def page(status: int) -> Answer:
    """An answer of Cloud Run's own, in its words."""
    title, text = _WORDS[status]
    body = _PAGE.format(title=title, text=text).encode()

    async def chunks() -> AsyncIterator[bytes]:
        yield body

    headers = CIMultiDict(
        {"Content-Type": "text/html; charset=UTF-8", "Content-Length": str(len(body)), "Server": SERVER}
    )
    return Answer(status, headers, chunks())


async def stream(response: aiohttp.ClientResponse, deadline: float) -> AsyncIterator[bytes]:
    """The body of an instance's answer, up to `deadline` on the loop's clock. Raises AnswerBroken."""
    while True:
        try:
            async with asyncio.timeout_at(deadline):
                chunk = await response.content.readany()
        except (aiohttp.ClientError, OSError, TimeoutError) as fault:
            raise AnswerBroken(repr(fault)) from fault
        if not chunk:
            return
        yield chunk
