"""People's accounts: made, signed in to, refused in Google's own words, and tokens that the service takes."""

import json
import re
from typing import Any

import pytest

from flask_hearth.auth.issuer import Issuer
from flask_hearth.auth.keys import PublicKeys
from flask_hearth.auth.tokens import InvalidTokenError, Verifier
from flask_hearth.settings import HearthSettings
from hearth.catalog.apis import API_KEYS, IDENTITY_TOOLKIT
from hearth.localcloud.run.launch import IDENTITY_VARIABLE
from hearth.tests.localcloud.identity.conftest import CONFIG, KEYS, People
from hearth.tests.localcloud.running import PROJECT, LocalCloud

ADA: dict[str, Any] = {"email": "ada@example.com", "password": "difference engine"}


def verifier(people: People, project: str = PROJECT) -> Verifier:
    """The service's own, as it stands on this cloud."""
    issuer = Issuer(project=project, web_key=people.key, local_origin=people.local.origin)
    return Verifier(project, PublicKeys(issuer.keys_url))


def test_the_service_takes_the_token_of_who_signed_up_or_in(people: People) -> None:
    first = people.call("signUp", **ADA, returnSecureToken=True)
    again = people.call("signInWithPassword", email="ADA@example.com", password=ADA["password"])

    users = [verifier(people).verify(each["idToken"]).user for each in (first, again)]
    assert users[0] == users[1]
    assert (users[0].id, users[0].email, users[0].email_verified) == (first["localId"], ADA["email"], False)


def test_a_token_is_good_for_its_project_alone(people: People) -> None:
    token = people.call("signUp", **ADA)["idToken"]

    with pytest.raises(InvalidTokenError, match="another project"):
        verifier(people, "demo-other").verify(token)


def test_the_page_calls_where_the_service_says(people: People) -> None:
    issuer = Issuer(project=PROJECT, web_key=people.key, local_origin=people.local.origin)
    answer = people.local.session.post(
        f"{issuer.sign_in_url}/accounts:signUp", params={"key": issuer.web_key}, json=ADA
    )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "body", "code"),
    [
        ("signUp", ADA, "EMAIL_EXISTS"),
        ("signUp", {**ADA, "email": "Ada@Example.com"}, "EMAIL_EXISTS"),
        ("signUp", {"email": "eve", "password": "secret"}, "INVALID_EMAIL"),
        ("signUp", {"password": "secret"}, "MISSING_EMAIL"),
        ("signUp", {"email": "eve@example.com", "password": "short"}, "WEAK_PASSWORD : Password should be"),
        ("signUp", {"email": "eve@example.com"}, "MISSING_PASSWORD"),
        ("signInWithPassword", {**ADA, "password": "wrong"}, "INVALID_LOGIN_CREDENTIALS"),
        ("signInWithPassword", {**ADA, "email": "eve@example.com"}, "INVALID_LOGIN_CREDENTIALS"),
        ("signInWithPassword", {**ADA, "password": 1}, "Invalid value at 'password'"),
        ("sendOobCode", {"requestType": "PASSWORD_RESET"}, "MISSING_EMAIL"),
        ("sendOobCode", {"requestType": "VERIFY_EMAIL"}, "INVALID_REQ_TYPE"),
        ("resetPassword", {"oobCode": "made-up", "newPassword": "secret"}, "INVALID_OOB_CODE"),
    ],
)
def test_what_is_wrong_is_told_by_googles_codes(people: People, method: str, body: dict[str, Any], code: str) -> None:
    people.call("signUp", **ADA)

    assert people.call(method, 400, **body).startswith(code)


def test_what_the_stack_forbids_is_refused(people: People) -> None:
    people.call("signUp", **ADA)
    people.configure(client={"permissions": {"disabledUserSignup": True}})
    assert people.call("signUp", 400, email="eve@example.com", password="secret") == "ADMIN_ONLY_OPERATION"
    people.call("signInWithPassword", **ADA)

    people.configure(signIn={"email": {"enabled": False}})
    assert people.call("signInWithPassword", 400, **ADA) == "PASSWORD_LOGIN_DISABLED"


def test_a_method_that_is_not_played_is_refused_by_name(people: People) -> None:
    assert "no other method" in people.call("delete", 404)


