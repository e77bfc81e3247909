"""Files by the names that pages give them, and for whoever asks the service itself."""

import hashlib
import logging
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import render_template_string
from flask.testing import FlaskClient

from flask_hearth.settings import HearthSettings
from flask_hearth.static_files import StaticFiles
from flask_hearth.staticfiles import folder, names
from flask_hearth.testing.sample import create_app

CONTENT = b"body{margin:0}"
MARK = hashlib.sha256(CONTENT).hexdigest()[:16]
KEPT = "public, max-age=31536000, immutable"
GONE = "0123456789abcdef"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    root = tmp_path / "static"
    for name in ("style.css", "fonts/a b#é%.woff2", "copy.css", "404.html", ".well-known/x.txt", "img/LICENSE"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(CONTENT)
    (root / "empty.js").write_bytes(b"")
    (root / ".env").write_bytes(b"SECRET=1")
    return root


@pytest.fixture
def client(files: Path, database_url: str) -> FlaskClient:
    return over(files, database_url)


def over(files: Path, database_url: str, *, digested: bool = True) -> FlaskClient:
    settings = HearthSettings.from_env({"APP_ENV": "development", "DATABASE_URL": database_url})
    return create_app(settings, files=StaticFiles(files, digested=digested)).test_client()


def url(client: FlaskClient, name: str) -> str:
    with client.application.app_context():
        return render_template_string("{{ static_url(name) }}", name=name)


# --- Names in pages ---


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("style.css", f"/style.{MARK}.css"),
        ("/style.css", f"/style.{MARK}.css"),
        ("copy.css", f"/copy.{MARK}.css"),
        ("fonts/a b#é%.woff2", f"/fonts/a%20b%23%C3%A9%25.{MARK}.woff2"),
        ("img/LICENSE", f"/img/LICENSE.{MARK}"),
        ("empty.js", "/empty.e3b0c44298fc1c14.js"),
        ("404.html", "/404.html"),
        (".well-known/x.txt", "/.well-known/x.txt"),
    ],
)
def test_a_page_gives_the_name_by_content_where_there_is_one(client: FlaskClient, name: str, given: str) -> None:
    assert url(client, name) == given
    with client.get(given) as answer:
        assert answer.status_code == 200
        assert answer.data == (b"" if name == "empty.js" else CONTENT)


def test_another_content_has_another_name(files: Path, database_url: str) -> None:
    before = url(over(files, database_url), "style.css")
    (files / "style.css").write_bytes(b"body{margin:1px}")

    assert url(over(files, database_url), "style.css") != before


def test_a_page_that_names_a_file_which_is_not_there_still_comes_and_the_log_says_so_once(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="flask_hearth.static_files"):
        assert [url(client, "stile.css"), url(client, "stile.css")] == ["/stile.css"] * 2

    assert [record.getMessage() for record in caplog.records] == [
        "A page refers to /stile.css, but static/ has no such file. Correct the name."
    ]


def test_while_files_are_edited_pages_give_plain_names(files: Path, database_url: str) -> None:
    client = over(files, database_url, digested=False)

    assert url(client, "style.css") == "/style.css"
    assert url(client, "made-a-moment-ago.css") == "/made-a-moment-ago.css"


# --- Answers ---


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/style.css", "no-cache"),
        (f"/style.{MARK}.css", KEPT),
        (f"/style.{GONE}.css", "no-cache"),
        (f"/img/LICENSE.{GONE}", "no-cache"),
        ("/404.html", "no-cache"),
        ("/.well-known/x.txt", "no-cache"),
    ],
)
def test_only_a_name_by_its_own_content_may_be_kept(client: FlaskClient, path: str, kept: str) -> None:
    """An unknown digest is that of an old page, or of a new one that met an old instance."""
    with client.get(path) as answer:
        assert (answer.status_code, answer.data) == (200, CONTENT)
        assert answer.headers.getlist("Cache-Control") == [kept]


