"""What is not taken: forms of other sessions and sites, other content, and what a store can't take just now."""

import pytest
from flask import Flask, request

from flask_hearth.errors import Problem
from flask_hearth.stores.interface import UnavailableError
from flask_hearth.testing.sample import ITEMS
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.pages.conftest import LAMP, all_of, lamp
from flask_hearth.tests.pages.visitor import Visitor, again


def test_a_form_of_another_session_is_shown_again_and_then_taken(visitor: Visitor, memory: MemoryStore) -> None:
    form, page = again(visitor.send(visitor.form("/items/new"), **LAMP, _csrf="none"), 403)

    assert "another session" in page.text
    assert form.shown == LAMP
    assert all_of(memory, ITEMS) == []
    visitor.follow(visitor.send(form))
    assert len(all_of(memory, ITEMS)) == 1


def test_a_form_without_a_session_says_so(visitor: Visitor) -> None:
    form = visitor.form("/items/new")
    visitor.client.delete_cookie("__session", domain="localhost")

    _, page = again(visitor.send(form, **LAMP), 403)

    assert "cookies are blocked" in page.text


def test_a_removal_of_another_session_is_asked_again(visitor: Visitor, memory: MemoryStore) -> None:
    lamp(memory)

    form, _ = again(visitor.send(visitor.form("/items/lamp/remove"), _csrf="none"), 403)

    assert len(all_of(memory, ITEMS)) == 1
    visitor.follow(visitor.send(form))
    assert all_of(memory, ITEMS) == []


def test_what_another_site_sends_is_refused_and_not_repeated(visitor: Visitor, memory: MemoryStore) -> None:
    form = visitor.form("/items/new")

    answer = visitor.client.post(
        form.action, data=form.values | LAMP, headers={"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert "another site" in answer.text
    assert "Lamp" not in answer.text
    assert all_of(memory, ITEMS) == []


@pytest.mark.parametrize("path", ["/items", "/items/lamp/edit", "/items/lamp/remove"])
def test_only_forms_are_taken(visitor: Visitor, memory: MemoryStore, path: str) -> None:
    lamp(memory)

    assert visitor.client.post(path, json=LAMP).status_code == 415
    assert visitor.client.post(path, data="name=x", content_type="text/plain").status_code == 415
    assert memory.get(ITEMS, "lamp").fields["name"] == "Lamp"


def test_more_than_a_form_can_hold_is_too_large(visitor: Visitor) -> None:
    assert visitor.send(visitor.form("/items/new"), description="x" * 2**20).status_code == 413


@pytest.mark.parametrize("fails", ["create", "create done"])
def test_a_store_that_is_away_loses_nothing_and_makes_nothing_twice(
    visitor: Visitor, memory: MemoryStore, fails: str
) -> None:
    form = visitor.form("/items/new")
    memory.fails = lambda call: UnavailableError("away") if call == fails else None
    answer = visitor.send(form, **LAMP)
    same, _ = again(answer, 503)
    memory.fails = lambda _: None

    visitor.follow(visitor.send(same))

    assert answer.headers["Retry-After"] == "5"
    assert same.shown == LAMP
    assert len(all_of(memory, ITEMS)) == 1


@pytest.mark.parametrize("fails", ["replace", "replace done"])
def test_an_edit_that_may_have_been_saved_can_be_sent_again(visitor: Visitor, memory: MemoryStore, fails: str) -> None:
    lamp(memory)
    form = visitor.form("/items/lamp/edit")
    memory.fails = lambda call: UnavailableError("away") if call == fails else None
    same, _ = again(visitor.send(form, quantity="7"), 503)
    memory.fails = lambda _: None

    visitor.follow(visitor.send(same))

    assert memory.get(ITEMS, "lamp").fields["quantity"] == 7


def test_what_stops_a_request_before_its_view_loses_nothing_either(site: Flask, visitor: Visitor) -> None:
    @site.before_request
    def limit() -> None:
        if request.method == "POST":
            raise Problem(429, "Too many changes. Wait a minute.", headers={"Retry-After": "60"})

    form = visitor.form("/items/new")

    answer = visitor.send(form, **LAMP)
    same, page = again(answer, 429)
    too_large = visitor.send(form, description="x" * 2**20)

    assert same.shown == LAMP
    assert "Wait a minute." in page.text
    assert answer.headers["Retry-After"] == "60"
    assert too_large.status_code == 429
