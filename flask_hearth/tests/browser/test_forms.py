"""A form with every kind of field, in a browser that checks what it can by itself."""

from playwright.sync_api import expect

from flask_hearth.testing.browser import Visit
from flask_hearth.tests.pages.events import FULL, TYPED


def fill(visit: Visit, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        control = visit.page.locator(f'[name="{name}"]')
        if name == "state":
            control.select_option(text)
        else:
            control.fill(text)


def test_with_what_has_to_be_entered_it_is_saved(visit: Visit) -> None:
    visit.go("/events/new")
    visit.check()
    fill(visit, TYPED)
    visit.follow("Add event", "button")

    expect(visit.page.get_by_role("status")).to_have_text("Added Concert.")
    visit.check()


def test_all_faults_are_shown_and_each_is_led_to(visit: Visit) -> None:
    visit.go("/events/new")
    fill(visit, TYPED | {"price": "0.10", "tags": 21 * "x", "contact.address.street": "Weg 2", "tickets": "[1"})
    visit.follow("Add event", "button")

    notice = visit.page.get_by_role("region", name="Not saved yet")
    expect(notice).to_be_focused()
    expect(notice.get_by_role("link")).to_have_text(["Tags", "Contact: Name", "Contact: Address: Postcode", "Tickets"])
    visit.check()
    notice.get_by_role("link", name="Contact: Address: Postcode").click()
    expect(visit.page.locator('[name="contact.address.postcode"]')).to_be_focused()
    expect(visit.page.locator('[name="price"]')).to_have_value("0.10")
    expect(visit.page.locator('[name="tickets"]')).to_have_value("[1")


def test_opening_it_and_saving_it_changes_nothing(visit: Visit) -> None:
    """Whatever a browser makes of the texts in its controls, and whatever it finds wrong with them."""
    made = visit.page.request.post(f"{visit.site}/api/v1/events", data=FULL)
    address = made.headers["location"]
    visit.go(f"{address.removeprefix('/api/v1')}/edit")
    visit.check()

    visit.follow("Save", "button")

    expect(visit.page.get_by_role("status")).to_have_text("Saved Concert.")
    saved = visit.page.request.get(f"{visit.site}{address}").json()
    assert {name: saved[name] for name in FULL} == FULL
