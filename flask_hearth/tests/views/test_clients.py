"""What a page of the app hands to Firebase's web SDK, and where it may connect."""

from typing import Any

import pytest
from flask import Flask, jsonify

from flask_hearth.headers import CSP, SECURITY
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.views.world import KEPT, app_over
from flask_hearth.views.clients import web_configuration

KEY = "AIzaSy" + 33 * "x"
USERS = {"HEARTH_AUTH": "firebase", "HEARTH_GOOGLE_CLOUD_PROJECT": "demo-hearth", "HEARTH_FIREBASE_WEB_KEY": KEY}
FIRESTORE = {"HEARTH_DATABASE_URL": "firestore://demo-hearth"}
GOOGLE = "https://identitytoolkit.googleapis.com https://securetoken.googleapis.com https://firestore.googleapis.com"


def app_with(config: dict[str, Any]) -> Flask:
    app = app_over(MemoryStore(), KEPT, config=config)
    app.add_url_rule("/live", "live", lambda: jsonify(web_configuration()))
    app.add_url_rule("/other", "other", lambda: "")
    return app


@pytest.mark.parametrize(
    ("config", "emulator", "configuration", "origins"),
    [
        (FIRESTORE, None, ("(default)", None, None), GOOGLE),
        (
            {
                "HEARTH_DATABASE_URL": "sqlite:///tmp/none.sqlite3",
                "HEARTH_VIEWS_DATABASE_URL": "firestore://demo-hearth/guides",
            },
            None,
            ("guides", None, None),
            GOOGLE,
        ),
        (
            FIRESTORE | {"HEARTH_IDENTITY_ORIGIN": "http://127.0.0.1:4000"},
            "127.0.0.1:8081",
            ("(default)", "http://127.0.0.1:4000", "127.0.0.1:8081"),
            "http://127.0.0.1:4000 http://127.0.0.1:8081",
        ),
    ],
)
def test_the_page_alone_may_connect_to_what_its_configuration_names(
    monkeypatch: pytest.MonkeyPatch,
    config: dict[str, Any],
    emulator: str | None,
    configuration: tuple[str | None, ...],
    origins: str,
) -> None:
    monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
    if emulator:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", emulator)
    client = app_with(USERS | config).test_client()

    page = client.get("/live")

    assert page.json == {
        "app": {"apiKey": KEY, "projectId": "demo-hearth"},
        **dict(zip(("database", "authEmulator", "firestoreEmulator"), configuration, strict=True)),
    }
    assert page.headers[CSP] == SECURITY[CSP].replace("connect-src 'self'", f"connect-src 'self' {origins}")
    assert client.get("/other").headers[CSP] == SECURITY[CSP]


@pytest.mark.parametrize(
    ("config", "fault"),
    [
        (FIRESTORE, "no user can sign in"),
        (USERS | {"HEARTH_DATABASE_URL": "sqlite:///tmp/none.sqlite3"}, "not in Firestore"),
        (USERS, "not in Firestore"),
    ],
)
def test_where_no_browser_could_listen_the_page_says_what_is_missing(config: dict[str, Any], fault: str) -> None:
    with app_with(config).test_request_context("/live"), pytest.raises(RuntimeError, match=fault):
        web_configuration()
