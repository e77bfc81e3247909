"""The app over each store, with a second collection that only the tests declare."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from app import create_app
from app.settings import Settings
from app.stores.interface import Store
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.service.api.memory_store import MemoryStore
from tests.service.api.samples import ITEM, SAMPLES, Sample

GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"
DECLARATIONS = tuple(sample.of for sample in SAMPLES)


def app_over(store: Store) -> Flask:
    return create_app(Settings.from_env({"SECRET_KEY": GOOD_KEY}), store=store, declarations=DECLARATIONS)


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


@pytest.fixture(params=["memory"])
def store(request: pytest.FixtureRequest) -> Store:
    """Each store that needs no server of its own."""
    return MemoryStore()


@pytest.fixture(params=SAMPLES, ids=[sample.of.name for sample in SAMPLES])
def sample(request: pytest.FixtureRequest) -> Sample:
    found: Sample = request.param
    return found


@dataclass(frozen=True)
class Api:
    """A client of the app for one collection."""

    client: FlaskClient
    sample: Sample

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


def problem(answer: TestResponse, status: int) -> dict[str, Any]:
    """The problem details of an error, which every error has to have."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Cache-Control"] == "private, no-store"
    found: dict[str, Any] = answer.get_json(force=True)
    assert found["status"] == status
    assert found["type"] == "about:blank"
    assert found["detail"]
    return found
