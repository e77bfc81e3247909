"""The Firebase CLI's files say the same as the stacks, so that its emulator and its people see the same site."""

import json

import pytest

from flask_hearth.configuration import SESSION_COOKIE
from hearth.faults import SettingsError
from hearth.hosting import hosting_config
from hearth.target import PLACEHOLDER
from hearth.testing.stacks import ON_GOOGLE, STACKS, run_stack, shipped
from infra import configuration
from infra.program import ROOT


@pytest.mark.parametrize("name", STACKS)
def test_what_is_released_differs_from_firebase_json_in_the_service_alone(name: str) -> None:
    """A file for all stacks can't say which service and region are each one's; the release does."""
    stack = run_stack(name)
    service = stack.one("gcp:cloudrunv2/service:Service").inputs
    section = hosting_config.read(ROOT / "firebase.json")
    released = stack.one("hearth:hosting:SiteRelease").inputs

    assert released["config"] == section.serving(service=service["name"], region=service["location"])
    assert released["public"] == section.public


def test_an_alias_called_like_a_stack_leads_to_the_stacks_project() -> None:
    """Or nowhere yet: `firebase deploy -P prod` must not reach another project than `pulumi up -s prod`."""
    aliases = json.loads((ROOT / ".firebaserc").read_text(encoding="utf-8"))["projects"]
    meant = {name: shipped(name)["gcp:project"] for name in STACKS}
    named = {name: project for name, project in aliases.items() if not project.startswith(PLACEHOLDER)}

    assert {name: project for name, project in named.items() if meant.get(name, project) != project} == {}


def test_the_session_cookie_is_the_one_that_hosting_lets_through() -> None:
    assert SESSION_COOKIE == "__session"


@pytest.mark.parametrize("name", ON_GOOGLE)
def test_a_stack_is_refused_until_it_has_a_project(name: str) -> None:
    unnamed = {"gcp:project": f"{PLACEHOLDER}-{name}", "gcp:billingProject": f"{PLACEHOLDER}-{name}"}
    with pytest.raises(SettingsError) as caught:
        configuration.load(shipped(name) | unnamed, {}, rewritten=False)

    assert [fault.key for fault in caught.value.faults] == ["gcp:project"]


@pytest.mark.parametrize("name", sorted({*STACKS} - {*ON_GOOGLE}))
def test_a_local_stack_is_refused_in_an_ordinary_shell(name: str) -> None:
    with pytest.raises(SettingsError, match=r"make -s env"):
        configuration.load(shipped(name), {}, rewritten=False)
