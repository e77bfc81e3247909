"""An HTTP server in this process that plays Google's APIs: routes, a record of requests, and planned faults."""

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hearth.catalog.apis import local_endpoints


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Answer:
    body: object = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def error(code: int, message: str, status: str = "", reason: str = "") -> Answer:
    """An error as Google's APIs answer it."""
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}] if reason else []
    return Answer({"error": {"code": code, "message": message, "status": status, "details": details}}, code)


NOT_FOUND = error(404, "Requested entity was not found.", "NOT_FOUND")
BROKEN = error(500, "Internal error encountered.", "INTERNAL")
BUSY = error(503, "The service is currently unavailable.", "UNAVAILABLE")
DENIED = error(403, "The caller does not have permission", "PERMISSION_DENIED")

Handler = Callable[[re.Match[str], Request], Answer]


@dataclass
class _Fault:
    """What happens instead of an answer: another answer, or None for a broken connection."""

    method: str
    pattern: re.Pattern[str]
    answer: Answer | None
    times: int
    carried_out: bool
    """Whether the call has its effect all the same."""


class FakeServer:
    """Started on a free port of 127.0.0.1; unknown paths are 404s. Close it."""

    on_request: Callable[[Request], object]
    """Called before each answer, at once for requests that come at once."""

    def __init__(self) -> None:
        self.on_request = lambda _request: None
        self.requests: list[Request] = []
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []
        self._faults: list[_Fault] = []
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def environ(self) -> dict[str, str]:
        """The environment that points every API here."""
        return local_endpoints(self.origin) | {"GOOGLE_OAUTH_ACCESS_TOKEN": "local"}

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def route(self, method: str, pattern: str, handler: Handler) -> None:
        self._routes.insert(0, (method, re.compile(pattern), handler))

    def answer(self, method: str, pattern: str, body: object) -> None:
        """Always the same answer, or one with this body."""
        answer = body if isinstance(body, Answer) else Answer(body)
        self.route(method, pattern, lambda _found, _request: answer)

    def fail(
        self, method: str, pattern: str, answer: Answer | None, *, times: int = 1, carried_out: bool = False
    ) -> None:
        self._faults.append(_Fault(method, re.compile(pattern), answer, times, carried_out))

    def mend(self) -> None:
        """No more planned faults."""
        self._faults.clear()

    def seen(self, method: str, pattern: str) -> list[Request]:
        return [each for each in self.requests if each.method == method and re.search(pattern, each.path)]

    def serve(self, request: Request) -> Answer | None:
        self.on_request(request)
        with self._lock:
            self.requests.append(request)
            fault = self._fault(request)
            if fault is not None and not fault.carried_out:
                return fault.answer
            answer = self._answer(request)
            return answer if fault is None else fault.answer

    def _answer(self, request: Request) -> Answer:
        for method, pattern, handler in self._routes:
            if method == request.method and (found := pattern.fullmatch(request.path)):
                return handler(found, request)
        return NOT_FOUND

    def _fault(self, request: Request) -> _Fault | None:
        for fault in self._faults:
            if fault.times > 0 and fault.method == request.method and fault.pattern.search(request.path):
                fault.times -= 1
                return fault
        return None


def _handler(server: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handling(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # One packet an answer: in two, the second waits 40 ms for an acknowledgement.
        wbufsize = -1

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(size)
            if len(body) < size:
                # Whoever sent it went away in the middle.
                self.close_connection = True
                return
            headers = {key.lower(): value for key, value in self.headers.items()}
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            answer = server.serve(Request(self.command, parts.path, query, headers, body))
            if answer is None:
                self.close_connection = True
                return
            content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for key, value in answer.headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - names of the base class

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    return Handling
