"""`python -m flask_hearth.bench.client URL CONNECTIONS SECONDS`: as many requests as get answered.

Over kept connections. Understands just as much of HTTP as the two sides speak: answers with Content-Length. Prints
JSON: answers, those that were no success, seconds, and p99 in seconds.
"""

import asyncio
import json
import math
import sys
import time
from urllib.parse import urlsplit


class _Tally:
    def __init__(self) -> None:
        self.took: list[float] = []
        self.refused = 0


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, tally: _Tally) -> bool:
    """One request; whether the connection is kept."""
    began = time.monotonic()
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = next(line for line in head.split("\r\n") if line.startswith("content-length:"))
    await reader.readexactly(int(length.partition(":")[2]))
    tally.took.append(time.monotonic() - began)
    tally.refused += not head.split(" ", 2)[1].startswith("2")
    return "connection: close" not in head


async def _connection(host: str, port: int, request: bytes, until: float, tally: _Tally) -> None:
    """Ask at least once, however long it takes to connect, and until the time is over."""
    while True:
        reader, writer = await asyncio.open_connection(host, port)
        try:
            while await _ask(reader, writer, request, tally) and time.monotonic() < until:
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            # A worker that is replaced closes what it has open; the next connection goes to another one.
            pass
        finally:
            writer.close()
        if time.monotonic() >= until:
            return


async def _main(url: str, connections: int, seconds: float) -> None:
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    request = f"GET {parts.path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()
    tally, began = _Tally(), time.monotonic()
    until = began + seconds
    await asyncio.gather(*(_connection(host, port, request, until, tally) for _ in range(connections)))
    took = sorted(tally.took)
    p99 = took[math.ceil(len(took) * 0.99) - 1] if took else 0
    found = {"answers": len(took), "refused": tally.refused, "seconds": time.monotonic() - began, "p99": p99}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
