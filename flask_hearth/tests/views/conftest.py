"""An app with a view over each store, in memory too, on databases without objects."""

from collections.abc import Iterator

import pytest
from flask import Flask

from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.databases import KINDS, Databases
from flask_hearth.tests.views.world import CITY_GUIDES, DECLARATIONS, KEPT, app_over
from flask_hearth.views.stored import declarations


@pytest.fixture(params=["memory", *KINDS])
def app(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Flask]:
    """At work, so that objects and views can be asked for."""
    store = MemoryStore() if request.param == "memory" else databases.open(request.param, DECLARATIONS)
    app = app_over(store, CITY_GUIDES)
    with app.app_context():
        yield app


@pytest.fixture(params=["memory", *KINDS])
def kept(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Flask]:
    """At work, with a view that is computed and one with documents in the same store."""
    held = (*DECLARATIONS, *declarations([KEPT]))
    store = MemoryStore() if request.param == "memory" else databases.open(request.param, held)
    app = app_over(store, CITY_GUIDES, KEPT)
    with app.app_context():
        yield app
