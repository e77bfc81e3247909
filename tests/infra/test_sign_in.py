"""Users of the project, declared where they are checked, and nothing of them elsewhere."""

from typing import Any

import pytest

from hearth.catalog import apis
from hearth.testing.recorder import Stack
from tests.infra.example import run_stack

CONFIG = "gcp:identityplatform/config:Config"
KEY = "gcp:projects/apiKey:ApiKey"
SERVICE = "gcp:cloudrunv2/service:Service"
FIREBASE = {"app:auth": "firebase"}


def env(stack: Stack) -> dict[str, Any]:
    container = stack.one(SERVICE).inputs["template"]["containers"][0]
    return {each["name"]: each.get("value") for each in container["envs"]}


def enabled(stack: Stack) -> set[str]:
    return {each.inputs["service"] for each in stack.of_type("gcp:projects/service:Service")}


def referrers(stack: Stack) -> set[str]:
    allowed = stack.one(KEY).inputs["restrictions"]["browserKeyRestrictions"]["allowedReferrers"]
    return {each.removeprefix("https://").removesuffix("/*") for each in allowed}


def test_people_sign_in_with_an_address_and_a_password_and_never_without_a_name() -> None:
    config = run_stack("prod", FIREBASE).one(CONFIG).inputs

    assert config["signIn"] == {
        "email": {"enabled": True, "passwordRequired": True},
        "phoneNumber": {"enabled": False},
        "anonymous": {"enabled": False},
    }


def test_the_page_signs_in_from_the_sites_own_domains_alone() -> None:
    stack = run_stack("prod", FIREBASE | {"app:siteId": "shop", "app:customDomains": '["www.example.com"]'})
    domains = ["shop.web.app", "shop.firebaseapp.com", "www.example.com"]

    assert stack.one(CONFIG).inputs["authorizedDomains"] == domains
    assert set(domains) <= referrers(stack)


@pytest.mark.parametrize(
    ("database", "besides"),
    [("postgres", []), ("firestore", ["firestore.googleapis.com", "securetoken.googleapis.com"])],
)
def test_the_key_signs_in_and_lets_a_page_listen_where_there_is_a_database_for_it(
    database: str, besides: list[str]
) -> None:
    restrictions = run_stack("prod", FIREBASE | {"app:database": database}).one(KEY).inputs["restrictions"]

    assert [each["service"] for each in restrictions["apiTargets"]] == ["identitytoolkit.googleapis.com", *besides]


@pytest.mark.parametrize("site", ["", "shop"])
def test_the_page_that_the_mail_for_a_new_password_leads_to_may_use_the_key(site: str) -> None:
    """It is Google's own, at the project's name, and not at the site's."""
    stack = run_stack("prod", FIREBASE | {"app:siteId": site})
    own = site or "example-prod"

    assert referrers(stack) == {f"{own}.web.app", f"{own}.firebaseapp.com", "example-prod.firebaseapp.com"}


@pytest.mark.parametrize(("sign_up", "disabled"), [("open", False), ("closed", True)])
def test_a_setting_says_who_makes_accounts(sign_up: str, disabled: bool) -> None:
    config = run_stack("prod", FIREBASE | {"app:signUp": sign_up}).one(CONFIG).inputs

    assert config["client"] == {"permissions": {"disabledUserSignup": disabled}}


def test_a_key_that_people_used_is_deleted_with_its_stack() -> None:
    """Google refuses to delete one that was used within seven days, unless it is told to."""
    assert run_stack("prod", FIREBASE).one(KEY).inputs["deletionPolicy"] == "FORCE"


def test_the_service_gets_the_key_that_was_made() -> None:
    stack = run_stack("prod", FIREBASE)

    assert (env(stack)["AUTH"], env(stack)["FIREBASE_WEB_KEY"]) == ("firebase", stack.one(KEY).outputs["keyString"])


def test_the_users_outlive_the_stack_and_the_key_may_be_made_again() -> None:
    """Google takes Identity Platform out of no project, and keeps a deleted key's name for 30 days."""
    stack = run_stack("prod", FIREBASE)

    assert stack.one(CONFIG).retain
    assert "name" not in stack.one(KEY).inputs


@pytest.mark.parametrize("api", [apis.API_KEYS, apis.IDENTITY_TOOLKIT], ids=lambda api: api.prefix)
def test_its_apis_are_enabled_where_it_is_used_and_nowhere_else(api: apis.Api) -> None:
    assert api.name in enabled(run_stack("prod", FIREBASE))
    assert api.name not in enabled(run_stack("dev"))


def test_without_a_check_nothing_is_declared() -> None:
    stack = run_stack("dev")

    assert env(stack)["AUTH"] == "none"
    assert "FIREBASE_WEB_KEY" not in env(stack)
    assert stack.of_type(CONFIG) + stack.of_type(KEY) == []
