"""Somebody adds, edits and removes an item; somebody else is at it, too."""

import re
import uuid

import pytest
from playwright.sync_api import BrowserContext, expect

from flask_hearth.testing.browser import Visit


@pytest.fixture
def name() -> str:
    """Of an item that no other test made."""
    return f"Lamp {uuid.uuid4().hex[:8]}"


def add(visit: Visit, name: str) -> str:
    """The new item's address."""
    visit.go("/items/new")
    visit.page.get_by_label("Name").fill(name)
    visit.follow("Add item", "button")
    expect(visit.page.get_by_role("status")).to_have_text(f"Added {name}.")
    return visit.page.url


def test_the_whole_way_from_the_front_page_to_a_removed_item(visit: Visit, name: str) -> None:
    visit.go("/")
    visit.follow("Items")
    visit.follow("Add item")
    visit.page.get_by_label("Name").fill(name)
    visit.page.get_by_label("Description").fill("Bright.\nAnd warm.")
    visit.page.get_by_label("Quantity").fill("2")
    visit.follow("Add item", "button")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(name)
    visit.check()

    visit.follow("Edit item")
    expect(visit.page.get_by_label("Description")).to_have_value("Bright.\nAnd warm.")
    visit.check()
    visit.page.get_by_label("Quantity").fill("3")
    visit.follow("Save", "button")
    expect(visit.page.get_by_role("status")).to_have_text(f"Saved {name}.")

    visit.follow("Items")
    visit.check()
    visit.go(visit.page.url.removeprefix(visit.site))
    visit.follow(name)
    visit.follow("Remove item")
    visit.check()
    visit.follow("Remove item", "button")
    expect(visit.page.get_by_role("status")).to_have_text("Removed the item.")
    visit.check()


def test_a_fault_is_shown_and_led_to(visit: Visit, name: str) -> None:
    visit.go("/items/new")
    visit.page.get_by_label("Name").fill("x" * 201)
    visit.page.get_by_label("Description").fill("Kept")
    visit.follow("Add item", "button")

    notice = visit.page.get_by_role("region", name="Not saved yet")
    expect(notice).to_be_focused()
    visit.check()
    notice.get_by_role("link", name="Name").click()
    expect(visit.page.get_by_label("Name")).to_be_focused()
    expect(visit.page.get_by_label("Description")).to_have_value("Kept")
    visit.page.get_by_label("Name").fill(name)
    visit.follow("Add item", "button")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(name)


def test_of_two_who_edit_the_second_decides(visit: Visit, context: BrowserContext, name: str) -> None:
    item = add(visit, name)
    visit.follow("Edit item")
    other = Visit(context.new_page(), visit.site)
    other.page.goto(f"{item}/edit")
    other.page.get_by_label("Name").fill(f"{name} of brass")
    other.follow("Save", "button")
    expect(other.page.get_by_role("heading", level=1)).to_have_text(f"{name} of brass")

    visit.page.get_by_label("Description").fill("Mine")
    visit.follow("Save", "button")
    expect(visit.page.get_by_text("Name: theirs, as it is now")).to_be_visible()
    expect(visit.page.get_by_text(f"{name} of brass")).to_be_visible()
    visit.check()
    visit.follow("Save yours", "button")

    expect(visit.page.get_by_role("heading", level=1)).to_have_text(name)
    expect(visit.page.get_by_text("Mine")).to_be_visible()
    assert other.complaints == []


def test_everything_works_by_keyboard_alone(visit: Visit, name: str) -> None:
    visit.go("/items/new")
    visit.page.keyboard.press("Tab")
    for _ in range(2):
        visit.page.keyboard.press("Tab")
    expect(visit.page.get_by_role("link", name="Add item")).to_be_focused()
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.type(name)
    visit.page.keyboard.press("Enter")

    expect(visit.page).to_have_url(re.compile(r"/items/[0-9a-f-]{36}$"))


def test_nothing_needs_a_script(visit: Visit, name: str) -> None:
    context = visit.page.context.browser
    assert context
    plain = context.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"{visit.site}/items/new")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add item").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    plain.close()
