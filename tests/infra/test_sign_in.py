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
    return {each.inputs["service"] for each in stack.of("gcp:projects/service:Service")}


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
    assert stack.one(KEY).inputs["restrictions"] == {
        "apiTargets": [{"service": "identitytoolkit.googleapis.com"}],
        "browserKeyRestrictions": {"allowedReferrers": [f"https://{domain}/*" for domain in domains]},
    }


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
    assert stack.of(CONFIG) + stack.of(KEY) == []
