"""Posting summaries: to the right pull request, over the right comment, whatever the files say."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from flask_hearth.testing.raw_server import NO_HTTP, answering
from hearth import project
from hearth.ci import comment

ROOT = project.root()

SHA = "a" * 40
RUN = {
    "head_sha": SHA,
    "head_branch": "feature/a b&c",
    "head_repository": {"owner": {"login": "stranger"}},
    "html_url": "https://github.example/acme/web/actions/runs/7",
}
BOT = {"login": "github-actions[bot]"}


@dataclass
class GitHub:
    """As much of the REST API as is asked: pull requests by head, comments in pages of a hundred."""

    pulls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    comments: list[dict[str, Any]] = field(default_factory=list)
    sent: list[tuple[str, str, Any]] = field(default_factory=list)
    tokens: set[str | None] = field(default_factory=set)
    refusing: int = 0

    def answer(self, method: str, target: str, body: Any) -> tuple[int, Any]:
        parts, query = urlsplit(target), parse_qs(urlsplit(target).query)
        if self.refusing:
            return self.refusing, {"message": "Resource not accessible by integration"}
        if method != "GET":
            self.sent.append((method, parts.path, body))
            return 200, {}
        if parts.path.endswith("/pulls"):
            assert query["state"] == ["open"]
            return 200, self.pulls.get(query["head"][0], [])
        start = (int(query["page"][0]) - 1) * int(query["per_page"][0])
        return 200, self.comments[start : start + int(query["per_page"][0])]


@pytest.fixture
def github() -> GitHub:
    return GitHub(pulls={"stranger:feature/a b&c": [{"number": 5, "head": {"sha": SHA}}]})


@pytest.fixture
def environ(github: GitHub, tmp_path: Path) -> Iterator[dict[str, str]]:
    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            github.tokens.add(self.headers["Authorization"])
            status, found = github.answer(self.command, self.path, body)
            content = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = _any  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    event = tmp_path / "event.json"
    event.write_text(json.dumps({"workflow_run": RUN}), encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield {
            "GITHUB_API_URL": f"http://127.0.0.1:{server.server_port}",
            "GITHUB_REPOSITORY": "acme/web",
            "GITHUB_TOKEN": "t0ken",
            "GITHUB_EVENT_PATH": str(event),
        }
        server.shutdown()
        thread.join()


@pytest.fixture
def summaries(tmp_path: Path) -> Path:
    folder = tmp_path / "previews"
    folder.mkdir()
    for stack in ("dev", "prod"):
        (folder / f"{stack}.md").write_text(f"<!-- hearth-preview:{stack} -->\n1 to update\n", encoding="utf-8")
    return folder


def test_a_first_summary_makes_a_comment_for_each_stack(
    github: GitHub, environ: dict[str, str], summaries: Path
) -> None:
    assert comment.main([str(summaries)], environ) == 0

    assert [each[:2] for each in github.sent] == [("POST", "/repos/acme/web/issues/5/comments")] * 2
    texts = [body["body"] for _, _, body in github.sent]
    assert [text.splitlines()[0] for text in texts] == ["<!-- hearth-preview:dev -->", "<!-- hearth-preview:prod -->"]
    assert all(RUN["html_url"] in text and SHA in text for text in texts)
    assert github.tokens == {"Bearer t0ken"}


def test_a_later_one_is_written_over_it_wherever_it_stands(
    github: GitHub, environ: dict[str, str], summaries: Path
) -> None:
    github.comments = [{"id": n, "user": {"login": "a"}, "body": "hm"} for n in range(100)]
    github.comments.append({"id": 777, "user": BOT, "body": "<!-- hearth-preview:prod -->\nold"})

    comment.main([str(summaries)], environ)

    assert [each[:2] for each in github.sent] == [
        ("POST", "/repos/acme/web/issues/5/comments"),
        ("PATCH", "/repos/acme/web/issues/comments/777"),
    ]


def test_a_persons_comment_is_never_written_over(github: GitHub, environ: dict[str, str], summaries: Path) -> None:
    github.comments = [{"id": 1, "user": {"login": "ann"}, "body": "<!-- hearth-preview:dev -->\nlook at this"}]

    comment.main([str(summaries)], environ)

    assert {each[0] for each in github.sent} == {"POST"}


def test_nothing_is_posted_to_a_pull_request_that_moved_on(
    github: GitHub, environ: dict[str, str], summaries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    github.pulls["stranger:feature/a b&c"][0]["head"]["sha"] = "b" * 40

    assert comment.main([str(summaries)], environ) == 0
    assert github.sent == []
    assert "nothing is posted" in capsys.readouterr().out


def test_a_fork_that_is_gone_has_no_pull_request(github: GitHub, environ: dict[str, str], summaries: Path) -> None:
    event = Path(environ["GITHUB_EVENT_PATH"])
    event.write_text(json.dumps({"workflow_run": RUN | {"head_repository": None}}), encoding="utf-8")

    assert comment.main([str(summaries)], environ) == 0
    assert github.sent == []


@pytest.mark.parametrize("raw", NO_HTTP)
def test_an_answer_that_is_no_http_is_told(
    raw: bytes, environ: dict[str, str], summaries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(raw) as origin:
        assert comment.main([str(summaries)], environ | {"GITHUB_API_URL": origin}) == 1
    assert "did not get through" in capsys.readouterr().err


def test_a_run_without_summaries_is_no_fault(environ: dict[str, str], tmp_path: Path) -> None:
    assert comment.main([str(tmp_path / "none")], environ) == 0


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("dev.md", "hello", "does not begin with"),
        ("dev.md", "<!-- hearth-preview:prod -->\nother", "does not begin with"),
        ("de v.md", "<!-- hearth-preview:de v -->\n", "not named after a stack"),
        ("dev.md", "<!-- hearth-preview:dev -->\n" + "x" * 66_000, "GitHub takes 65536"),
    ],
)
def test_a_file_that_is_no_summary_stops_all_before_anything_is_posted(
    *,
    github: GitHub,
    environ: dict[str, str],
    summaries: Path,
    name: str,
    text: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (summaries / name).write_text(text, encoding="utf-8")

    assert comment.main([str(summaries)], environ) == 1
    assert said in capsys.readouterr().err
    assert github.sent == []


def test_a_file_that_is_no_text_is_said(
    environ: dict[str, str], summaries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (summaries / "dev.md").write_bytes(b"<!-- hearth-preview:dev -->\n\xff")

    assert comment.main([str(summaries)], environ) == 1
    assert "not UTF-8" in capsys.readouterr().err


def test_nobody_is_called_by_what_a_stranger_wrote(github: GitHub, environ: dict[str, str], summaries: Path) -> None:
    text = "<!-- hearth-preview:dev -->\n@acme/everyone (@ann) `web-run@acme.iam` `web@sha256:1`\n"
    (summaries / "dev.md").write_text(text, encoding="utf-8")

    comment.main([str(summaries)], environ)

    posted = github.sent[0][2]["body"]
    assert "@acme/" not in posted
    assert "(@ann" not in posted
    assert "`web-run@acme.iam` `web@sha256:1`" in posted


def test_a_refusal_is_told_in_githubs_words(
    github: GitHub, environ: dict[str, str], summaries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    github.refusing = 403

    assert comment.main([str(summaries)], environ) == 1
    assert "403 to GET /repos/acme/web/pulls: " in (said := capsys.readouterr().err)
    assert "Resource not accessible" in said


def test_it_runs_with_the_standard_library_alone() -> None:
    """Its job installs no packages, since it holds a token. `-S` takes those away that are installed here."""
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import hearth.ci.comment"
    done = subprocess.run([sys.executable, "-S", "-I", "-c", script], check=False, capture_output=True, text=True)

    assert done.stderr == ""
