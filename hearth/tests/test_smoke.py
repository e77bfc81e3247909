"""What is asked of a stack that was just deployed, and how it is told."""

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hearth import smoke

LIST = "/api/v1/orders"
ROBOTS = b"User-agent: *\n"
SECURED = {"X-Content-Type-Options": "nosniff"}
Given = tuple[int, dict[str, str], bytes]
GOOD: dict[str, Given] = {
    "/": (200, SECURED | {"Content-Type": "text/html; charset=utf-8"}, b"<p>"),
    "/robots.txt": (200, SECURED | {"Content-Type": "text/plain"}, ROBOTS),
    "/health": (200, {"Content-Type": "application/json"}, b"{}"),
    LIST: (200, {"Content-Type": "application/json"}, b"{}"),
}


class Site:
    """Answers as told, for a project; `first` holds answers that come once, before the others."""

    def __init__(self, origin: str, root: Path) -> None:
        self.origin = origin
        self.root = root
        self.answers = dict(GOOD)
        self.first: dict[str, Given] = {}

    def smoke(self, seconds: str = "120") -> tuple[int, str]:
        out = io.StringIO()
        outputs = io.StringIO(json.dumps({"siteUrl": self.origin, "serviceUrl": self.origin}))
        return smoke.main(["--seconds", seconds], outputs, out, self.root), out.getvalue()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with an API and a static file."""
    (tmp_path / "service").mkdir()
    document: dict[str, object] = {"paths": {f"{LIST}/{{id}}": {"get": {}}, LIST: {"get": {}}}}
    (tmp_path / "service" / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "robots.txt").write_bytes(ROBOTS)
    return tmp_path


@pytest.fixture
def site(root: Path) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers = found.first if self.path in found.first else found.answers
            status, headers, body = answers[self.path]
            found.first.pop(self.path, None)
            self.send_response(status)
            length = len(body) + (1 if "Cut" in headers else 0)
            for name, value in {**headers, "Content-Length": str(length)}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Site(f"http://localhost:{server.server_port}", root)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        server.shutdown()
        thread.join()


def test_a_stack_that_answers_is_told_line_by_line(site: Site) -> None:
    code, said = site.smoke()

    assert code == 0
    assert [line.split(":")[0] for line in said.splitlines()] == [
        "ok     a page",
        "ok     a static file",
        "ok     the service's health",
        "ok     a list of the API",
    ]


@pytest.mark.parametrize(
    ("config", "asked"),
    [
        ("app:livenessProbePath: /up", ["a page", "a static file", "the service's health"]),
        ("app:startupProbePath: /up, app:livenessProbePath: ''", ["a page", "a static file", "the service's health"]),
        ("app:startupProbePath: '', app:livenessProbePath: ''", ["a page", "a static file"]),
    ],
)
def test_an_app_of_another_kind_is_asked_for_its_own_probe_and_for_no_api(
    config: str, asked: list[str], site: Site, root: Path
) -> None:
    (root / "service" / "openapi.json").unlink()
    (root / "Pulumi.yaml").write_text(f"name: shop\nconfig: {{{config}}}\n", encoding="utf-8")
    site.answers["/up"] = (204, {}, b"")
    del site.answers["/health"]
    code, said = site.smoke()

    assert code == 0
    assert [line.split(":")[0].removeprefix("ok").strip() for line in said.splitlines()] == asked


def test_an_api_that_asks_strangers_to_sign_in_is_well(site: Site) -> None:
    site.answers[LIST] = (401, {"Content-Type": "application/problem+json"}, b"{}")

    assert site.smoke()[0] == 0


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        ("/", (503, {}, b""), "it answered 503"),
        ("/", (200, SECURED | {"Content-Type": "application/json"}, b""), "Content-Type is application/json"),
        ("/", (200, {"Content-Type": "text/html"}, b""), "no security headers"),
        ("/robots.txt", (200, {}, ROBOTS), "no security headers"),
        ("/robots.txt", (200, SECURED, b"of yesterday"), "another release is live"),
        ("/health", (403, {}, b""), "it answered 403"),
        ("/health", (200, {}, b"{}"), "Content-Type is missing"),
        (LIST, (200, {"Content-Type": "text/html"}, b""), "Content-Type is text/html"),
        (LIST, (404, {}, b""), "it answered 404"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_is_asked_all_the_same(
    site: Site, path: str, answer: Given, said: str
) -> None:
    site.answers[path] = answer

    code, told = site.smoke("0")

    assert code == 1
    assert told.count("FAILED") == 1
    assert said in told
    assert len(told.splitlines()) == 4


@pytest.mark.parametrize("status", [200, 503])
def test_an_answer_that_is_cut_off_is_none(site: Site, status: int) -> None:
    site.answers["/"] = (status, {"Content-Type": "text/html", "Cut": "off"}, b"<p>")

    code, told = site.smoke("0")

    assert code == 1
    assert told.startswith(f"FAILED a page: {site.origin}/ (no answer: IncompleteRead(")
    assert len(told.splitlines()) == 4


def test_an_api_without_a_list_is_not_asked_for_one(root: Path) -> None:
    (root / "service" / "openapi.json").write_text('{"paths": {"/items/{id}": {"get": {}}}}', encoding="utf-8")

    found = smoke.checks({"siteUrl": "https://a.example", "serviceUrl": "https://b.example"}, root)

    assert [each.what for each in found] == ["a page", "a static file", "the service's health"]


def test_a_file_that_was_removed_is_named(root: Path) -> None:
    (root / "static" / "robots.txt").unlink()
    out = io.StringIO()
    outputs = io.StringIO('{"siteUrl": "https://a.example", "serviceUrl": "https://b.example"}')

    assert smoke.main([], outputs, out, root) == 2
    assert "robots.txt can't be read (No such file or directory)" in out.getvalue()


def test_an_answer_that_gets_well_in_time_is_well(site: Site) -> None:
    """Hosting and Cloud Run take a moment to know what was just released."""
    site.first["/"] = (404, {}, b"")
    wanted = smoke.checks({"siteUrl": site.origin, "serviceUrl": site.origin}, site.root)

    assert smoke.run(wanted, seconds=120, out=io.StringIO(), pause=0.01)
    assert site.first == {}


def test_nobody_there_is_said(site: Site) -> None:
    wanted = smoke.checks({"siteUrl": "http://localhost:1", "serviceUrl": site.origin}, site.root)
    out = io.StringIO()

    assert not smoke.run(wanted, seconds=0, out=out)
    assert out.getvalue().count("no answer: ") == 3


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"siteUrl": "https://a.example"}', '{"siteUrl": 1}'])
def test_what_are_no_outputs_is_said_with_the_command(text: str) -> None:
    out = io.StringIO()

    assert smoke.main([], io.StringIO(text), out) == 2
    assert "pulumi stack output --json" in out.getvalue()


def test_only_the_web_and_this_machine_are_asked(root: Path) -> None:
    out = io.StringIO()
    outputs = io.StringIO('{"siteUrl": "file:///etc", "serviceUrl": "https://a.example"}')

    assert smoke.main([], outputs, out, root) == 2
    assert "file:///etc/" in out.getvalue()
