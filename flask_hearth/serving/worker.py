"""gunicorn's threaded worker, which no client can stop by what it leaves open or does not send.

gunicorn closes an answered connection on the thread that accepts all others, and waits there up to two seconds for the
client to close it too: ten clients who don't, and health checks fail. Here such connections wait beside the others for
their next event. So do new ones that have sent nothing, which gunicorn gives a thread for five seconds each. How long
a thread waits for the rest of a request is in `arrival`.

Overrides what is no public interface of gunicorn's, which therefore is pinned exactly. A test says when gunicorn closes
without waiting, and the first part of this can go.
"""

import resource
import selectors
import socket
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

from flask_hearth.serving.arrival import CROWDED_SECONDS, Arrival, Waiting

if TYPE_CHECKING:
    from concurrent.futures import Future

LINGER_SECONDS: Final = 2.0
"""How long a client may take to close. Closed before, what it still sends can lose it the answer (RFC 9112, 9.6)."""

LINGER_BYTES: Final = 64 * 1024
"""How much a client may still send meanwhile. Both figures are gunicorn's own."""

OTHER_FILES: Final = 128
"""How many files a process may open beside its connections: the app's own, and its connections to others."""


class Worker(ThreadWorker):  # type: ignore[misc]  # untyped
    """`worker_class` of gunicorn, for HTTP/1.1 without TLS, which is Cloud Run's."""

    linger_seconds = LINGER_SECONDS

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        # One connection more than there may be open files ends gunicorn's loop, and every request with it.
        if files != resource.RLIM_INFINITY:
            self.worker_connections: int = max(1, min(self.cfg.worker_connections, files - OTHER_FILES))
            self.max_keepalived = self.worker_connections - self.cfg.threads

    def init_process(self) -> None:
        # By when each has to be closed, in this order.
        self._lingering: dict[TConn, float] = {}
        self._waiting = Waiting(self.cfg.threads)
        super().init_process()

    def enqueue_req(self, conn: TConn) -> None:
        """Give a connection to a thread once there is something to read."""
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def handle(self, conn: TConn) -> Any:
        conn.sock.setblocking(True)
        conn.init()
        conn.parser.unreader.sock = Arrival(conn.sock, self._waiting)
        return super().handle(conn)

    def finish_request(self, conn: TConn, fs: "Future[Any]") -> None:
        if fs.cancelled() or (fs.exception() is None and not fs.result()):
            self._linger(conn)
        else:
            super().finish_request(conn, fs)

    def murder_pending(self) -> None:
        """Close those whose time is over, and who wait longest where new ones could not be accepted any more.

        gunicorn calls this after each round of events, and at least once a second.
        """
        now = time.monotonic()
        while self._lingering:
            conn, deadline = next(iter(self._lingering.items()))
            if deadline > now and self._has_room:
                break
            self._close(conn)
        # Not one that has come just now, and is about to send.
        if self.pending_conns and not self._has_room and self._silent_since(now) > CROWDED_SECONDS:
            self.pending_conns[0].timeout = 0
        super().murder_pending()

    def _silent_since(self, now: float) -> float:
        """Seconds, of the connection that has sent nothing for longest."""
        since: float = self.pending_conns[0].timeout - self.cfg.keepalive
        return now - since

    def _cap_keepalive(self, deadline: float) -> None:
        """When the worker stops: nobody who sends nothing gets more time than those who have been answered."""
        super()._cap_keepalive(deadline)
        self._lingering = {conn: min(until, deadline) for conn, until in self._lingering.items()}
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)

    @property
    def _has_room(self) -> bool:
        return bool(self.nr_conns < self.worker_connections)

    def _linger(self, conn: TConn) -> None:
        """Say that no more comes, and wait for the client to do so."""
        self._lingering[conn] = time.monotonic() + self.linger_seconds
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._drain, conn, [LINGER_BYTES]))
        except (OSError, ValueError):
            # Closed already, by the client or by gunicorn.
            self._close(conn)

    def _drain(self, conn: TConn, left: list[int], sock: socket.socket) -> None:
        try:
            data = sock.recv(left[0])
        except BlockingIOError:
            return
        except OSError:
            data = b""
        left[0] -= len(data)
        if not data or not left[0]:
            self._close(conn)

    def _close(self, conn: TConn) -> None:
        del self._lingering[conn]
        self.nr_conns -= 1
        with suppress(KeyError, ValueError):
            self.poller.unregister(conn.sock)
        conn.close()
