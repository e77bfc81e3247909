"""The app over each store, with a second collection that only the tests declare."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from flask_hearth import problems
from flask_hearth.errors import DEFAULT_API_PATH
from flask_hearth.model.declaration import Declaration
from flask_hearth.settings import HearthSettings
from flask_hearth.stores.interface import Store
from flask_hearth.testing.sample import create_app
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.api.samples import ITEM, SAMPLES, Sample
from flask_hearth.tests.databases import KINDS, Databases

GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"
DECLARATIONS = tuple(sample.declaration for sample in SAMPLES)


def app_over(store: Store, *, key: str = GOOD_KEY, declarations: Sequence[Declaration] = DECLARATIONS) -> Flask:
    """The service with a store that is handed in, so that its DATABASE_URL is never followed."""
    settings = HearthSettings.from_env({"SECRET_KEY": key, "DATABASE_URL": "sqlite:///nowhere/at/all"})
    return create_app(settings, store=store, declarations=declarations)


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


@pytest.fixture(scope="session")
def on_database(databases: Databases) -> Callable[[str], Store]:
    """A store of each kind, on a database with the tables of both collections."""

    @cache
    def store(kind: str) -> Store:
        return databases.open(kind, DECLARATIONS, pool_size=8)

    return store


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, on_database: Callable[[str], Store]) -> Store:
    """Each store that needs no server, without objects."""
    return MemoryStore() if request.param == "memory" else emptied(on_database(request.param))


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, on_database: Callable[[str], Store]) -> Store:
    """Each store that keeps its data, without objects."""
    return emptied(on_database(request.param))


def emptied(store: Store) -> Store:
    for declaration in DECLARATIONS:
        while records := store.page(declaration, limit=100).records:
            for record in records:
                store.delete(declaration, record.id, expected=None)
    return store


@pytest.fixture(params=SAMPLES, ids=[sample.declaration.name for sample in SAMPLES])
def sample(request: pytest.FixtureRequest) -> Sample:
    found: Sample = request.param
    return found


@dataclass(frozen=True)
class Api:
    """A client of the app for one collection."""

    client: FlaskClient
    sample: Sample
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    """An Idempotency-Key that no other test uses."""

    def make(self, **fields: Any) -> str:
        """Path of a new object."""
        made = self.client.post(self.sample.path, json={**self.sample.least, **fields})
        assert made.status_code == 201, made.text
        return made.headers["Location"]


@pytest.fixture
def api(store: Store, sample: Sample) -> Api:
    return Api(app_over(store).test_client(), sample)


@pytest.fixture
def items(store: Store) -> Api:
    return Api(app_over(store).test_client(), ITEM)


@pytest.fixture
def over(memory: MemoryStore) -> Callable[[Sample], Api]:
    """A client for one collection, over the store that `memory` is, for tests that look into the store."""
    return lambda sample: Api(app_over(memory).test_client(), sample)


def problem(answer: Response, status: int) -> dict[str, Any]:
    """The problem details of an error, which every error has to have."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Cache-Control"] == "private, no-store"
    found: dict[str, Any] = answer.get_json(force=True)
    assert found["status"] == status
    kinds = {kind.type(DEFAULT_API_PATH): (kind.status, kind.title) for kind in problems.KINDS.values()}
    assert kinds.get(found["type"], (status, found["title"])) == (status, found["title"])
    assert found["type"] in {*kinds, problems.BLANK}
    assert found["detail"]
    return found
