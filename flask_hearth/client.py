"""Where a request comes from, as far as it can be believed.

Each proxy appends to `X-Forwarded-For` the address that it was called from. Google's front end always does, so the
last entry is true; the one before it was written by Hosting if the request came through Hosting, and by anybody if it
came straight to the service's own address, which stays open. So the entries are never taken apart: a made-up address
says something only together with the true one behind it.
"""

import ipaddress
from typing import Final

from werkzeug.wrappers import Request

UNKNOWN: Final = "unknown"
_NETWORK_BITS: Final = 48
"""Of an IPv6 address that tell clients apart: a site may have all that begin with them (RFC 6177, section 2), and so as
many addresses as it likes. Subscribers of one provider, who get 56 to 64, may share them: those who sign in don't."""


def hops(request: Request, trusted: int) -> tuple[str, ...]:
    """The last `trusted` addresses of `X-Forwarded-For`, the client's first; the peer's where there are none.

    An IPv6 address stands for its network of 48 bits; what is no address is UNKNOWN.
    """
    entries = ",".join(request.headers.getlist("X-Forwarded-For")).split(",") if trusted else []
    found = [entry for entry in entries if entry.strip()][-trusted:] if trusted else []
    return tuple(_network(entry.strip()) for entry in found or [request.remote_addr or ""])


def _network(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), _NETWORK_BITS), strict=False))
    return str(address)