def test_a_file_named_like_another_content_is_itself_and_not_kept(files: Path, database_url: str) -> None:
    (files / f"style.{GONE}.css").write_bytes(b"i{}")

    with over(files, database_url).get(f"/style.{GONE}.css") as answer:
        assert (answer.data, answer.headers["Cache-Control"]) == (b"i{}", "no-cache")


def test_a_name_by_content_put_there_by_hand_may_be_kept(files: Path, database_url: str) -> None:
    (files / f"own.{MARK}.css").write_bytes(CONTENT)
    client = over(files, database_url)

    assert url(client, f"own.{MARK}.css") == f"/own.{MARK}.css"
    with client.get(f"/own.{MARK}.css") as answer:
        assert answer.headers["Cache-Control"] == KEPT


@pytest.mark.parametrize(
    "path",
    [
        f"/nothing.{GONE}.css",
        "/.env",
        f"/.{GONE}.env",
        "/../static/style.css",
        "/%2e%2e/static/style.css",
        "/style.css/",
        "/fonts//style.css",
        "/fonts",
        "/fonts/",
        "/style.css%00",
    ],
)
def test_whatever_is_no_published_file_is_a_404(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_an_unchanged_file_is_not_sent_again(client: FlaskClient) -> None:
    with client.get("/style.css") as first:
        tag = first.headers["ETag"]

    for path in ("/style.css", f"/style.{MARK}.css"):
        with client.get(path, headers={"If-None-Match": tag}) as again:
            assert (again.status_code, again.data) == (304, b"")


def test_head_and_ranges_work_as_for_any_file(client: FlaskClient) -> None:
    with client.head("/style.css") as head:
        assert (head.content_length, head.data) == (len(CONTENT), b"")
    with client.get("/style.css", headers={"Range": "bytes=0-3"}) as part:
        assert (part.status_code, part.data) == (206, b"body")
    assert client.get("/style.css", headers={"Range": "bytes=99-"}).status_code == 416


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/style.css", "text/css; charset=utf-8"),
        (f"/style.{MARK}.css", "text/css; charset=utf-8"),
        ("/fonts/a%20b%23%C3%A9%25.woff2", "font/woff2"),
        ("/img/LICENSE", "application/octet-stream"),
    ],
)
def test_the_type_is_told_as_browsers_are_forbidden_to_guess(client: FlaskClient, path: str, content_type: str) -> None:
    with client.get(path) as answer:
        assert answer.content_type == content_type


def test_a_route_comes_before_a_file(files: Path, database_url: str) -> None:
    (files / "health").write_bytes(b"a file")

    assert over(files, database_url).get("/health").json == {"status": "healthy"}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_file_can_only_be_read(client: FlaskClient, method: str) -> None:
    assert client.open("/style.css", method=method).status_code == 404


def test_without_a_folder_there_are_pages_all_the_same(tmp_path: Path, database_url: str) -> None:
    client = over(tmp_path / "gone", database_url)

    assert client.get("/").status_code == 200
    assert client.get("/style.css").status_code == 404


def test_a_folder_that_may_not_be_published_is_not_served_either(files: Path) -> None:
    (files / ".git").mkdir()

    with pytest.raises(folder.StaticFilesError, match=r"static/\.git/"):
        StaticFiles(files)


@pytest.mark.parametrize("page", ["/", "/nowhere", "/api/docs"])
def test_every_page_names_its_files_by_content(database_url: str, page: str) -> None:
    """A plain name in a template would be asked about at each visit."""
    settings = HearthSettings.from_env({"APP_ENV": "development", "DATABASE_URL": database_url})
    text = create_app(settings).test_client().get(page, headers={"Accept": "text/html"}).text
    linked = [unquote(link) for link in text.split('"') if link.startswith("/") and link.endswith((".css", ".js"))]

    assert linked
    assert [link for link in linked if names.remove_digest(link) is None] == []
