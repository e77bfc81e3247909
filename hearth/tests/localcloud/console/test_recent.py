"""The end of log files."""

from pathlib import Path

import pytest

from hearth.localcloud.console import recent

TIME = "2026-01-01T10:00:00.000000Z"


def written(folder: Path, content: bytes) -> Path:
    path = folder / "some.log"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        pytest.param(b"", [], id="empty"),
        pytest.param(b"a\nb\nc\n", ["b", "c"], id="only the last"),
        pytest.param(b"a\nb", ["a"], id="none that is still being written"),
        pytest.param(b"\xff\n", ["\ufffd"], id="bytes that are no text"),
        pytest.param(b"a\rb\x0cc\n", ["a\rb\x0cc"], id="a line ends with a line feed alone"),
        pytest.param(b"x" * recent._MOST_BYTES + b"y\nb\n", ["b"], id="none whose beginning is too far away"),
        pytest.param(b"x" * 2 * recent._MOST_BYTES, [], id="no line at all"),
    ],
)
def test_the_last_whole_lines_are_read(tmp_path: Path, content: bytes, lines: list[str]) -> None:
    assert recent.lines(written(tmp_path, content), 2) == lines


def test_what_never_logged_has_no_lines(tmp_path: Path) -> None:
    assert recent.lines(tmp_path / "none.log", 2) == []


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        (f"{TIME} GET localhost:5000 /a 200 web MISS 9B 1.5ms", (TIME, "GET", "localhost:5000", "/a", "200", "web")),
        (f"{TIME} GET a b 200 c /a 404 edge HIT 9B 1.5ms", (TIME, "GET", "a b 200 c", "/a", "404", "edge")),
        ("no request", ("", "", "", "no request", "", "")),
    ],
)
def test_a_request_is_read_whatever_its_host(tmp_path: Path, line: str, request_: tuple[str, ...]) -> None:
    (found,) = recent.requests([written(tmp_path, f"{line}\n".encode())], 2)

    assert (found.time, found.method, found.host, found.path, found.status, found.source) == request_


def test_requests_of_several_logs_are_told_in_the_order_of_their_times(tmp_path: Path) -> None:
    """What can't be read stays behind the line that it followed, and a log that is not there has none."""
    texts = {"one": ["1", "4", "no request"], "other": ["2", "3", "5"]}
    logs = [tmp_path / "none.log"]
    for name, times in texts.items():
        logs.append(tmp_path / f"{name}.log")
        lines = [f"{at} GET a /{at} 200 web MISS 9B 1.5ms" if at.isdigit() else at for at in times]
        logs[-1].write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    assert [each.path for each in recent.requests(logs, 9)] == ["/5", "no request", "/4", "/3", "/2", "/1"]
    assert [each.path for each in recent.requests(logs, 2)] == ["/5", "no request"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("web-1 | plain", "web-1 | plain"),
        ('web-1 | {"severity": "ERROR", "message": "it broke", "time": "t"}', "web-1 | ERROR it broke"),
        ('web-1 | {"message": "m", "stack_trace": "Traceback:\\n  1 / 0\\nE: why\\n"}', "web-1 | m E: why"),
        ('web-1 | {"message": {"a": 1}}', "web-1 | {'a': 1}"),
        ('web-1 | {"other": 1}', 'web-1 | {"other": 1}'),
        ("web-1 | [1]", "web-1 | [1]"),
        ("web-1 | " + "[" * 9999, "web-1 | " + "[" * 9999),
        ("no bar", "no bar"),
    ],
)
def test_of_a_structured_line_its_message_is_told(line: str, message: str) -> None:
    assert recent.message(line) == message
