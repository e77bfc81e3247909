"""Paths made safe."""

import pytest

from localcloud.hosting.requests import normalize


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
