"""The console in a real browser: everybody can use it, it follows what happens, and nothing of others runs in it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from flask_hearth.testing import browser as real
from flask_hearth.testing.browser import Visit
from hearth.localcloud import console
from hearth.tests.localcloud.console import deployed
from hearth.tests.localcloud.running import LocalCloud


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with real.open_browser() as browser:
        if browser is None:
            pytest.skip(real.MISSING)
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """In a new profile."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def visit(page: Page, local: LocalCloud) -> Visit:
    return Visit(page, local.origin)


def test_all_can_use_the_console_and_nothing_of_others_runs_in_it(visit: Visit, local: LocalCloud) -> None:
    local.in_loop(deployed.put_all)

    visit.go("/")

    expect(visit.page.locator("#requests")).to_contain_text(r"\u202ederised")
    visit.check()
    assert visit.page.locator("script").count() == 1
    assert visit.page.locator("img").count() == 0


def test_all_can_use_an_empty_console(visit: Visit) -> None:
    visit.go("/")
    visit.check()


def test_all_can_use_the_page_for_an_address_without_anything(visit: Visit) -> None:
    assert visit.go("/nothing").status == 404
    visit.check()

    visit.follow("To the console")

    expect(visit.page.get_by_role("heading", name="Local cloud")).to_be_visible()


def test_an_open_console_follows_what_happens(visit: Visit, local: LocalCloud) -> None:
    visit.go("/")
    local.in_loop(deployed.put_all)
    expect(visit.page.get_by_role("heading", name="Service web")).to_be_visible()

    local.in_loop(lambda cloud: deployed.write(cloud, "services/web.log", f"web-1 | one more {deployed.HOSTILE}"))

    expect(visit.page.locator(".log").first).to_contain_text("one more </li></section><script>alert(1)</script>")
    visit.check()


def test_what_has_not_changed_keeps_focus_and_what_has_gets_it_back(visit: Visit, local: LocalCloud) -> None:
    local.in_loop(deployed.put_service)
    visit.go("/")
    link = visit.page.get_by_role("link", name="http://localhost:8080")
    link.focus()

    local.in_loop(lambda cloud: cloud.store.put(f"run/{deployed.JOB}", {"name": deployed.JOB}))
    expect(visit.page.get_by_role("heading", name="Job migrate")).to_be_visible()
    link.focus()
    state = {"name": deployed.SERVICE, "uri": "http://localhost:8080"}
    local.in_loop(lambda cloud: cloud.store.put(f"run/{deployed.SERVICE}", state))

    expect(visit.page.locator("#addresses")).to_contain_text("starting")
    expect(link).to_be_focused()


def test_what_is_selected_stays_as_long_as_it_is_selected(visit: Visit, local: LocalCloud) -> None:
    local.in_loop(deployed.put_all)
    visit.go("/")
    log = visit.page.locator(".log").first
    log.evaluate("log => getSelection().selectAllChildren(log)")
    local.in_loop(lambda cloud: deployed.write(cloud, "services/web.log", "web-1 | later"))
    local.in_loop(lambda cloud: deployed.write(cloud, "jobs/migrate.log", "migrate-1 | later"))

    # Looked at in the same moment as the other log.
    expect(visit.page.locator(".log").last).to_contain_text("later")
    expect(log).not_to_contain_text("later")

    visit.page.evaluate("getSelection().removeAllRanges()")
    expect(log).to_contain_text("later")


def test_a_local_cloud_that_does_not_answer_is_told_of_until_it_does(page: Page, local: LocalCloud) -> None:
    page.goto(local.origin)

    page.route(f"**{console.LIVE}", lambda route: route.abort())
    expect(page.get_by_role("status")).to_contain_text("does not answer")
    assert page.get_by_role("heading", name="Addresses").is_visible()

    page.unroute(f"**{console.LIVE}")
    expect(page.get_by_role("status")).to_be_empty()
