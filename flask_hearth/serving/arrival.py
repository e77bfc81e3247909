"""How long a thread waits for a request's bytes, so that clients which withhold them hold threads for a while only.

Time counts while a thread waits, also if the next byte comes soon; each byte that came earns more of it. The figures
are those of Apache's mod_reqtimeout (RequestReadTimeout, "header=20-40,MinRate=500 body=20,MinRate=500"). Once more
than half of the threads wait, the others are kept for clients who send what they announced, and waiting gets short.

Nothing public says that Google's front ends collect a slow request before they pass it on, and Cloud Run hands on a
body as it comes. Left out: slow readers of answers.
"""

import select
import socket
import threading
import time
from types import TracebackType
from typing import Final

from gunicorn.http.errors import NoMoreData  # type: ignore[import-untyped]

PATIENCE_SECONDS: Final = 20.0
CROWDED_SECONDS: Final = 1.0
BYTES_A_SECOND: Final = 500
_LOOK_SECONDS: Final = 0.25
"""How often a waiting thread looks whether there are too many of its kind."""


class TooSlowError(NoMoreData, TimeoutError):  # type: ignore[misc]  # untyped
    """The client took too long; for gunicorn, one that has gone away."""


class Waiting:
    """The threads of a worker that wait for bytes: inside `with`."""

    def __init__(self, threads: int) -> None:
        self._most = threads // 2
        self._count = 0
        self._lock = threading.Lock()

    @property
    def patience(self) -> float:
        """Seconds, for a client of which nothing came yet."""
        return CROWDED_SECONDS if self._count > self._most else PATIENCE_SECONDS

    def __enter__(self) -> None:
        with self._lock:
            self._count += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._lock:
            self._count -= 1


class Arrival:
    """The receiving side of a connection, for one request; in place of the socket that gunicorn reads from."""

    def __init__(self, sock: socket.socket, waiting: Waiting) -> None:
        self._sock = sock
        self._waiting = waiting
        self._waited = 0.0
        self._received = 0

    def recv(self, size: int) -> bytes:
        """As of a socket. Raises TooSlowError."""
        try:
            data = self._sock.recv(size, socket.MSG_DONTWAIT)
        except BlockingIOError:
            self._wait()
            data = self._sock.recv(size)
        self._received += len(data)
        return data

    def _wait(self) -> None:
        ready = select.poll()
        ready.register(self._sock, select.POLLIN)
        came = False
        with self._waiting:
            while not came:
                began = time.monotonic()
                came = bool(ready.poll(_LOOK_SECONDS * 1000))
                # At most as long as it looked: a thread that got no CPU afterwards says nothing about the client.
                self._waited += min(time.monotonic() - began, _LOOK_SECONDS)
                if self._waited > self._waiting.patience + self._received / BYTES_A_SECOND:
                    raise TooSlowError
