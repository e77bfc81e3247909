"""Forms that only our own pages can send; also on an app with a key that has just been replaced."""

import re

import pytest
from flask import Flask, render_template_string, request, session
from flask.testing import FlaskClient

from flask_hearth import csrf
from flask_hearth.tests.api.conftest import app_over
from flask_hearth.tests.api.memory_store import MemoryStore

KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"
NEXT_KEY = "Zx3Lq8Wn5Rt1Vb6Ym9Kc2Hd7Pf4Gj0Ts"


def site(key: str = KEY, fallbacks: list[str] | None = None) -> Flask:
    app = Flask("test")
    app.config.update(SECRET_KEY=key, SECRET_KEY_FALLBACKS=fallbacks, TESTING=True)
    csrf.init_app(app)

    @app.get("/form")
    def form() -> str:
        return render_template_string('<input name="{{ csrf_field }}" value="{{ csrf_token() }}">')

    @app.post("/save")
    def save() -> str:
        csrf.check()
        return request.form.get("text", "")

    @app.post("/sign-in")
    def sign_in() -> str:
        csrf.renew()
        return "in"

    @app.get("/odd/<kept>")
    def odd(kept: str) -> str:
        session["csrf"] = kept
        return "kept"

    return app


def token(client: FlaskClient) -> str:
    found = re.search(r'name="_csrf" value="([^"]+)"', client.get("/form").text)
    assert found
    return found[1]


def test_a_form_with_the_token_of_its_session_is_taken() -> None:
    client = site().test_client()

    assert client.post("/save", data={"_csrf": token(client), "text": "mine"}).text == "mine"
    assert client.post("/save", json={}, headers={"X-CSRF-Token": token(client)}).status_code == 200


def test_each_page_has_another_token_and_all_of_them_hold() -> None:
    client = site().test_client()
    tokens = [token(client) for _ in range(3)]

    assert len(set(tokens)) == 3
    assert {client.post("/save", data={"_csrf": each}).status_code for each in tokens} == {200}


@pytest.mark.parametrize("given", ["", "x", "ä", "AAAA", "=", "A" * 86 + "==", "\x00", "A" * 100_000])
def test_what_is_no_token_is_refused(given: str) -> None:
    client = site().test_client()
    token(client)

    answer = client.post("/save", data={"_csrf": given})

    assert answer.status_code == 403
    assert "another session" in answer.text


def test_a_form_without_a_token_is_refused() -> None:
    client = site().test_client()
    token(client)

    assert client.post("/save", data={"text": "mine"}).status_code == 403


def test_a_token_of_another_session_is_refused() -> None:
    app = site()
    ours, theirs = app.test_client(), app.test_client()
    stolen = token(theirs)
    token(ours)

    assert ours.post("/save", data={"_csrf": stolen}).status_code == 403


def test_without_a_session_the_refusal_names_cookies() -> None:
    app = site()

    answer = app.test_client().post("/save", data={"_csrf": token(app.test_client())})

    assert answer.status_code == 403
    assert "cookies" in answer.text


def test_a_page_outlives_the_change_of_the_key() -> None:
    old, new = site(), site(NEXT_KEY, fallbacks=[KEY])
    before, after = old.test_client(), new.test_client()
    held = token(before)
    cookie = before.get_cookie("session")
    assert cookie
    after.set_cookie("session", cookie.value)

    assert after.post("/save", data={"_csrf": held}).status_code == 200


def test_a_page_does_not_outlive_the_second_change_of_the_key() -> None:
    old, new = site(), site(NEXT_KEY)
    before, after = old.test_client(), new.test_client()
    held = token(before)
    cookie = before.get_cookie("session")
    assert cookie
    after.set_cookie("session", cookie.value)

    assert after.post("/save", data={"_csrf": held}).status_code == 403


def test_after_a_sign_in_the_token_from_before_is_worth_nothing() -> None:
    client = site().test_client()
    known = token(client)
    client.post("/sign-in")

    assert client.post("/save", data={"_csrf": known}).status_code == 403
    assert client.post("/save", data={"_csrf": token(client)}).status_code == 200


def test_a_session_that_holds_something_else_gets_a_secret() -> None:
    """An older revision may have kept another thing under this name."""
    client = site().test_client()
    client.get("/odd/text")

    assert client.post("/save", data={"_csrf": ""}).status_code == 403
    assert client.post("/save", data={"_csrf": token(client)}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "https://www.example.com", "X-Forwarded-Host": "www.example.com"}, 200),
        ({"Origin": "https://evil.example", "X-Forwarded-Host": "www.example.com"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
    ],
)
def test_what_comes_from_another_site_is_refused_even_with_the_right_token(
    headers: dict[str, str], status: int
) -> None:
    client = site().test_client()

    assert client.post("/save", data={"_csrf": token(client)}, headers=headers).status_code == status


def test_an_api_answers_without_any_of_it() -> None:
    """No other site can send its content type unasked, and it doesn't know who asks by a cookie."""
    client = app_over(MemoryStore()).test_client()

    made = client.post("/api/v1/items", json={"name": "from a program"}, headers={"Sec-Fetch-Site": "cross-site"})
    as_form = client.post("/api/v1/items", data={"name": "from a form"})
    as_text = client.post("/api/v1/items", data='{"name": "from a form"}', content_type="text/plain")

    assert made.status_code == 201
    assert "Set-Cookie" not in made.headers
    assert (as_form.status_code, as_text.status_code) == (415, 415)
