"""`make serve` outlives the app: it starts the app's server, and starts it again when an error has ended it.

This plays the part that Werkzeug's reloader has when it starts a server: it holds the port, and starts the server's
process anew when that one ends with 3, because a file has changed. Werkzeug ends at any other code, as after a syntax
error. Here the port then answers with what the process wrote last, until a file of the app changes.

Left out: errors of a request. The server lives on after them, and Flask's debugger shows them.
"""

import html
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Final

from hearth.colors import has_colors, remove_colors
from hearth.errors import HearthError

HOST: Final = "127.0.0.1"
FIRST_PORT: Final = 5000
_PORTS: Final = 100
# Werkzeug's reloader ends with it when a file has changed.
_CHANGED: Final = 3
_POLL_SECONDS: Final = 0.3
_LINES: Final = 200
_NOT_THE_APP: Final = {"__pycache__", "node_modules", "venv"}

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="1">
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>The app does not start</title></head>
<body style="font-family: system-ui; margin: 2rem"><h1>The app does not start</h1>
<p><strong>{reason}</strong></p><p>{after}</p><pre style="white-space: pre-wrap">{words}</pre></body></html>
"""


def serve(
    command: Sequence[str], folder: Path, environment: Callable[[], Mapping[str, str]], watched: Sequence[Path]
) -> int:
    """Run a server of Werkzeug's until it ends by itself with 0 or Ctrl-C ends this; its exit code.

    `environment` is asked at each start. The port is its PORT, or the first free one from 5000 on. `watched` are the
    files and folders of which a change mends an app that does not start. Raises HearthError for a port that is taken.
    """
    after = f"It starts again when a file changes in {' or '.join(path.name for path in watched)}."
    # As Ctrl-C, so that the server never outlives this.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with bound(environment().get("PORT", "")) as listening:
        print(f"Serving on http://{HOST}:{listening.getsockname()[1]}/ (Ctrl-C ends it)", flush=True)
        while True:
            before = _seen(watched)
            try:
                code, words = _ran(command, folder, environment(), listening)
            except HearthError as error:
                # As of a line of .env, which is mended in an editor like the app.
                code, words = 1, f"Error: {error}"
                sys.stderr.write(f"{words}\n")
            if code == 0:
                return code
            if code == _CHANGED:
                continue
            sys.stderr.write(f"serve: the app ended with exit code {code}: see above. {after}\n")
            with _answering(listening, _page(words.strip() or f"exit code {code}", after)):
                while _seen(watched) == before:
                    time.sleep(_POLL_SECONDS)


def bound(port: str) -> socket.socket:
    """A socket that listens on that port, or on the first free one. Raises HearthError for one that can't be had."""
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise HearthError(f"PORT={port} is not a port: set a number from 1 to 65535, or unset it.")
    for candidate in [int(port)] if port else range(FIRST_PORT, FIRST_PORT + _PORTS):
        try:
            return socket.create_server((HOST, candidate), backlog=128)
        except OSError as error:
            refused = error
    which = f"Port {port} can't be used ({refused.strerror})" if port else f"All {_PORTS} ports from 5000 on are taken"
    raise HearthError(f"{which}: set PORT to a free one, or stop the program that has it.")


def _ran(command: Sequence[str], folder: Path, environ: Mapping[str, str], listening: socket.socket) -> tuple[int, str]:
    """The server's exit code, and the last lines that it wrote to its standard error."""
    kept: deque[str] = deque(maxlen=_LINES)
    # Werkzeug colours its lines wherever they go.
    styled = has_colors(sys.stderr)
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={
            **environ,
            "PORT": str(listening.getsockname()[1]),
            "WERKZEUG_RUN_MAIN": "true",
            "WERKZEUG_SERVER_FD": str(listening.fileno()),
        },
        pass_fds=[listening.fileno()],
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    try:
        assert process.stderr  # noqa: S101 - asked for above
        for line in process.stderr:
            plain = remove_colors(line)
            sys.stderr.write(line if styled else plain)
            sys.stderr.flush()
            kept.append(plain)
        return process.wait(), "".join(kept)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def _page(words: str, after: str) -> str:
    lines = words.splitlines()
    # Click's own errors begin with the reason, tracebacks end with it.
    reason = next((line for line in lines if line.startswith("Error: ")), lines[-1])
    return _PAGE.format(reason=html.escape(reason), after=html.escape(after), words=html.escape(words))


@contextmanager
def _answering(listening: socket.socket, page: str) -> Iterator[None]:
    """Answer every request with a page, on a socket that is another server's before and after."""

    class Answer(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = page.encode()
            self.send_response(503)
            for name, value in {
                "Content-Type": "text/html; charset=utf-8",
                "Content-Length": str(len(body)),
                "Cache-Control": "no-store",
            }.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815 - http.server's

        def log_message(self, *_: object) -> None:
            """Nothing: the page asks every second."""

    server = HTTPServer((HOST, 0), Answer, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": _POLL_SECONDS})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def _seen(watched: Sequence[Path]) -> dict[str, tuple[int, int]]:
    """Time and size of each file, by its path."""
    return {path: (found.st_mtime_ns, found.st_size) for path, found in _files(watched)}


def _files(watched: Sequence[Path]) -> Iterator[tuple[str, os.stat_result]]:
    for top in watched:
        paths = [str(top)] if top.is_file() else []
        for folder, inside, names in os.walk(top):
            inside[:] = [name for name in inside if not name.startswith(".") and name not in _NOT_THE_APP]
            paths += [os.path.join(folder, name) for name in names]  # noqa: PTH118 - many files, twice a second
        for path in paths:
            try:
                yield path, os.stat(path)  # noqa: PTH116 - as above
            except OSError:
                # Gone since, as an editor's own files are.
                continue
