"""How often one client may change something, whoever it says it is."""

import re
from functools import partial

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_hearth import identity, rate_limit
from flask_hearth.identity import User
from flask_hearth.quota import Quota
from flask_hearth.rate_limit import SHARED
from flask_hearth.settings import HearthSettings
from flask_hearth.testing.sample import create_app
from flask_hearth.tests.api.memory_store import MemoryStore
from flask_hearth.tests.api.samples import ITEM

ITEMS = ITEM.path
EDGE = "142.250.1.1"


@pytest.fixture(autouse=True)
def _time_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """With time, writes become free again, and more of it on a busy machine."""
    monkeypatch.setattr(rate_limit, "Quota", partial(Quota, clock=lambda: 0))


@pytest.fixture
def limited() -> Flask:
    """Three writes a minute, behind the edge and the front end."""
    return app_with(WRITES_PER_MINUTE="3", TRUSTED_HOPS="2")


def app_with(**environ: str) -> Flask:
    given = {"SECRET_KEY": "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g", "DATABASE_URL": "sqlite:///nowhere/at/all"}
    return create_app(
        HearthSettings.from_env({**given, **environ}), store=MemoryStore(), declarations=(ITEM.declaration,)
    )


def post(client: FlaskClient, addresses: str = f"203.0.113.9, {EDGE}", **headers: str) -> TestResponse:
    return client.post(ITEMS, json={"name": "Pen"}, headers={"X-Forwarded-For": addresses, **headers})


