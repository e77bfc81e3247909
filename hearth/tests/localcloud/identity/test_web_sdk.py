"""What Firebase's web SDK calls on an emulator: paths below Google's hosts, an account by its token, new tokens."""

from typing import Any

import pytest

from flask_hearth.auth.tokens import InvalidTokenError
from hearth.tests.localcloud.identity.conftest import People
from hearth.tests.localcloud.identity.test_sign_in import ADA, verifier


def call(people: People, path: str, status: int = 200, **sent: Any) -> Any:
    """The answer, or the code of the error."""
    answer = people.local.session.post(f"{people.local.origin}/{path}", params={"key": people.key}, **sent)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.ok else answer.json()["error"]["message"]


def sign_up(people: People) -> dict[str, Any]:
    found: dict[str, Any] = call(people, "identitytoolkit.googleapis.com/v1/accounts:signUp", json=ADA)
    return found


def renew(people: People, token: str, status: int = 200, grant: str = "refresh_token") -> Any:
    form = {"grant_type": grant, "refresh_token": token}
    return call(people, "securetoken.googleapis.com/v1/token", status, data=form)


def test_the_account_of_a_token_is_found(people: People) -> None:
    made = sign_up(people)

    assert people.call("lookup", idToken=made["idToken"]) == {
        "users": [{"localId": made["localId"], "email": ADA["email"], "emailVerified": False}]
    }


@pytest.mark.parametrize("field", ["refreshToken", "localId"])
def test_what_is_no_id_token_finds_nobody(people: People, field: str) -> None:
    assert people.call("lookup", 400, idToken=sign_up(people)[field]) == "INVALID_ID_TOKEN"


def test_a_new_token_is_of_the_same_user_and_sign_in(people: People) -> None:
    made = sign_up(people)
    answer = renew(people, made["refreshToken"])

    assert (answer["user_id"], answer["expires_in"]) == (made["localId"], "3600")
    before, after = (verifier(people).verify(token) for token in (made["idToken"], answer["id_token"]))
    assert after == before
    assert renew(people, answer["refresh_token"])["user_id"] == made["localId"]


@pytest.mark.parametrize(
    ("field", "grant", "code"),
    [
        ("idToken", "refresh_token", "INVALID_REFRESH_TOKEN"),
        ("localId", "refresh_token", "INVALID_REFRESH_TOKEN"),
        ("refreshToken", "password", "INVALID_GRANT_TYPE"),
    ],
)
def test_what_renews_nothing_is_refused(people: People, field: str, grant: str, code: str) -> None:
    assert renew(people, sign_up(people)[field], 400, grant) == code


def test_after_a_new_password_tokens_are_renewed_no_more(people: People) -> None:
    made = sign_up(people)
    people.call("sendOobCode", requestType="PASSWORD_RESET", email=ADA["email"])
    log = (people.local.root / "logs" / "cloud.log").read_text(encoding="utf-8")
    code = log.partition("send oobCode ")[2].split()[0]
    people.call("resetPassword", oobCode=code, newPassword="analytical engine")

    assert renew(people, made["refreshToken"], 400) == "TOKEN_EXPIRED"


def test_what_renews_a_token_is_none_itself(people: People) -> None:
    with pytest.raises(InvalidTokenError, match="it has no auth_time"):
        verifier(people).verify(sign_up(people)["refreshToken"])
