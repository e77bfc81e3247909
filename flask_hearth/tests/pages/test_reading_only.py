"""Who may not write sees no forms, and is shown the way to sign in where there is one."""

import pytest
from flask import Flask

from flask_hearth import identity
from flask_hearth.testing.sample import ITEMS
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.pages.conftest import LAMP, all_of, lamp
from flask_hearth.tests.pages.visitor import Visitor, again


@pytest.mark.parametrize(
    ("sign_in", "link"), [(None, None), ("/sign-in", "/sign-in?next=%2Fitems")], ids=["nowhere", "somewhere"]
)
def test_who_may_not_write_is_refused_but_loses_nothing(
    site: Flask, visitor: Visitor, memory: MemoryStore, sign_in: str | None, link: str | None
) -> None:
    form = visitor.form("/items/new")
    site.config.update({identity.CHECKED: True, identity.SIGN_IN: sign_in})

    same, page = again(visitor.send(form, **LAMP), 403)

    assert same.shown == LAMP
    assert page.links.get("Sign in in another tab") == link
    assert all_of(memory, ITEMS) == []


def test_who_may_only_read_sees_no_way_to_change(site: Flask, visitor: Visitor, memory: MemoryStore) -> None:
    lamp(memory)
    site.config.update({identity.CHECKED: True, identity.SIGN_IN: "/sign-in"})

    listed, shown = visitor.read("/items"), visitor.read("/items/lamp")

    assert (listed.form, shown.form) == (None, None)
    assert set(listed.links) == {"Front page", "Items", "Lamp", "Sign in to change"}
    assert shown.links["Sign in to change"] == "/sign-in?next=%2Fitems%2Flamp"


@pytest.mark.parametrize("path", ["/items/new", "/items/lamp/edit", "/items/lamp/remove"])
def test_a_form_that_one_may_not_send_leads_to_where_one_may(
    site: Flask, visitor: Visitor, memory: MemoryStore, path: str
) -> None:
    lamp(memory)
    site.config[identity.CHECKED] = True
    refused = visitor.client.get(path)
    site.config[identity.SIGN_IN] = "/sign-in"
    led = visitor.client.get(path)

    assert refused.status_code == 403
    assert (led.status_code, led.headers["Location"]) == (303, f"/sign-in?next={path.replace('/', '%2F')}")


def test_who_signed_in_may_write(site: Flask, visitor: Visitor) -> None:
    site.config[identity.CHECKED] = True
    site.config[identity.SIGN_IN] = "/sign-in"
    site.before_request(lambda: identity.sign_in(identity.User(id="ann", email="ann@example.com")))

    assert "Added Lamp." in visitor.follow(visitor.send(visitor.form("/items/new"), **LAMP)).text
    assert visitor.read("/items").links["ann@example.com"] == "/sign-in?next=%2Fitems"
