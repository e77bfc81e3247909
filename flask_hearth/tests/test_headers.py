"""The security headers as one whole value: any loosening is visible in the diff of this file."""

import pytest
from flask import Flask, session
from flask.testing import FlaskClient

from flask_hearth.settings import HearthSettings
from flask_hearth.testing.sample import create_app

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CONTENT = {"Content-Type", "Content-Length", "Cache-Control", "Vary", "Allow", "Set-Cookie", "X-Request-ID"}
GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("HEAD", "/"), ("GET", "/health"), ("GET", "/nowhere"), ("POST", "/"), ("GET", "/broken")],
)
def test_every_answer_carries_the_whole_set_and_nothing_else(app: Flask, method: str, path: str) -> None:
    app.add_url_rule("/broken", view_func=lambda: str(1 / 0))

    answer = app.test_client().open(path, method=method)

    assert {name: value for name, value in answer.headers.items() if name not in CONTENT} == SECURITY


@pytest.mark.parametrize("status", [200, 302, 404, 410, 500, 503])
def test_what_the_app_says_of_caching_holds_and_else_nothing_is_cached(app: Flask, status: int) -> None:
    """Of errors as well: what is gone for good may be kept, and Hosting keeps any other 404 for ten minutes, also
    after the page has come to be.
    """
    app.add_url_rule("/said", "said", view_func=lambda: ("said", status, {"Cache-Control": "public, max-age=300"}))
    app.add_url_rule("/unsaid", "unsaid", view_func=lambda: ("unsaid", status))
    client = app.test_client()

    assert client.get("/said").headers.getlist("Cache-Control") == ["public, max-age=300"]
    assert client.get("/unsaid").headers.getlist("Cache-Control") == ["private, no-store"]


@pytest.mark.parametrize(
    ("environ", "attributes"),
    [
        ({"SECRET_KEY": GOOD_KEY}, ["Secure", "HttpOnly", "Path=/", "SameSite=Lax"]),
        ({"APP_ENV": "staging", "SECRET_KEY": GOOD_KEY}, ["Secure", "HttpOnly", "Path=/", "SameSite=Lax"]),
        ({"APP_ENV": "development"}, ["HttpOnly", "Path=/", "SameSite=Lax"]),
    ],
)
def test_the_session_cookie_is_one_that_hosting_lets_through(
    database_url: str, environ: dict[str, str], attributes: list[str]
) -> None:
    app = create_app(HearthSettings.from_env({"DATABASE_URL": database_url, **environ}))

    @app.get("/enter")
    def enter() -> str:
        session["seen"] = True
        return "in"

    name_and_value, *rest = app.test_client().get("/enter").headers["Set-Cookie"].split("; ")

    assert name_and_value.startswith("__session=")
    assert rest == attributes


def test_what_caches_may_keep_never_sets_a_cookie(app: Flask) -> None:
    """Nor for who has a session already: everybody else would get it."""
    client = app.test_client()
    with client.session_transaction() as before:
        before["seen"] = True
    kept = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments:
            answer = client.get(rule.rule)
            if "public" in answer.headers["Cache-Control"]:
                kept.append(rule.rule)
                assert "Set-Cookie" not in answer.headers, rule.rule
                assert "Cookie" not in answer.headers.get("Vary", ""), f"{rule.rule} depends on who asks"

    assert "/" in kept


@pytest.mark.parametrize("path", ["/style.css", "/style.0123456789abcdef.css"])
def test_a_static_file_carries_the_whole_set_too(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        about_the_file = {"ETag", "Last-Modified", "Content-Disposition", "Accept-Ranges", "Date"}

    assert {name: value for name, value in answer.headers.items() if name not in CONTENT | about_the_file} == SECURITY
