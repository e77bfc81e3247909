"""Somebody makes an account, signs in and out, and changes something meanwhile; the password never comes here."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from app import create_app
from app.domain import DECLARATIONS
from app.settings import Settings
from app.stores.sql.migrating import Migrations
from app.stores.urls import Sqlite
from playwright.sync_api import BrowserContext, Request, expect
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.serving import make_server

from tests.browser.conftest import STATIC, Visit
from tests.browser.identity_toolkit import IdentityToolkit

PASSWORD = "difference engine"


@pytest.fixture
def google() -> Iterator[IdentityToolkit]:
    toolkit = IdentityToolkit()
    yield toolkit
    toolkit.close()


@pytest.fixture
def visit(context: BrowserContext, google: IdentityToolkit, tmp_path: Path) -> Iterator[Visit]:
    """At a site that checks its users."""
    database = Sqlite(path=tmp_path / "app.sqlite3")
    Migrations(DECLARATIONS).upgrade(database)
    app = create_app(
        Settings.from_env(
            {
                "APP_ENV": "development",
                "DATABASE_URL": f"sqlite://{database.path}",
                "GOOGLE_CLOUD_PROJECT": "demo-hearth",
                "AUTH": "firebase",
                "FIREBASE_WEB_KEY": "AIzaSyD-made-up-for-tests-0123456789abc",
                "HEARTH_IDENTITY_ORIGIN": google.origin,
            }
        )
    )
    app.debug = False
    server = make_server("127.0.0.1", 0, SharedDataMiddleware(app, {"/": str(STATIC)}), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Visit(context.new_page(), f"http://localhost:{server.port}")
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["store"].close()


def fill(visit: Visit, password: str = PASSWORD) -> None:
    visit.page.get_by_label("Email address").fill("ada@example.com")
    visit.page.get_by_label("Password", exact=True).fill(password)


def test_the_whole_way_from_a_stranger_to_an_item_and_out_again(visit: Visit) -> None:
    sent: list[Request] = []
    # Playwright asks a listener for attributes that a built-in method has not.
    visit.page.on("request", lambda request: sent.append(request))  # noqa: PLW0108
    visit.go("/items")
    visit.press("Sign in to change", "link")
    visit.check()
    fill(visit)
    visit.press("Make an account")
    visit.page.wait_for_url(f"{visit.site}/items")
    visit.press("Add item", "link")
    visit.page.get_by_label("Name").fill("Lamp")
    visit.press("Add item")
    expect(visit.page.get_by_role("status")).to_have_text("Added Lamp.")

    visit.press("ada@example.com", "link")
    visit.check()
    visit.press("Sign out")
    expect(visit.page.get_by_role("link", name="Add item")).to_have_count(0)
    visit.go("/sign-in?next=/items")
    fill(visit)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url(f"{visit.site}/items")
    assert visit.complaints == []
    ours = [each for each in sent if each.url.startswith(visit.site)]
    assert any(each.method == "POST" for each in ours)
    assert not [each.url for each in ours if "engine" in f"{each.url} {each.post_data}"]


def test_what_google_refuses_is_told_in_words_and_nobody_is_signed_in(visit: Visit) -> None:
    visit.go("/sign-in?next=/items")
    fill(visit)
    visit.press("Sign in")
    expect(visit.page.get_by_role("alert")).to_contain_text("match an account")
    visit.check()
    fill(visit, "short")
    visit.press("Make an account")
    expect(visit.page.get_by_role("alert")).to_contain_text("too short")
    visit.press("Forgot the password?")
    expect(visit.page.get_by_role("status")).to_contain_text("on its way")
    assert "/sign-in" in visit.page.url


def test_while_google_is_away_the_form_can_be_sent_again(visit: Visit, google: IdentityToolkit) -> None:
    visit.go("/sign-in?next=/items")
    google.away = True
    fill(visit)
    visit.press("Make an account")
    expect(visit.page.get_by_role("alert")).to_have_text("Google could not be reached. Try again.")
    visit.complaints.clear()
    google.away = False
    visit.press("Make an account")
    visit.page.wait_for_url(f"{visit.site}/items")
