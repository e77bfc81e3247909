"""The service is public in exactly the way that was asked for."""

import pytest

from hearth.testing.recorder import record
from infra import public_access
from infra.settings import StackSettings
from tests.infra.example import STACKS, run_stack

GRANT = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"
SERVICE = "gcp:cloudrunv2/service:Service"


@pytest.mark.parametrize("name", STACKS)
def test_every_shipped_stack_lets_everybody_in_by_the_one_grant(name: str) -> None:
    grant = run_stack(name, {"app:name": "shop"}).one(GRANT)

    assert grant.parent == "public-access"
    assert (grant.inputs["member"], grant.inputs["role"]) == ("allUsers", "roles/run.invoker")
    assert grant.inputs["name"] == "shop"


def test_with_the_check_off_there_is_no_grant() -> None:
    """For organizations that refuse allUsers; both at once would fail there."""
    stack = run_stack("dev", {"app:publicAccess": "invoker-check-off"})

    assert not stack.of_type(GRANT)
    assert stack.one(SERVICE).inputs["invokerIamDisabled"] is True


def test_with_the_grant_the_check_stays_on() -> None:
    assert run_stack("dev").one(SERVICE).inputs["invokerIamDisabled"] is False


def test_private_is_neither() -> None:
    stack = StackSettings.model_validate({"app:publicAccess": "private"})
    recorded = record(lambda: (public_access.PublicAccess("public-access", stack, service="web"), None)[1])

    assert recorded.counts == {"hearth-app:infra:PublicAccess": 1}
    assert public_access.invoker_check_disabled(stack) is False


def test_the_site_is_released_only_when_everybody_may_call_the_service() -> None:
    release = run_stack("dev").one("hearth:hosting:SiteRelease")

    assert {"ServiceIamMember public-access", "Service web"} <= release.depends_on


def test_nothing_else_is_granted_to_everybody() -> None:
    """PublicAccess is the only place where the public comes in."""
    everybody = ("allUsers", "allAuthenticatedUsers")

    granted = [each.short for each in run_stack("prod").resources if each.inputs.get("member") in everybody]
    assert granted == ["ServiceIamMember public-access"]
