"""Real gunicorn processes under clients who leave connections open, and gunicorn's own part in it."""

import importlib.metadata
import resource
import signal
import socket
import threading
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

import flask_hearth
from flask_hearth.serving.worker import OTHER_FILES, Worker
from flask_hearth.testing.processes import PATIENCE, Process

ROOT = Path(__file__).parents[3]
THREADS = 4
CONNECTIONS = 8
PATIENT = (
    *("--worker-class", "flask_hearth.tests.serving.served.PatientWorker"),
    *("--worker-connections", str(CONNECTIONS)),
    *("--graceful-timeout", "600"),
)

ANSWERED = b"GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
HALF_HEAD = b"GET / HTTP/1.1\r\nHost: a\r\nX-"
HALF_BODY = b"POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{"
UNREAD_BODY = b"POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{"
HALF_CHUNK = b"POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"
NOTHING = b""


@pytest.fixture
def server(start: Callable[..., Process], port: int) -> Process:
    process = start(
        *("-m", "gunicorn", "--config", "python:flask_hearth.gunicorn", *PATIENT),
        "flask_hearth.tests.serving.served:create_app()",
        folder=ROOT,
        environ={"PORT": str(port), "GUNICORN_THREADS": str(THREADS)},
    )
    process.wait_for("Booting worker")
    return process


@pytest.fixture
def hold(server: Process, port: int) -> Iterator[Callable[[bytes], socket.socket]]:
    """Open a connection, send this, and leave it open until the test is over."""
    opened: list[socket.socket] = []

    def begin(data: bytes) -> socket.socket:
        opened.append(socket.create_connection(("127.0.0.1", port), PATIENCE))
        opened[-1].sendall(data)
        return opened[-1]

    yield begin
    for each in opened:
        each.close()


@pytest.fixture
def honest(port: int) -> Callable[[], int]:
    """The status that a health check gets, on a connection of its own."""

    def ask() -> int:
        closing = {"Connection": "close"}
        return requests.get(f"http://127.0.0.1:{port}/health/live", headers=closing, timeout=PATIENCE).status_code

    return ask


def read_to_end(sock: socket.socket) -> bytes:
    received = b""
    while data := sock.recv(65536):
        received += data
    return received


def send_for_ever(sock: socket.socket) -> None:
    while True:
        sock.sendall(b"x" * 1024)


@pytest.mark.parametrize(
    "sent", [ANSWERED, UNREAD_BODY, HALF_HEAD, HALF_BODY, HALF_CHUNK, NOTHING], ids=lambda sent: repr(sent[-12:])
)
def test_others_are_answered_while_clients_leave_connections_open(
    hold: Callable[[bytes], socket.socket], honest: Callable[[], int], sent: bytes
) -> None:
    """None of these is given up for the time that it takes, and there are more of them than of anything."""
    for _ in range(CONNECTIONS + THREADS):
        hold(sent)

    assert honest() == 200


def test_an_answered_connection_is_not_closed_before_its_client_has_closed(
    hold: Callable[[bytes], socket.socket], honest: Callable[[], int]
) -> None:
    """The worker of gunicorn would have ended some of them by the time that it answers the next client."""
    answered = [hold(ANSWERED) for _ in range(CONNECTIONS - 2)]
    for sock in answered:
        assert b'{"status":"live"}' in read_to_end(sock)

    # What a closed connection gets is refused, which the next attempt to send would say.
    for _ in range(2):
        for sock in answered:
            sock.sendall(b"x")
        assert honest() == 200


def test_one_that_closes_or_sends_too_much_after_its_answer_makes_room(
    hold: Callable[[bytes], socket.socket], honest: Callable[[], int]
) -> None:
    talker = hold(ANSWERED)
    read_to_end(talker)

    with pytest.raises(OSError, match=r"reset|Broken pipe"):
        send_for_ever(talker)
    assert honest() == 200


def test_a_body_in_pieces_is_read_whole(hold: Callable[[bytes], socket.socket], honest: Callable[[], int]) -> None:
    sock = hold(HALF_BODY.replace(b"Host: a", b"Host: a\r\nConnection: close"))
    for _ in range(9):
        # Once others are answered, the worker has surely seen what came until here.
        assert honest() == 200
        sock.sendall(b"x" * 111)

    assert read_to_end(sock).endswith(b"\r\n\r\n1000")


@pytest.mark.parametrize("sent", [ANSWERED, NOTHING], ids=["answered", "silent"])
def test_a_worker_that_stops_waits_for_no_idle_client(
    server: Process, hold: Callable[[bytes], socket.socket], honest: Callable[[], int], sent: bytes
) -> None:
    """Cloud Run gives it ten seconds, which are for those who are at work."""
    if sock := hold(sent) if sent else None:
        read_to_end(sock)
    else:
        hold(sent)
    assert honest() == 200

    server.running.send_signal(signal.SIGTERM)

    assert server.ended() == 0


def test_there_are_no_more_connections_than_files_may_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more ended gunicorn's loop with "Too many open files". Some files are left to the app."""

    def connections(files: int) -> tuple[int, int]:
        monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
        made = Worker(0, 0, [], None, 0, Config(), None)
        made.tmp.close()
        return made.worker_connections, made.max_keepalived

    monkeypatch.setattr(Config, "worker_connections", 1084, raising=False)
    monkeypatch.setattr(Config, "threads", 84, raising=False)

    assert connections(resource.RLIM_INFINITY) == (1084, 1000)
    assert connections(25_000) == (1084, 1000)
    assert connections(1024) == (1024 - OTHER_FILES, 1024 - OTHER_FILES - 84)
    assert connections(64)[0] == 1


def test_gunicorn_itself_still_closes_on_the_thread_that_accepts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once this fails, gunicorn is cured: `finish_request` and what it calls can go from our worker."""
    closing: list[threading.Thread] = []
    monkeypatch.setattr(util, "close_graceful", lambda _: closing.append(threading.current_thread()))
    finished: Future[Any] = Future()
    finished.set_result(False)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        conn = TConn(SimpleNamespace(), ours, "", "")
        ThreadWorker.finish_request(SimpleNamespace(nr_conns=1, alive=True), conn, finished)

    assert closing == [threading.current_thread()]


def test_gunicorn_is_pinned_to_the_version_that_this_was_tested_with() -> None:
    file = Path(flask_hearth.__file__).with_name("pyproject.toml")
    extras = tomllib.loads(file.read_text(encoding="utf-8"))["project"]["optional-dependencies"]

    assert extras["serving"] == [f"gunicorn=={importlib.metadata.version('gunicorn')}"]
