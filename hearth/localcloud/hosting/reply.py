"""What the edge is about to answer, before it is sent."""

from dataclasses import dataclass, field

from multidict import CIMultiDict, CIMultiDictProxy

from hearth.localcloud.hosting.content import Content


@dataclass(frozen=True)
class FilePart:
    """Bytes `start` to `stop` (excluded) of a stored content; all of the gzipped bytes if `zipped`."""

    content: Content
    start: int
    stop: int
    zipped: bool


@dataclass
class Reply:
    status: int
    headers: CIMultiDict[str]
    body: bytes | FilePart = b""
    hits: int = 0
    """How often the cache has answered with this; 0 when it was made for this request."""
    source: str = "edge"
    """Who made it, for the log: edge, file, or a service's name."""


@dataclass(frozen=True)
class Incoming:
    """A request as the edge's rules see it."""

    method: str
    host: str
    """The Host header, with its port."""
    path: str
    """Decoded, without empty or dot segments."""
    target: str
    """Path and query as they go on to a service: the client's own text, or the normalized path where that differs."""
    query: str
    """Raw, without the question mark."""
    headers: CIMultiDictProxy[str]
    client: str
    """The peer's address."""
    scheme: str = field(default="http")

    @property
    def reads(self) -> bool:
        """Whether it can be answered by a file or from the cache."""
        return self.method in ("GET", "HEAD")


def accepts_gzip(headers: CIMultiDictProxy[str]) -> bool:
    """RFC 9110, 12.5.3: a coding with q=0 is refused; `*` stands for those not named."""
    offers = {}
    for part in ",".join(headers.getall("Accept-Encoding", [])).lower().split(","):
        coding, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
        offers[coding] = quality.strip("0.") != ""
    return offers.get("gzip", offers.get("*", False))
