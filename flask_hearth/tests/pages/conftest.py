"""Visitors of the pages, over a store in memory."""

import pytest
from flask import Flask

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.interface import Record
from flask_hearth.testing.sample import ITEMS
from flask_hearth.tests.api.conftest import app_over
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.pages.events import EVENTS
from flask_hearth.tests.pages.visitor import Visitor

LAMP = {"name": "Lamp", "description": "Bright.\r\nAnd warm.", "quantity": "2"}
"""As typed."""


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def site(memory: MemoryStore) -> Flask:
    return app_over(memory)


@pytest.fixture
def visitor(site: Flask) -> Visitor:
    return visitor_of(site)


@pytest.fixture
def events(memory: MemoryStore) -> Visitor:
    """Of a collection with every kind of field."""
    return visitor_of(app_over(memory, declarations=(EVENTS,)))


def visitor_of(site: Flask) -> Visitor:
    # As a browser that speaks to the site by TLS, or it would not send the cookie back.
    site.config["PREFERRED_URL_SCHEME"] = "https"
    client = site.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    return Visitor(client)


def all_of(memory: MemoryStore, declaration: Declaration) -> list[Record]:
    return list(memory.page(declaration, limit=1000).records)


def lamp(memory: MemoryStore) -> Record:
    return memory.create(ITEMS, "lamp", {"name": "Lamp", "description": "Bright.", "quantity": 2})


def changed(memory: MemoryStore, **fields: object) -> Record:
    """As by somebody else."""
    now = memory.get(ITEMS, "lamp")
    return memory.replace(ITEMS, "lamp", {**now.fields, **fields}, expected=None)
