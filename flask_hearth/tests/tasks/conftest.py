"""An app with tasks, beside an issuer of the queue's tokens."""

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from flask import Flask

from flask_hearth import Hearth
from flask_hearth.tasks import Tasks
from flask_hearth.tests.auth.token_issuer import KeyServer, SigningKey

CALLER = "web-tasks@demo-hearth.iam.gserviceaccount.com"
AUDIENCE = "https://run.googleapis.com/v2/projects/demo-hearth/locations/us-central1/services/web"
QUEUE = "projects/demo-hearth/locations/us-central1/queues/web"


def token_claims(**changed: Any) -> dict[str, Any]:
    """Those of a token that Google makes for a service account, with some replaced."""
    now = int(time.time())
    return {
        "iss": "https://accounts.google.com",
        "aud": AUDIENCE,
        "azp": "104950123456789012345",
        "sub": "104950123456789012345",
        "email": CALLER,
        "email_verified": True,
        "iat": now,
        "exp": now + 3600,
    } | changed


class Shop:
    """Tasks that note what they were called with."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, dict[str, Any]]] = []
        self.fails = 0
        """How many calls from now on fail."""
        self.tasks = Tasks()
        for name in ("send-receipt", "nightly"):
            self.tasks.task(name)(partial(self._run, name))

    def _run(self, name: str, body: dict[str, Any]) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("the printer is out of paper")
        self.ran.append((name, body))

    def app(self, **config: object) -> Flask:
        app = Flask("shop", static_folder=None)
        app.config.from_mapping({"SECRET_KEY": "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g", **config})
        Hearth(app, tasks=self.tasks)
        return app


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture(scope="session")
def signing_key() -> SigningKey:
    return SigningKey("first")


@pytest.fixture
def issuer(signing_key: SigningKey) -> Iterator[KeyServer]:
    server = KeyServer(signing_key)
    yield server
    server.close()
