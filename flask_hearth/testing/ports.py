"""A port for a server that is about to be started, which nobody else gets meanwhile."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reserve_port() -> Iterator[int]:
    """A port of loopback that is free, and stays so until a server listens on it.

    One that was merely free a moment ago may be another program's when the server gets to it. This one is bound all
    the while, so that Linux gives it to nobody who asks for any port; but not listened on, and with SO_REUSEADDR, so
    that a server which names it, and sets that option as servers do, can have it. Elsewhere two may not share it, and
    it is let go of.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        if sys.platform != "linux":
            holder.close()
        yield port
