"""Which ID tokens are good, and what the API answers to all others."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flask_hearth.tests.auth.token_issuer import KeyServer, SigningKey, claims, claims_at

Make = Callable[[SigningKey], str]


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def unsigned(key: SigningKey) -> str:
    """As the Firebase emulator's."""
    header = json.dumps({"alg": "none", "typ": "JWT", "kid": key.kid}).encode()
    return f"{encoded(header)}.{encoded(json.dumps(claims()).encode())}."


def by_public_key(key: SigningKey) -> str:
    """An HMAC whose secret everybody knows: the text of the public key."""
    public = key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = json.dumps({"alg": "HS256", "kid": key.kid}).encode()
    signed = f"{encoded(header)}.{encoded(json.dumps(claims()).encode())}"
    return f"{signed}.{encoded(hmac.digest(public, signed.encode(), hashlib.sha256))}"


def another_body(key: SigningKey) -> str:
    header, _, signature = key.sign(claims()).split(".")
    return f"{header}.{encoded(json.dumps(claims(sub='eve')).encode())}.{signature}"


def raw_body(key: SigningKey, body: bytes) -> str:
    """Rightly signed, whatever the body is."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    signed = f"{encoded(json.dumps({'alg': 'RS256', 'kid': key.kid}).encode())}.{encoded(body)}"
    return f"{signed}.{encoded(key.private.sign(signed.encode(), PKCS1v15(), SHA256()))}"


def with_claims(**changed: Any) -> Make:
    return lambda key: key.sign(claims(**changed))


def with_times(**offsets: int) -> Make:
    return lambda key: key.sign(claims_at(**offsets))


def with_body(body: bytes) -> Make:
    return lambda key: raw_body(key, body)


INFINITE = json.dumps(claims()).encode().replace(b'"exp": ', b'"exp": 1e999, "was": ')

BAD: dict[str, tuple[Make, str]] = {
    "nothing": (lambda _: "", "no ID token"),
    "garbage": (lambda _: "garbage", "no ID token"),
    "garbage in three parts": (lambda _: "a.b.c", "no ID token"),
    "huge": (lambda key: key.sign(claims(more="x" * 9000)), "longer than"),
    "without a signature": (unsigned, "not signed with RS256"),
    "signed with the public key": (by_public_key, "not signed with RS256"),
    "signed by somebody else": (lambda _: SigningKey("first").sign(claims()), "signature is wrong"),
    "of another key": (
        lambda _: SigningKey("unknown").sign(claims()),
        "does not currently sign with its key",
    ),
    "without a key's name": (lambda key: key.sign(claims(), kid=None), "names no key"),
    "with a critical extension": (lambda key: key.sign(claims(), crit=["x"], x=1), "no ID token"),
    "another body": (another_body, "signature is wrong"),
    "of another project": (with_claims(aud="demo-other"), "another project"),
    "of several projects": (with_claims(aud=["demo-hearth"]), "another project"),
    "of another issuer": (with_claims(iss="https://securetoken.google.com/demo-other"), "another project"),
    "of Google's accounts": (with_claims(iss="https://accounts.google.com"), "another project"),
    "expired": (with_times(exp=-60), "expired"),
    "from the future": (with_times(iat=600, exp=4200), "from the future"),
    "signed in after it was made": (with_times(auth_time=600), "when the user signed in"),
    "signed in at a word": (with_claims(auth_time="now"), "when the user signed in"),
    "signed in at true": (with_claims(auth_time=True), "when the user signed in"),
    "without a subject": (with_claims(sub=None), "no sub"),
    "with an empty subject": (with_claims(sub=""), "names no user"),
    "with a long subject": (with_claims(sub="x" * 129), "names no user"),
    "with a number for a subject": (with_body(json.dumps(claims(sub=1)).encode()), "no ID token"),
    "without an end": (with_claims(exp=None), "no exp"),
    "without a beginning": (with_claims(iat=None), "no iat"),
    "without a project": (with_claims(aud=None), "no aud"),
    "without an issuer": (with_claims(iss=None), "no iss"),
    "without a sign-in": (with_claims(auth_time=None), "no auth_time"),
    "that ends never": (with_body(INFINITE), "no ID token"),
    "a list": (with_body(b"[]"), "no ID token"),
    "no JSON": (with_body(b"{"), "no ID token"),
    "no UTF-8": (with_body(b"\xff"), "no ID token"),
    "deep": (with_body(b"[" * 5000), "no ID token"),
}


def read(client: FlaskClient, token: str) -> TestResponse:
    return client.get("/api/v1/items", headers={"Authorization": f"Bearer {token}"})


ANONYMOUS: list[dict[str, Any]] = [
    {"firebase": {"identities": {}, "sign_in_provider": "anonymous"}},
    {"provider_id": "anonymous", "firebase": None},
]


@pytest.mark.parametrize("changed", ANONYMOUS)
def test_an_anonymous_sign_in_may_only_read(
    client: FlaskClient, signing_key: SigningKey, changed: dict[str, Any]
) -> None:
    headers = {"Authorization": f"Bearer {signing_key.sign(claims(email=None, **changed))}"}

    assert client.get("/api/v1/items", headers=headers).status_code == 200
    for method, path in (("POST", "/api/v1/items"), ("DELETE", "/api/v1/items/x"), ("POST", "/api/v1/nowhere")):
        answer = client.open(path, method=method, json={"name": "a"}, headers=headers)
        assert answer.status_code == 403
        assert answer.get_json(force=True)["type"] == "/api/problems/reading-only"


def test_a_token_of_a_tenant_is_for_others_than_the_projects_own_users(
    client: FlaskClient, signing_key: SigningKey
) -> None:
    token = signing_key.sign(claims(firebase={"tenant": "acme-1", "sign_in_provider": "password"}))

    for method in ("GET", "POST"):
        answer = client.open("/api/v1/items", method=method, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert "tenant" in answer.headers["WWW-Authenticate"]


def test_a_right_token_may_write_and_read(client: FlaskClient, signing_key: SigningKey) -> None:
    headers = {"Authorization": f"Bearer {signing_key.sign(claims())}"}

    assert client.post("/api/v1/items", json={"name": "Tea"}, headers=headers).status_code == 201
    assert client.get("/api/v1/items", headers=headers).status_code == 200


@pytest.mark.parametrize("clocks", [{"exp": -5}, {"iat": 10, "auth_time": 10}])
def test_clocks_may_differ_by_seconds(client: FlaskClient, signing_key: SigningKey, clocks: dict[str, int]) -> None:
    assert read(client, signing_key.sign(claims_at(**clocks))).status_code == 200


@pytest.mark.parametrize("name", BAD)
def test_a_token_that_is_not_good_is_refused_with_the_reason(
    client: FlaskClient, signing_key: SigningKey, name: str
) -> None:
    make, reason = BAD[name]
    token = make(signing_key)
    answer = read(client, token)

    assert answer.status_code == 401, answer.text
    assert answer.content_type == "application/problem+json"
    assert reason in answer.get_json()["detail"]
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer realm="api", error="invalid_token", error_description="')
    assert challenge.count('"') == 6
    assert not token or token not in answer.text + challenge


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("credentials", [{}, {"Authorization": "Basic YTpi"}, {"Authorization": ""}])
def test_a_stranger_may_change_nothing(client: FlaskClient, method: str, credentials: dict[str, str]) -> None:
    path = "/api/v1/items" if method == "POST" else "/api/v1/items/1"
    answer = client.open(path, method=method, json={"name": "Tea"}, headers=credentials)

    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    # Nothing was wrong with credentials, so no error is named (RFC 6750, section 3.1).
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize("path", ["/api/v1/items", "/api/v1/openapi.json", "/", "/health/ready"])
def test_a_stranger_may_read(client: FlaskClient, issuer: KeyServer, path: str) -> None:
    assert client.get(path).status_code == 200
    assert issuer.asked == 0


def test_without_keys_nobody_can_be_told_from_anybody(
    client: FlaskClient, issuer: KeyServer, signing_key: SigningKey
) -> None:
    issuer.down = True
    answer = read(client, signing_key.sign(claims()))

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert client.get("/api/v1/items").status_code == 200


def test_a_token_counts_on_the_api_alone(client: FlaskClient, issuer: KeyServer, signing_key: SigningKey) -> None:
    headers = {"Authorization": f"Bearer {signing_key.sign(claims())}"}

    assert "signed in" not in client.get("/sign-in", headers=headers).text
    assert issuer.asked == 0