def test_a_new_password_is_set_with_the_code_from_the_log_and_once_only(people: People) -> None:
    people.call("signUp", **ADA)
    people.call("sendOobCode", requestType="PASSWORD_RESET", email="nobody@example.com")
    people.call("sendOobCode", requestType="PASSWORD_RESET", email=ADA["email"])
    log = (people.local.root / "logs" / "cloud.log").read_text(encoding="utf-8")
    (code,) = re.findall(r"send oobCode (\S+) to", log)

    assert people.call("resetPassword", 400, oobCode=code, newPassword="short").startswith("WEAK_PASSWORD")
    people.call("resetPassword", oobCode=code, newPassword="analytical engine")
    assert people.call("resetPassword", 400, oobCode=code, newPassword="another engine") == "INVALID_OOB_CODE"
    assert people.call("signInWithPassword", 400, **ADA) == "INVALID_LOGIN_CREDENTIALS"
    people.call("signInWithPassword", email=ADA["email"], password="analytical engine")


def test_no_password_is_kept_as_it_is(people: People) -> None:
    people.call("signUp", **ADA)
    kept = people.local.in_loop(lambda cloud: json.dumps(cloud.store.below("identitytoolkit")))

    assert ADA["email"] in kept
    assert ADA["password"] not in kept


@pytest.mark.parametrize("key", ["", "AIza", "AIzaSyD-nobodys", "é"])
def test_a_key_that_there_is_not_is_refused(people: People, key: str) -> None:
    assert people.call("signUp", 400, key=key, **ADA).startswith("API key not valid")


def test_a_key_is_good_as_a_whole_only(people: People) -> None:
    assert people.call("signUp", 400, key=people.key.removeprefix("AIza"), **ADA).startswith("API key not valid")


def test_a_key_of_another_api_is_refused(people: People) -> None:
    people.local.call(
        "PATCH",
        API_KEYS,
        f"{KEYS}/web?updateMask=restrictions",
        {"restrictions": {"apiTargets": [{"service": "maps.googleapis.com"}]}},
    )

    assert "blocked by the restrictions" in people.call("signUp", 403, **ADA)


def test_pages_of_this_machine_may_read_the_answers_and_no_others_may_ask(people: People) -> None:
    url = f"{people.local.origin}/identitytoolkit/v1/accounts:signUp"
    page = {"Origin": "http://localhost:5000"}
    asked = people.local.session.options(url, headers=page)
    refused = people.local.session.post(url, json=ADA, headers=page)
    foreign = people.local.session.post(url, json=ADA, headers={"Origin": "https://evil.example"})

    assert (asked.status_code, refused.status_code, foreign.status_code) == (204, 400, 403)
    for answer in (asked, refused):
        assert answer.headers["Access-Control-Allow-Origin"] == page["Origin"]
        assert answer.headers["Access-Control-Allow-Headers"] == "*"
    assert "Access-Control-Allow-Origin" not in foreign.headers


def test_identity_platform_is_switched_on_once_and_then_only_changed(local: LocalCloud) -> None:
    local.call("GET", IDENTITY_TOOLKIT, CONFIG, status=404)
    begin = f"projects/{PROJECT}/identityPlatform:initializeAuth"
    local.call("POST", IDENTITY_TOOLKIT, begin, {})

    again = local.call("POST", IDENTITY_TOOLKIT, begin, {}, status=400)
    assert "has already been enabled" in again["error"]["message"]
    assert local.call("PATCH", IDENTITY_TOOLKIT, CONFIG, {"authorizedDomains": ["a.b"]})["authorizedDomains"] == ["a.b"]
    wrong = local.call("PATCH", IDENTITY_TOOLKIT, f"{CONFIG}?updateMask=tenants", {}, status=400)
    assert "tenants" in wrong["error"]["message"]
    local.call("PATCH", IDENTITY_TOOLKIT, CONFIG, {"signIn": "yes"}, status=400)


def test_the_firebase_cli_names_version_and_mask_in_its_own_way(local: LocalCloud) -> None:
    local.call("POST", IDENTITY_TOOLKIT, f"projects/{PROJECT}/identityPlatform:initializeAuth", {})
    url = f"{local.origin}/{IDENTITY_TOOLKIT.prefix}/admin/v2/{CONFIG}"

    domains = local.session.get(url, timeout=10).json()["authorizedDomains"]
    local.session.patch(f"{url}?update_mask=authorizedDomains", json={"authorizedDomains": ["a.b"]}, timeout=10)

    assert "localhost" in domains
    assert local.call("GET", IDENTITY_TOOLKIT, CONFIG)["authorizedDomains"] == ["a.b"]


def test_the_service_reads_where_tokens_come_from_by_the_name_that_it_gets() -> None:
    assert IDENTITY_VARIABLE.lower() in HearthSettings.model_fields
