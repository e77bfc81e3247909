"""Editing and removing against the version that was seen: the person decides between two changes."""

import pytest

from flask_hearth.testing.sample import ITEMS
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.pages.conftest import all_of, changed, lamp
from flask_hearth.tests.pages.visitor import Visitor, again


def test_an_edit_is_kept(visitor: Visitor, memory: MemoryStore) -> None:
    lamp(memory)
    form = visitor.form("/items/lamp/edit")
    assert form.shown == {"name": "Lamp", "description": "Bright.", "quantity": "2"}

    page = visitor.follow(visitor.send(form, quantity="3"))

    assert "Saved Lamp." in page.text
    assert memory.get(ITEMS, "lamp").fields["quantity"] == 3


def test_an_edit_sent_twice_is_no_conflict(visitor: Visitor, memory: MemoryStore) -> None:
    lamp(memory)
    form = visitor.form("/items/lamp/edit")

    assert [visitor.send(form, quantity="3").status_code for _ in range(2)] == [303, 303]


def test_a_conflict_shows_both_and_saves_what_is_decided(visitor: Visitor, memory: MemoryStore) -> None:
    lamp(memory)
    form = visitor.form("/items/lamp/edit")
    changed(memory, name="Brass lamp")

    decide, page = again(visitor.send(form, description="Mine"), 409)

    assert decide.shown == {"name": "Lamp", "description": "Mine", "quantity": "2"}
    assert "Name: theirs, as it is now Brass lamp" in page.text
    assert "Description: theirs, as it is now Bright." in page.text
    assert "Quantity: theirs" not in page.text
    assert memory.get(ITEMS, "lamp").fields["name"] == "Brass lamp"
    visitor.follow(visitor.send(decide, name="Brass lamp"))
    assert memory.get(ITEMS, "lamp").fields == {"name": "Brass lamp", "description": "Mine", "quantity": 2}


def test_a_conflict_while_deciding_is_a_conflict_again(visitor: Visitor, memory: MemoryStore) -> None:
    lamp(memory)
    form = visitor.form("/items/lamp/edit")
    changed(memory, name="Brass lamp")
    decide, _ = again(visitor.send(form, description="Mine"), 409)
    changed(memory, quantity=9)

    _, page = again(visitor.send(decide), 409)

    assert "Quantity: theirs, as it is now 9" in page.text


def test_an_edit_of_what_was_removed_can_be_added_again(visitor: Visitor, memory: MemoryStore) -> None:
    lamp(memory)
    form = visitor.form("/items/lamp/edit")
    memory.delete(ITEMS, "lamp", expected=None)

    rescued, page = again(visitor.send(form, description="Mine"), 409)

    assert "removed" in page.text
    assert rescued.action == "/items"
    visitor.follow(visitor.send(rescued))
    assert [record.fields["description"] for record in all_of(memory, ITEMS)] == ["Mine"]


def test_removing_asks_first(visitor: Visitor, memory: MemoryStore) -> None:
    lamp(memory)
    form = visitor.form("/items/lamp/remove")
    assert len(all_of(memory, ITEMS)) == 1

    page = visitor.follow(visitor.send(form))

    assert "Removed the item." in page.text
    assert all_of(memory, ITEMS) == []
    assert "had been removed already" in visitor.follow(visitor.send(form)).text


def test_what_changed_meanwhile_is_not_removed_before_it_was_seen(visitor: Visitor, memory: MemoryStore) -> None:
    lamp(memory)
    form = visitor.form("/items/lamp/remove")
    changed(memory, name="Brass lamp")

    seen, page = again(visitor.send(form), 409)

    assert "Brass lamp" in page.text
    assert len(all_of(memory, ITEMS)) == 1
    visitor.follow(visitor.send(seen))
    assert all_of(memory, ITEMS) == []


@pytest.mark.parametrize("version", ["", "x" * 10_000, "\x00", "ü", "0 or 1=1"])
@pytest.mark.parametrize("what", ["edit", "remove"])
def test_a_version_that_is_none_changes_nothing(visitor: Visitor, memory: MemoryStore, what: str, version: str) -> None:
    lamp(memory)
    form = visitor.form(f"/items/lamp/{what}")

    again(visitor.send(form, name="Other", _version=version), 409)

    assert memory.get(ITEMS, "lamp").fields["name"] == "Lamp"
