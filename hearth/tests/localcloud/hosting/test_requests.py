"""Paths made safe, bodies read."""

from unittest.mock import Mock

import pytest
from aiohttp import StreamReader
from aiohttp.http_exceptions import TransferEncodingError
from aiohttp.test_utils import make_mocked_request

from hearth.localcloud.hosting.requests import BadRequest, normalize, read_body


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/", "/"),
        ("/a/b", "/a/b"),
        ("/a/b/", "/a/b/"),
        ("//a//b", "/a/b"),
        ("//", "/"),
        ("///evil.example//", "/evil.example/"),
        ("/a/./b", "/a/b"),
        ("/a/../b", "/b"),
        ("/a/..", "/"),
        ("/a/b/..", "/a/"),
        ("/a/.", "/a/"),
        ("/../../etc/passwd", "/etc/passwd"),
        ("/..", "/"),
        ("/a/...", "/a/..."),
        ("/.well-known/x", "/.well-known/x"),
    ],
)
def test_a_path_has_no_empty_and_no_dot_segments(path: str, normal: str) -> None:
    assert normalize(path) == normal


async def test_a_body_that_can_not_be_read_is_the_clients_fault() -> None:
    content = StreamReader(Mock(), 2**16)
    content.set_exception(TransferEncodingError("not a chunk size"))
    request = make_mocked_request("POST", "/", {"Transfer-Encoding": "chunked"}, payload=content)

    with pytest.raises(BadRequest, match="not a chunk size"):
        await read_body(request)
