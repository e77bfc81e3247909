"""The app with AUTH=firebase, beside an issuer of tokens."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_hearth.settings import HearthSettings
from flask_hearth.testing.sample import create_app
from flask_hearth.tests.api.conftest import DECLARATIONS
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.auth.token_issuer import PROJECT, KeyServer, SigningKey

GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"
WEB_KEY = "AIzaSyD-made-up-for-tests-0123456789abc"


@pytest.fixture(scope="session")
def signing_key() -> SigningKey:
    return SigningKey("first")


@pytest.fixture(scope="session")
def other_key() -> SigningKey:
    return SigningKey("second")


@pytest.fixture
def issuer(signing_key: SigningKey) -> Iterator[KeyServer]:
    server = KeyServer(signing_key)
    yield server
    server.close()


@pytest.fixture
def app(issuer: KeyServer) -> Flask:
    return create_app(
        HearthSettings.from_env(
            {
                "APP_ENV": "development",
                "SECRET_KEY": GOOD_KEY,
                "GOOGLE_CLOUD_PROJECT": PROJECT,
                "DATABASE_URL": "sqlite:///nowhere/at/all",
                "AUTH": "firebase",
                "FIREBASE_WEB_KEY": WEB_KEY,
                "HEARTH_IDENTITY_ORIGIN": issuer.origin,
            }
        ),
        store=MemoryStore(),
        declarations=DECLARATIONS,
    )


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
