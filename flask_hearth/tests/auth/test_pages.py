"""Signing in and out on the page: what begins a session, what ends it, and where it leads."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_hearth import headers, identity
from flask_hearth.auth import session
from flask_hearth.auth.destination import safe_destination
from flask_hearth.tests.auth.conftest import WEB_KEY
from flask_hearth.tests.auth.token_issuer import KeyServer, SigningKey, claims, claims_at


@pytest.fixture
def visible(app: Flask) -> FlaskClient:
    """A client of the app with a page that tells who is asking."""
    app.add_url_rule("/who", "who", lambda: str(getattr(identity.current(), "id", "nobody")))
    app.add_url_rule("/plain", "plain", lambda: "the same for everybody")
    return app.test_client()


def token(client: FlaskClient) -> str:
    found = re.search(r'name="_csrf" value="([^"]+)"', client.get("/sign-in").text)
    assert found
    return found[1]


def sign_in(client: FlaskClient, id_token: str, **more: str) -> TestResponse:
    return client.post("/sign-in", data={"_csrf": token(client), "id_token": id_token, **more})


def who(client: FlaskClient) -> str:
    return client.get("/who").text


def put(client: FlaskClient, **kept: Any) -> None:
    with client.session_transaction() as stored:
        stored["user"] = {"sub": "ada", "email": None, "verified": False, "at": int(time.time())} | kept


@pytest.mark.parametrize("api", [True, False], ids=["token", "session"])
def test_a_user_has_the_custom_claims_and_no_others(
    visible: FlaskClient,
    signing_key: SigningKey,
    api: bool,  # noqa: FBT001 - a table's column
) -> None:
    custom = {"admin": True, "roles": ["editor"]}
    signed = signing_key.sign(claims(**custom, name="Ada", picture="https://example.com/ada"))
    assert sign_in(visible, signed).status_code == 303
    path = "/api/v1/claims" if api else "/claims"
    sent = {"Authorization": f"Bearer {signed}"} if api else {}
    cookie = visible.get_cookie("__session")
    assert cookie is not None

    with visible.application.test_request_context(path, headers={**sent, "Cookie": f"__session={cookie.value}"}):
        user = identity.current()
        assert user is not None
        assert user.claims == custom


def test_a_fresh_token_begins_a_session(visible: FlaskClient, signing_key: SigningKey) -> None:
    answer = sign_in(visible, signing_key.sign(claims()), next="/items?page=2")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/items?page=2")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert who(visible) == "ada-1815"
    page = visible.get("/sign-in")
    assert "signed in as <bdi>ada@example.com</bdi>" in page.text
    assert page.headers["Cache-Control"] == "private, no-store"


def test_an_anonymous_sign_in_begins_none(visible: FlaskClient, signing_key: SigningKey) -> None:
    answer = sign_in(visible, signing_key.sign(claims(firebase={"sign_in_provider": "anonymous"})))

    assert answer.status_code == 403
    assert "may only read" in answer.text
    assert who(visible) == "nobody"


@pytest.mark.parametrize(
    ("offsets", "reason"),
    [({"auth_time": -301}, "took too long"), ({"exp": -60}, "expired"), ({"iat": 600}, "from the future")],
)
def test_an_old_or_bad_token_begins_none(
    visible: FlaskClient, signing_key: SigningKey, offsets: dict[str, int], reason: str
) -> None:
    answer = sign_in(visible, signing_key.sign(claims_at(**offsets)))

    assert answer.status_code == 400
    assert reason in answer.text
    assert who(visible) == "nobody"


def test_without_a_token_there_is_no_session(visible: FlaskClient) -> None:
    assert visible.post("/sign-in", data={"_csrf": token(visible)}).status_code == 400
    assert who(visible) == "nobody"


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
def test_another_site_can_sign_nobody_in_or_out(visible: FlaskClient, signing_key: SigningKey, path: str) -> None:
    """Signed in as somebody else, a visitor would hand that one what they write."""
    put(visible)
    fields = {"id_token": signing_key.sign(claims(sub="eve"))}

    assert visible.post(path, data=fields).status_code == 403
    assert visible.post(path, data={**fields, "_csrf": "made-up"}).status_code == 403
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert visible.post(path, data={**fields, "_csrf": token(visible)}, headers=elsewhere).status_code == 403
    assert who(visible) == "ada"


def test_signing_in_leaves_nothing_of_the_session_before(visible: FlaskClient, signing_key: SigningKey) -> None:
    """Else somebody who planted a session could go on in it, with its token for forms."""
    planted = token(visible)
    with visible.session_transaction() as stored:
        stored["planted"] = True
    sign_in(visible, signing_key.sign(claims()))

    with visible.session_transaction() as stored:
        assert set(stored) == {"_permanent", "csrf", "user"}
    assert visible.post("/sign-out", data={"_csrf": planted}).status_code == 403
    assert who(visible) == "ada-1815"


def test_signing_out_ends_the_session(visible: FlaskClient) -> None:
    put(visible)
    form = token(visible)
    answer = visible.post("/sign-out", data={"_csrf": form, "next": "/items"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/items")
    assert who(visible) == "nobody"
    assert visible.post("/sign-out", data={"_csrf": form}).status_code == 403


def test_a_link_can_sign_nobody_out(visible: FlaskClient) -> None:
    put(visible)

    assert visible.get("/sign-out").status_code == 405
    assert who(visible) == "ada"


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ({}, "ada"),
        ({"at": "yesterday"}, "nobody"),
        ({"sub": ""}, "nobody"),
        ({"sub": 1}, "nobody"),
        ({"email": 1}, "nobody"),
    ],
)
def test_a_session_in_another_form_is_nobodys(visible: FlaskClient, kept: dict[str, Any], expected: str) -> None:
    put(visible, **kept)

    assert who(visible) == expected


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (session.LIFETIME - timedelta(minutes=1), "ada"),
        (session.LIFETIME + timedelta(minutes=1), "nobody"),
        (timedelta(hours=-1), "nobody"),
    ],
)
def test_a_session_ends_when_its_time_is_over(visible: FlaskClient, age: timedelta, expected: str) -> None:
    put(visible, at=int(time.time() - age.total_seconds()))

    assert who(visible) == expected


def test_the_cookie_ends_with_the_session_and_is_not_set_again(visible: FlaskClient, signing_key: SigningKey) -> None:
    answer = sign_in(visible, signing_key.sign(claims()))

    assert visible.application.permanent_session_lifetime == session.LIFETIME
    assert "Expires=" in answer.headers["Set-Cookie"]
    for path in ("/", "/plain", "/who"):
        assert "Set-Cookie" not in visible.get(path).headers
    # The edge keeps a page for everybody: it must be made without a look at who asks.
    assert "Cookie" not in visible.get("/").headers.get("Vary", "")
    assert "Cookie" in visible.get("/who").headers["Vary"]


def test_the_api_does_not_look_at_the_session(visible: FlaskClient) -> None:
    """So another site's page can do nothing there with a visitor's cookie."""
    put(visible)

    assert visible.post("/api/v1/items", json={"name": "Tea"}).status_code == 401


@pytest.mark.parametrize("wanted", ["/", "/items", "/items/4?a=b&c=%2F#there", "/a//b", "/items?next=https://x"])
def test_a_path_of_ours_is_where_it_leads(wanted: str) -> None:
    assert safe_destination(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        "",
        "items",
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example/",
        "/\n//evil.example/",
        "\t//evil.example",
        " /items",
        "/items\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "/é",
        "/" + "x" * 2000,
    ],
)
def test_no_other_site_is_where_it_leads(visible: FlaskClient, wanted: str | None) -> None:
    assert safe_destination(wanted) == "/"
    put(visible)
    fields = {"_csrf": token(visible)} | ({} if wanted is None else {"next": wanted})
    assert visible.post("/sign-out", data=fields).headers["Location"] == "/"


def test_the_page_hands_on_where_to_go(visible: FlaskClient) -> None:
    assert 'name="next" value="/items"' in visible.get("/sign-in?next=/items").text
    assert 'name="next" value="/"' in visible.get("/sign-in?next=//evil.example").text


def test_the_sign_in_page_alone_may_connect_to_google(visible: FlaskClient, issuer: KeyServer) -> None:
    """As one whole value: any loosening is visible in the diff of this file."""
    page = visible.get("/sign-in")

    assert page.headers[headers.CSP] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        f"connect-src 'self' {issuer.origin}; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert visible.get("/").headers[headers.CSP] == headers.SECURITY[headers.CSP]
    assert f'data-url="{issuer.origin}/identitytoolkit/v1"' in page.text
    assert f'data-key="{WEB_KEY}"' in page.text


def test_the_page_names_no_field_that_would_carry_the_password_here(visible: FlaskClient) -> None:
    page = visible.get("/sign-in").text

    assert set(re.findall(r'<(?:input|button)[^>]* name="([^"]+)"', page)) == {"_csrf", "next", "id_token"}
    assert re.findall(r"<button(?![^>]* disabled)[^>]*>", page) == []
