"""Somebody makes an account, signs in and out, and changes something meanwhile; the password never comes here."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Request, expect

from flask_hearth.testing.browser import Visit
from flask_hearth.testing.sample import ITEMS
from flask_hearth.tests.browser.conftest import served
from flask_hearth.tests.browser.identity_toolkit import IdentityToolkit

PASSWORD = "difference engine"


@pytest.fixture
def google() -> Iterator[IdentityToolkit]:
    toolkit = IdentityToolkit()
    yield toolkit
    toolkit.close()


@pytest.fixture
def visit(context: BrowserContext, google: IdentityToolkit, tmp_path: Path) -> Iterator[Visit]:
    """At a site that checks its users."""
    firebase = {"AUTH": "firebase", "GOOGLE_CLOUD_PROJECT": "demo-hearth", "FIREBASE_WEB_KEY": "AIzaSy" + 33 * "x"}
    with served(tmp_path, ITEMS, **firebase, HEARTH_IDENTITY_ORIGIN=google.origin) as address:
        yield Visit(context.new_page(), address)


def fill(visit: Visit, password: str = PASSWORD) -> None:
    visit.page.get_by_label("Email address").fill("ada@example.com")
    visit.page.get_by_label("Password", exact=True).fill(password)


def test_the_whole_way_from_a_stranger_to_an_item_and_out_again(visit: Visit) -> None:
    sent: list[Request] = []
    # Playwright asks a listener for attributes that a built-in method has not.
    visit.page.on("request", lambda request: sent.append(request))  # noqa: PLW0108
    visit.go("/items")
    visit.follow("Sign in to change")
    visit.check()
    fill(visit)
    visit.press("Make an account")
    visit.page.wait_for_url(f"{visit.site}/items")
    visit.follow("Add item")
    visit.page.get_by_label("Name").fill("Lamp")
    visit.follow("Add item", "button")
    expect(visit.page.get_by_role("status")).to_have_text("Added Lamp.")

    visit.follow("ada@example.com")
    visit.check()
    visit.follow("Sign out", "button")
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
    with visit.page.expect_request("**/accounts:sendOobCode*") as mailed:
        visit.press("Forgot the password?")
    expect(visit.page.get_by_role("status")).to_contain_text("on its way")
    asked = json.loads(mailed.value.post_data or "{}")
    assert asked["continueUrl"] == f"{visit.site}/sign-in", "from Google's page, people come back"
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
