"""Who may call a task, and what the queue is told of it."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_hearth import Hearth
from flask_hearth.tests.auth.token_issuer import KeyServer, SigningKey
from flask_hearth.tests.tasks.conftest import AUDIENCE, CALLER, Shop, token_claims

PATH = "/_tasks/send-receipt"


@pytest.fixture
def client(shop: Shop, issuer: KeyServer) -> FlaskClient:
    app = shop.app(
        HEARTH_TASKS_CALLER=CALLER,
        HEARTH_TASKS_AUDIENCE=AUDIENCE,
        HEARTH_IDENTITY_ORIGIN=issuer.origin,
        HEARTH_WRITES_PER_MINUTE=1,
    )
    return app.test_client()


def call(client: FlaskClient, token: str, path: str = PATH, **more: Any) -> TestResponse:
    return client.post(path, headers={"Authorization": f"Bearer {token}"}, **more)


def test_a_call_of_the_queues_account_is_run(client: FlaskClient, shop: Shop, signing_key: SigningKey) -> None:
    """However often: the bound on a client's changes is not the queue's."""
    answers = [call(client, signing_key.sign(token_claims()), json={"order": order}) for order in (7, 8)]
    nightly = call(client, signing_key.sign(token_claims()), "/_tasks/nightly")

    assert [answer.status_code for answer in (*answers, nightly)] == [204, 204, 204]
    assert shop.ran == [("send-receipt", {"order": 7}), ("send-receipt", {"order": 8}), ("nightly", {})]


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"email": "web-build@demo-hearth.iam.gserviceaccount.com"}, "403 an account that calls no tasks"),
        ({"email_verified": False}, "403 an account that calls no tasks"),
        ({"email_verified": None}, "403 an account that calls no tasks"),
        ({"email_verified": "true"}, "403 an account that calls no tasks"),
        ({"email": None}, "401 it has no email"),
        ({"email": [CALLER]}, "403 an account that calls no tasks"),
        ({"aud": "https://web-abc-uc.a.run.app"}, "401 another project or service"),
        ({"aud": [AUDIENCE]}, "401 another project or service"),
        ({"iss": "https://securetoken.google.com/demo-hearth"}, "401 another project or service"),
        ({"exp": 1}, "401 it has expired"),
        ({"iat": 2**40}, "401 it is from the future"),
    ],
)
def test_a_token_of_another_account_or_for_another_service_is_refused(
    client: FlaskClient, shop: Shop, signing_key: SigningKey, changed: dict[str, object], refusal: str
) -> None:
    refused = call(client, signing_key.sign(token_claims(**changed)), json={})

    assert refused.content_type == "application/problem+json"
    assert re.match(refusal.replace(" ", ".*", 1), f"{refused.status_code} {refused.get_json()['detail']}")
    assert shop.ran == []


@pytest.mark.parametrize("path", [PATH, "/_tasks/unknown"])
def test_a_forged_or_missing_token_is_refused_before_anything_is_told(
    client: FlaskClient, shop: Shop, signing_key: SigningKey, path: str
) -> None:
    """Among them one as Cloud Run passes it on when it has checked it itself."""
    header, claims, _ = signing_key.sign(token_claims()).split(".")
    forged = [SigningKey("first").sign(token_claims()), f"{header}.{claims}.SIGNATURE_REMOVED_BY_GOOGLE", "", "a.b.c"]
    answers = [*(call(client, token, path, json={}) for token in forged), client.post(path, json={})]

    assert [answer.status_code for answer in answers] == [401] * 5
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {'Bearer realm="tasks"'}
    assert shop.ran == []


def test_what_fails_or_can_t_be_read_is_no_success_so_that_it_is_called_again(
    client: FlaskClient, shop: Shop, signing_key: SigningKey
) -> None:
    shop.fails = 2
    token = signing_key.sign(token_claims())

    assert [call(client, token, json={}).status_code for _ in range(3)] == [500, 500, 204]
    assert call(client, token, "/_tasks/unknown", json={}).status_code == 404
    assert [call(client, token, data=body).status_code for body in (b"{", b"[1]", b"[" * 9999)] == [400, 400, 400]
    assert client.get(PATH).status_code == 405


def test_while_googles_keys_are_away_a_call_is_to_come_again(
    client: FlaskClient, shop: Shop, issuer: KeyServer, signing_key: SigningKey
) -> None:
    issuer.down = True
    refused = call(client, signing_key.sign(token_claims()), json={})

    assert (refused.status_code, shop.ran) == (503, [])
    assert refused.headers["Retry-After"]


def test_an_app_that_nobody_is_to_call_has_no_such_route(shop: Shop) -> None:
    app = shop.app(HEARTH_TASKS_QUEUE="memory")

    assert app.test_client().post(PATH, json={}).status_code == 404


def test_a_route_of_the_apps_in_the_same_place_is_refused(shop: Shop) -> None:
    app = Flask("shop", static_folder=None)
    app.config.from_mapping(HEARTH_TASKS_CALLER=CALLER, HEARTH_TASKS_AUDIENCE=AUDIENCE)
    app.add_url_rule("/_tasks/<each>", "mine", lambda each: each)
    with pytest.raises(ValueError, match="is a route of the app 'shop' already"):
        Hearth(app, tasks=shop.tasks)
