"""What is attacked: an address of this machine, never another's, and the paths to attack there."""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit


class AttackError(Exception):
    """Nothing can be attacked; says why."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A server and its paths. `form` may be empty, where there are no pages with forms."""

    host: str
    port: int
    live: str = "/health/live"
    api: str = "/api/v1/items"
    form: str = "/items"

    def connect(self, seconds: float) -> socket.socket:
        return socket.create_connection((self.host, self.port), seconds)

    def head(self, method: str, path: str, *lines: str) -> bytes:
        """The start of a request, on a connection that is closed after it."""
        fields = (f"Host: {self.host}:{self.port}", "Connection: close", *lines)
        return "\r\n".join([f"{method} {path} HTTP/1.1", *fields, "", ""]).encode()


def address(url: str) -> tuple[str, int]:
    """Host and port of an address of this machine. Raises AttackError for any other."""
    parts = urlsplit(url)
    try:
        port = parts.port or 80
        found = {str(each[4][0]) for each in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)}
    except (OSError, ValueError) as error:
        raise AttackError(f"{url} is no address: {error}. Give one such as http://127.0.0.1:8080.") from None
    if (
        parts.scheme != "http"
        or not parts.hostname
        or not all(ipaddress.ip_address(each).is_loopback for each in found)
    ):
        raise AttackError(
            f"{url} is not plain HTTP on this machine's loopback: attacks go nowhere else. Give an address such as "
            "http://127.0.0.1:8080, or none, and the app in this checkout is started and attacked."
        )
    return min(found), port
