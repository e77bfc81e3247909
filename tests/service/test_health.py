import pytest
from flask.testing import FlaskClient

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


def test_no_route_ends_in_z(client: FlaskClient) -> None:
    """Cloud Run answers some of those itself, so that the service never sees them."""
    assert [rule.rule for rule in client.application.url_map.iter_rules() if rule.rule.endswith("z")] == []
