import io
from typing import NoReturn

import pytest
from flask import Flask, Response, abort, request
from flask.testing import FlaskClient
from werkzeug.exceptions import default_exceptions

from flask_hearth.configuration import MAX_BODY_BYTES
from flask_hearth.errors import phrase

CODES = sorted(default_exceptions)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
SECRET = "password=hunter2"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    @app.route("/abort/<int:code>", methods=["GET", "POST"])
    def aborting(code: int) -> NoReturn:
        abort(code)

    @app.get("/abort/<int:code>/telling")
    def telling(code: int) -> NoReturn:
        abort(code, description=SECRET)

    @app.get("/broken")
    def broken() -> NoReturn:
        raise RuntimeError(SECRET)

    @app.post("/upload")
    def upload() -> str:
        return str(len(request.get_data()))

    @app.get("/whole")
    def whole() -> NoReturn:
        abort(Response("as it is", status=418))

    return app.test_client()


@pytest.mark.parametrize("code", CODES)
def test_every_error_is_problem_details(client: FlaskClient, code: int) -> None:
    """RFC 9457; `type` about:blank says that `title` is the status's own phrase."""
    answer = client.get(f"/abort/{code}")

    assert answer.status_code == code
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Cache-Control"] == "private, no-store"
    problem = answer.get_json(force=True)
    assert problem == {
        "type": "about:blank",
        "title": phrase(default_exceptions[code]()),
        "status": code,
        "detail": default_exceptions[code].description,
    }


@pytest.mark.parametrize(
    ("code", "phrase"),
    [
        (413, "Content Too Large"),
        (414, "URI Too Long"),
        (416, "Range Not Satisfiable"),
        (422, "Unprocessable Content"),
        (404, "Not Found"),
    ],
)
def test_a_status_has_the_phrase_of_today(client: FlaskClient, code: int, phrase: str) -> None:
    """RFC 9110, section 15, in the status line too."""
    answer = client.get(f"/abort/{code}")

    assert answer.status.upper() == f"{code} {phrase}".upper()
    assert answer.get_json(force=True)["title"] == phrase


@pytest.mark.parametrize("code", CODES)
def test_every_error_is_a_page_for_a_browser(client: FlaskClient, code: int) -> None:
    answer = client.get(f"/abort/{code}", headers={"Accept": BROWSER})

    assert answer.status_code == code
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert f'<p class="status">{code}</p>' in answer.text
    assert 'href="/"' in answer.text


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        (None, "application/problem+json"),
        ("*/*", "application/problem+json"),
        ("application/json", "application/problem+json"),
        ("application/problem+json, text/html;q=0.9", "application/problem+json"),
        ("text/html, application/json", "application/problem+json"),
        ("text/plain", "application/problem+json"),
        ("text/html;q=0", "application/problem+json"),
        ("nonsense", "application/problem+json"),
        ("text/html", "text/html"),
        ("text/html;q=0.9, application/json;q=0.8", "text/html"),
        (BROWSER, "text/html"),
    ],
)
def test_html_is_for_who_likes_it_better(client: FlaskClient, accept: str | None, mimetype: str) -> None:
    answer = client.get("/nowhere", headers={"Accept": accept} if accept else {})

    assert answer.status_code == 404
    assert answer.mimetype == mimetype
    assert answer.headers["Vary"] == "Accept"


@pytest.mark.parametrize("accept", ["*/*", BROWSER])
@pytest.mark.parametrize("path", ["/broken", "/abort/500/telling", "/abort/503/telling"])
def test_what_went_wrong_inside_stays_inside(client: FlaskClient, path: str, accept: str) -> None:
    answer = client.get(path, headers={"Accept": accept})

    assert answer.status_code >= 500
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text


def test_what_a_view_tells_the_client_reaches_it_and_is_escaped_in_a_page(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/bad", view_func=lambda: abort(400, description="<b>no</b>"))

    assert client.get("/bad").get_json(force=True)["detail"] == "<b>no</b>"
    assert "&lt;b&gt;no&lt;/b&gt;" in client.get("/bad", headers={"Accept": BROWSER}).text


def test_a_wrong_method_is_told_the_right_ones(client: FlaskClient) -> None:
    answer = client.delete("/")

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert answer.content_type == "application/problem+json"


def test_a_body_above_the_limit_is_refused(client: FlaskClient) -> None:
    answer = client.post("/upload", data=b"x" * (MAX_BODY_BYTES + 1))

    assert answer.status_code == 413
    assert answer.content_type == "application/problem+json"


def test_a_body_that_doesnt_tell_its_length_is_not_read_beyond_the_limit(client: FlaskClient) -> None:
    """Sent in chunks, it could else fill the instance's memory."""
    answer = client.post(
        "/upload",
        input_stream=io.BytesIO(b"x" * (2 * MAX_BODY_BYTES)),
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )

    assert answer.status_code == 413 or int(answer.text) <= MAX_BODY_BYTES


def test_a_body_at_the_limit_is_taken(client: FlaskClient) -> None:
    assert client.post("/upload", data=b"x" * MAX_BODY_BYTES).text == str(MAX_BODY_BYTES)


def test_a_response_handed_to_abort_is_left_alone(client: FlaskClient) -> None:
    answer = client.get("/whole")

    assert (answer.status_code, answer.text) == (418, "as it is")
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_head_of_an_error_has_no_body(client: FlaskClient) -> None:
    answer = client.head("/nowhere")

    assert answer.status_code == 404
    assert not answer.data
