import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.domain import DECLARATIONS
from flask_hearth.staticfiles import names

STATIC = Path(__file__).parents[2] / "static"
TIME = re.compile(r'<time datetime="([^"]+)">')


class Elements(HTMLParser):
    """Every start tag of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_front_page_says_flask_and_firebase_and_the_servers_time(client: FlaskClient) -> None:
    before = datetime.now(UTC).replace(microsecond=0)

    answer = client.get("/")

    found = TIME.search(answer.text)
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    assert "<h1>Flask + Firebase</h1>" in answer.text
    assert found
    stated = datetime.fromisoformat(found[1])
    assert stated.utcoffset() == timedelta(0)
    assert before <= stated <= datetime.now(UTC)
    assert stated.strftime("%H:%M:%S") in answer.text
    assert stated.strftime("%A, %-d %B %Y") in answer.text


def test_the_front_page_may_be_kept_five_minutes_by_browsers_and_ten_by_the_edge(client: FlaskClient) -> None:
    answer = client.get("/")

    assert answer.headers.getlist("Cache-Control") == ["public, max-age=300, s-maxage=600"]
    assert "5 minutes" in answer.text
    assert "10 minutes" in answer.text


def test_the_front_page_is_the_same_for_all_and_sets_no_cookie(client: FlaskClient) -> None:
    """Cloud Run makes an answer with Set-Cookie private, and a cookie in Vary would split the cache by visitor."""
    answer = client.get("/", headers={"Cookie": "__session=anything"})

    assert "Set-Cookie" not in answer.headers
    assert "Vary" not in answer.headers


def test_who_was_signed_in_when_there_was_something_to_sign_in_to_gets_no_cookie_again(app: Flask) -> None:
    """Sessions outlive a stack's change to `app:auth: none`."""
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    with client.session_transaction() as stored:
        stored.permanent = True
        stored["user"] = {"sub": "ada"}

    answer = client.get("/")

    assert "Set-Cookie" not in answer.headers
    assert "Vary" not in answer.headers


def test_the_front_page_leads_to_each_collection_that_has_pages(client: FlaskClient) -> None:
    links = {attributes.get("href") for tag, attributes in Elements(client.get("/").text).found if tag == "a"}

    assert {f"/{declaration.name}" for declaration in DECLARATIONS if declaration.pages} <= links


def test_head_answers_as_get_without_a_body(client: FlaskClient) -> None:
    answer = client.head("/")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=300, s-maxage=600"
    assert not answer.data


def pages(client: FlaskClient) -> dict[str, str]:
    return {
        "/": client.get("/").text,
        "an error": client.get("/nowhere", headers={"Accept": "text/html"}).text,
        "404.html": (STATIC / "404.html").read_text(encoding="utf-8"),
    }


@pytest.mark.parametrize("page", ["/", "an error", "404.html"])
def test_a_page_needs_no_script_and_nothing_that_the_security_policy_refuses(client: FlaskClient, page: str) -> None:
    for tag, attributes in Elements(pages(client)[page]).found:
        assert tag not in {"script", "style"}
        assert not [name for name in attributes if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("page", ["/", "an error", "404.html"])
def test_what_a_page_links_to_exists(client: FlaskClient, page: str) -> None:
    """As the service answers it, which has the files, too."""
    elements = Elements(pages(client)[page]).found
    links = {attributes[name] for _, attributes in elements for name in ("href", "src") if attributes.get(name)}

    assert "/style.css" in {names.remove_digest(str(link)) or link for link in links}
    for link in links:
        assert link
        assert link.startswith("/"), "an absolute address would leave the site"
        with client.get(link) as answer:
            assert answer.status_code == 200, link


def test_the_error_page_and_404_html_have_the_same_frame(client: FlaskClient) -> None:
    """One is made from a template, the other is a file, and can't name a request; visitors should see no other."""
    made, filed = (Elements(pages(client)[name]).found for name in ("an error", "404.html"))
    names_the_request = made.index(("p", {"class": "note"}))
    assert made[names_the_request + 1] == ("code", {})
    del made[names_the_request : names_the_request + 2]

    def plain(attributes: dict[str, str | None]) -> dict[str, str | None]:
        return {name: names.remove_digest(value or "") or value for name, value in attributes.items()}

    assert [(tag, plain(attributes)) for tag, attributes in made] == filed


@pytest.mark.parametrize("page", ["/", "an error", "404.html"])
def test_every_class_that_a_page_uses_is_in_the_style_sheet(client: FlaskClient, page: str) -> None:
    sheet = (STATIC / "style.css").read_text(encoding="utf-8")
    used = {
        name
        for _, attributes in Elements(pages(client)[page]).found
        for name in (attributes.get("class") or "").split()
    }

    assert used
    # `.date` has its rules together with `.hour`.
    assert {name for name in used if not re.search(rf"\.{name}\b", sheet)} == set()


def test_no_file_takes_the_place_of_the_front_page() -> None:
    """Hosting serves files first: an index.html would hide the service's page without a word."""
    assert not (STATIC / "index.html").exists()
