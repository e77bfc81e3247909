import pytest
from flask.testing import FlaskClient

from flask_hearth.settings import HearthSettings
from flask_hearth.stores.interface import UnavailableError
from flask_hearth.testing.sample import create_app
from flask_hearth.tests.api.memory_store import MemoryStore

GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"

STATES = {"/health": "healthy", "/health/live": "live", "/health/ready": "ready"}


@pytest.mark.parametrize("path", STATES)
def test_a_health_check_tells_the_state_and_is_never_cached(client: FlaskClient, path: str) -> None:
    """A cached answer would be about the instance that once gave it."""
    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.json == {"status": STATES[path]}
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", STATES)
def test_a_health_check_can_be_asked_without_a_body(client: FlaskClient, path: str) -> None:
    answer = client.head(path)

    assert answer.status_code == 200
    assert not answer.data


class AwayStore(MemoryStore):
    def check(self) -> None:
        raise UnavailableError("The database's schema is 0001 and this code needs 0002.")


def test_an_instance_without_its_store_is_alive_but_not_ready() -> None:
    """A restart would not bring the store back; what is wrong is for the log, not for strangers."""
    environ = {"SECRET_KEY": GOOD_KEY, "DATABASE_URL": "firestore://demo-hearth"}
    client = create_app(HearthSettings.from_env(environ), store=AwayStore()).test_client()

    ready = client.get("/health/ready")

    assert ready.status_code == 503
    assert int(ready.headers["Retry-After"]) > 0
    assert ready.content_type == "application/problem+json"
    assert "schema" not in ready.text
    assert client.get("/health/live").status_code == 200
    assert client.get("/health").status_code == 200


def test_no_route_ends_in_z(client: FlaskClient) -> None:
    """Cloud Run answers some of those itself, so that the service never sees them."""
    assert [rule.rule for rule in client.application.url_map.iter_rules() if rule.rule.endswith("z")] == []
