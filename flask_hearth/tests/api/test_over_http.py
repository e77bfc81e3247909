"""The real server: what it and the app make of bodies together."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from flask_hearth.model.size import largest
from flask_hearth.testing import sample
from flask_hearth.testing.processes import PATIENCE, Process
from flask_hearth.tests.api.samples import ITEM

ROOT = Path(__file__).parents[3]
GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"
CONFIG = Path(sample.__file__).parent / "gunicorn.conf.py"
OBJECT = json.dumps(ITEM.least).encode()


@pytest.fixture
def connection(start: Callable[..., Process], port: int, database_url: str) -> Iterator[HTTPConnection]:
    server = start(
        *("-m", "gunicorn", "--config", str(CONFIG), "flask_hearth.testing.sample:create_app()"),
        folder=ROOT,
        environ={"PORT": str(port), "SECRET_KEY": GOOD_KEY, "DATABASE_URL": database_url, "GUNICORN_THREADS": "4"},
    )
    server.wait_for("Booting worker")
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as opened:
        yield opened


def post(connection: HTTPConnection, body: bytes, *, chunked: bool) -> tuple[int, Any]:
    """Status and content."""
    pieces = (body[at : at + 50_000] for at in range(0, len(body), 50_000))
    connection.request(
        "POST",
        ITEM.path,
        body=pieces if chunked else body,
        headers={"Content-Type": "application/json"},
        encode_chunked=chunked,
    )
    with connection.getresponse() as answer:
        return answer.status, json.loads(answer.read())


def test_bodies_are_read_whole_or_refused_and_the_connection_goes_on(connection: HTTPConnection) -> None:
    """Werkzeug by itself cuts a chunked body at its limit, and this one would then be an object.

    What is left of a body on the connection would be taken for the next request.
    """
    spaces = (largest(ITEM.declaration).bytes or 0) - len(OBJECT)
    for chunked in (True, False):
        assert post(connection, OBJECT, chunked=chunked)[0] == 201
        assert post(connection, OBJECT + b" " * spaces, chunked=chunked)[0] == 201
        status, problem = post(connection, OBJECT + b" " * (spaces + 1), chunked=chunked)
        assert (status, problem["status"]) == (413, 413)
    assert post(connection, b"", chunked=True)[0] == 400
    assert post(connection, OBJECT, chunked=True)[0] == 201


HEAD = f"POST {ITEM.path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n".encode()
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("rest", "answer"),
    [
        (b"Content-Length: 200\r\n\r\n" + OBJECT, b"400"),
        (b"Content-Length: 200\r\n\r\n", b"400"),
        (CHUNKED + b"%x\r\n%s\r\n" % (len(OBJECT), OBJECT), b"400"),
        (CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n", b"400"),
        (CHUNKED + b"2\r\n{}xx0\r\n\r\n", b"400"),
        (CHUNKED + b"%x\r\n%s\r\n-1\r\n\r\n" % (len(OBJECT), OBJECT), b"400"),
        (CHUNKED + b"%x\r\n%s\r\n0\r\nbad trailer\r\n\r\n" % (len(OBJECT), OBJECT), b"400"),
        (b"Content-Length: %d\r\n\r\n" % len(OBJECT) + OBJECT, b"201"),
        (CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(OBJECT), OBJECT), b"201"),
    ],
)
def test_of_a_body_that_is_cut_off_or_malformed_nothing_is_made(
    connection: HTTPConnection, rest: bytes, answer: bytes
) -> None:
    """RFC 9112, sections 7.1 and 8. The sender says that it sends no more, and still listens."""
    with socket.create_connection((connection.host, connection.port), PATIENCE) as client:
        client.sendall(HEAD + rest)
        client.shutdown(socket.SHUT_WR)
        head, _, body = b"".join(iter(lambda: client.recv(65536), b"")).partition(b"\r\n\r\n")

    assert head.split()[1] == answer
    if answer == b"400":
        assert b"application/problem+json" in head
        assert json.loads(body)["status"] == 400
