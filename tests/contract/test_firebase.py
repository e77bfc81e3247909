"""The Firebase CLI's files say the same as the stacks, so that its emulator and its people see the same site."""

import json
from typing import Any

import pytest

from flask_hearth.configuration import SESSION_COOKIE
from hearth.faults import SettingsError
from hearth.hosting import hosting_config
from hearth.target import PLACEHOLDER
from hearth.testing.stacks import ON_GOOGLE, STACKS, run_stack, shipped
from infra import configuration
from infra.program import ROOT


def rewrites() -> list[dict[str, Any]]:
    document = json.loads((ROOT / "firebase.json").read_text(encoding="utf-8"))
    return [rewrite["run"] for rewrite in document["hosting"]["rewrites"] if "run" in rewrite]


@pytest.mark.parametrize("name", STACKS)
def test_firebase_json_names_the_stacks_service_and_region(name: str) -> None:
    config = shipped(name)

    assert rewrites() == [{"serviceId": config["app:name"], "region": config["gcp:region"]}]


@pytest.mark.parametrize("name", STACKS)
def test_what_is_released_differs_from_firebase_json_in_nothing(name: str) -> None:
    section = hosting_config.read(ROOT / "firebase.json")
    released = run_stack(name).one("hearth:hosting:SiteRelease").inputs

    assert released["config"] == section.serving(service=shipped(name)["app:name"], region=shipped(name)["gcp:region"])
    assert released["public"] == section.public


def test_firebaserc_names_each_stacks_project() -> None:
    projects = json.loads((ROOT / ".firebaserc").read_text(encoding="utf-8"))["projects"]

    assert projects == {"default": shipped("local")["gcp:project"]} | {
        name: shipped(name)["gcp:project"] for name in ON_GOOGLE
    }


def test_the_session_cookie_is_the_one_that_hosting_lets_through() -> None:

    assert SESSION_COOKIE == "__session"


@pytest.mark.parametrize("name", ON_GOOGLE)
def test_a_stack_is_refused_until_it_has_a_project(name: str) -> None:
    unnamed = {"gcp:project": f"{PLACEHOLDER}-{name}", "gcp:billingProject": f"{PLACEHOLDER}-{name}"}
    with pytest.raises(SettingsError) as caught:
        configuration.load(shipped(name) | unnamed, {}, rewritten=True)

    assert [fault.key for fault in caught.value.faults] == ["gcp:project"]


def test_the_local_stack_is_refused_in_an_ordinary_shell() -> None:
    with pytest.raises(SettingsError, match=r"make -s env"):
        configuration.load(shipped("local"), {}, rewritten=True)
