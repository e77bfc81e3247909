"""Every page in a real browser: nothing refused, nothing complained of, and usable by everybody (axe-core)."""

import pytest
from playwright.sync_api import BrowserContext, expect

from flask_hearth.testing.browser import Visit


@pytest.mark.parametrize("path", ["/", "/items", "/items/new", "/api/docs"])
def test_a_page_is_as_it_should_be(visit: Visit, path: str) -> None:
    assert visit.go(path).status == 200

    visit.check()


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/items/gone", 404), ("/items?after=x", 422), ("/broken", 500)]
)
def test_so_is_the_page_of_an_error(visit: Visit, path: str, status: int) -> None:
    assert visit.go(path).status == status

    visit.check()
    visit.follow("To the front page")
    assert visit.page.url == f"{visit.site}/"


def test_a_stranger_reads_and_is_led_to_the_sign_in(guarded_site: str, context: BrowserContext) -> None:
    visit = Visit(context.new_page(), guarded_site)
    visit.go("/items")
    visit.check()

    visit.follow("Sign in to change")

    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(visit.page.get_by_role("button", name="Sign in", exact=True)).to_be_enabled()
    visit.check()