def test_the_fourth_write_is_refused_with_what_to_do(limited: Flask) -> None:
    client = limited.test_client()
    answers = [post(client) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"writes";q=3;w=60'}
    assert [answer.headers["RateLimit"].partition(";t=")[0] for answer in answers] == [
        f'"writes";r={left}' for left in (2, 1, 0, 0)
    ]
    refused = answers[-1]
    assert refused.content_type == "application/problem+json"
    assert refused.headers["Cache-Control"] == "private, no-store"
    assert refused.headers["Retry-After"] == "20"
    assert re.fullmatch(r"More than 3 changes in a minute\. Wait 20 s, .*", refused.get_json()["detail"])


def test_a_form_is_refused_with_a_page(limited: Flask) -> None:
    client = limited.test_client()
    for _ in range(3):
        post(client)
    refused = client.post("/nowhere", headers={"Accept": "text/html", "X-Forwarded-For": f"203.0.113.9, {EDGE}"})

    assert refused.status_code == 429
    assert refused.mimetype == "text/html"


def test_reading_is_never_refused_and_says_nothing_of_a_limit(limited: Flask) -> None:
    client = limited.test_client()
    for _ in range(4):
        post(client)
    for method in ("GET", "HEAD", "OPTIONS"):
        answer = client.open(ITEMS, method=method, headers={"X-Forwarded-For": f"203.0.113.9, {EDGE}"})
        assert answer.status_code == 200
        assert "RateLimit" not in answer.headers


def test_what_changes_nothing_in_the_end_counts_as_well(limited: Flask) -> None:
    client = limited.test_client()
    headers = {"X-Forwarded-For": f"203.0.113.9, {EDGE}"}
    answers = [
        client.post(ITEMS, json={"name": 1}, headers=headers),
        client.delete(f"{ITEMS}/nothing", headers=headers),
        client.put("/nowhere", headers=headers),
        client.patch(f"{ITEMS}/nothing", headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [422, 404, 404, 429]


def test_clients_behind_one_edge_do_not_disturb_each_other(limited: Flask) -> None:
    client = limited.test_client()
    for _ in range(4):
        post(client)

    assert post(client, f"203.0.113.10, {EDGE}").status_code == 201


def test_a_client_that_names_itself_otherwise_each_time_gets_the_wider_bound_and_no_more(limited: Flask) -> None:
    """Straight to the service's own address, where only the last entry is Google's."""
    client = limited.test_client()
    answers = [post(client, f"10.{number // 250}.0.{number % 250}, 198.51.100.7") for number in range(3 * SHARED + 5)]

    # Of the wider bound, one place comes back each second.
    assert 3 * SHARED <= [answer.status_code for answer in answers].count(201) < 3 * SHARED + 5
    assert answers[-1].status_code == 429
    assert answers[-1].headers["RateLimit"].startswith('"writes";r=0;')
    assert post(client).status_code == 201, "those behind the edge go on"


def test_nobody_can_use_up_what_another_may_write(limited: Flask) -> None:
    """By calling the service itself under the other's address."""
    client = limited.test_client()
    for _ in range(10):
        post(client, "203.0.113.9, 198.51.100.7")

    assert post(client).status_code == 201


def test_who_is_refused_uses_up_nothing_of_those_behind_the_same_edge(limited: Flask) -> None:
    client = limited.test_client()
    for _ in range(3 * SHARED * 2):
        post(client)

    assert post(client, f"203.0.113.10, {EDGE}").status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", ITEMS, {"name": 1}),
        ("POST", "/nowhere", {}),
        ("PUT", f"{ITEMS}/nothing", {"name": "Pen"}),
        ("DELETE", ITEMS, {}),
        ("POST", "/items", {}),
    ],
)
def test_what_is_refused_uses_up_nothing_of_those_behind_the_same_edge(
    limited: Flask, method: str, path: str, body: dict[str, object]
) -> None:
    client = limited.test_client()
    answers = [
        client.open(path, method=method, json=body, headers={"X-Forwarded-For": f"203.0.{number}.9, {EDGE}"})
        for number in range(SHARED * 3 + 1)
    ]

    assert {400 <= answer.status_code < 500 for answer in answers} == {True}
    assert post(client, f"198.51.100.1, {EDGE}").status_code == 201


def test_all_addresses_of_a_site_are_one_client(limited: Flask) -> None:
    client = limited.test_client()
    answers = [post(client, f"2001:db8:7:{number:x}::1, {EDGE}") for number in range(SHARED * 4)]

    assert [answer.status_code for answer in answers].count(201) == 3
    assert post(client, f"2001:db8:8::1, {EDGE}").status_code == 201


def app_with_users() -> Flask:
    """Of whom a header says who asks."""
    app = app_with(WRITES_PER_MINUTE="3", TRUSTED_HOPS="2")
    app.before_request_funcs[None].insert(
        0, lambda: identity.sign_in(User(id=request.headers["X-User"])) if "X-User" in request.headers else None
    )
    return app


def test_users_write_on_where_strangers_have_used_up_what_they_share() -> None:
    client = app_with_users().test_client()
    for number in range(SHARED):
        for _ in range(3):
            assert post(client, f"203.0.{number}.9, {EDGE}").status_code == 201

    assert post(client, f"198.51.100.1, {EDGE}").status_code == 429
    assert post(client, f"198.51.100.1, {EDGE}", **{"X-User": "ann"}).status_code == 201


def test_users_use_up_nothing_of_what_strangers_share() -> None:
    client = app_with_users().test_client()
    for number in range(SHARED):
        for _ in range(3):
            assert post(client, f"203.0.113.9, {EDGE}", **{"X-User": f"u{number}"}).status_code == 201

    assert post(client, f"198.51.100.1, {EDGE}").status_code == 201


def test_a_user_is_one_client_wherever_the_requests_come_from() -> None:
    app = app_with(WRITES_PER_MINUTE="3", TRUSTED_HOPS="2")
    app.before_request_funcs[None].insert(0, lambda: identity.sign_in(User(id=request.headers["X-User"])))
    client = app.test_client()
    answers = [post(client, f"203.0.113.{number}, {EDGE}", **{"X-User": "ann"}) for number in range(4)]

    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert post(client, **{"X-User": "bob"}).status_code == 201


def test_without_a_number_nothing_is_refused_or_said() -> None:
    client = app_with().test_client()
    answers = [post(client) for _ in range(50)]

    assert {answer.status_code for answer in answers} == {201}
    assert "RateLimit" not in answers[0].headers
