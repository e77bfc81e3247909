"""What waits for what, in every stack, over all steps in between."""

import pytest

from hearth.testing.recorder import Resource
from hearth.testing.stacks import ON_GOOGLE, STACKS, run_stack, run_with, shipped
from infra.program import ROOT, build

APIS = "Settled apis-settled"
FIRST = {"gcp:projects/service:Service", "gcp:projects/serviceIdentity:ServiceIdentity"}
# Made on this machine: no API is asked for it.
NO_API = {"hearth:secret:RandomKey", "hearth:secret:AlternatingValue"}
# No visitor needs it: what cleans up or backs up, what lets clients past the service, how CI deploys, and addresses that somebody
# has to set DNS records for first.
NOT_FOR_VISITORS = {
    "gcp:firestore/field:Field",
    "gcp:firestore/backupSchedule:BackupSchedule",
    "gcp:firebaserules/ruleset:Ruleset",
    "gcp:firebaserules/release:Release",
    "gcp:firebase/hostingCustomDomain:HostingCustomDomain",
}
NOT_OF_THE_SITE = {"delivery"}
# Of other projects, which run the same images.
READERS = "images-reader-"

pytestmark = pytest.mark.parametrize("name", STACKS)


def test_everything_waits_until_the_apis_answer(name: str) -> None:
    """Google's provider gives up at the first 403, and an API says 403 for minutes after it was enabled."""
    stack = run_stack(name)

    hasty = [
        each.short
        for each in stack.resources
        if each.custom
        and each.type not in FIRST | NO_API
        and each.short != APIS
        and APIS not in stack.dependencies(each)
    ]
    assert hasty == []


def test_the_apis_are_settled_when_all_of_them_are_enabled(name: str) -> None:
    stack = run_stack(name)

    enabled = stack.of_type("gcp:projects/service:Service")
    settled = stack.one("hearth:project:Settled", "apis-settled")
    assert {each.short for each in enabled} <= settled.depends_on
    assert {each.inputs["service"] for each in enabled} == set(settled.inputs["apis"])


def test_the_service_waits_until_its_grants_take_effect(name: str) -> None:
    """A revision that may not read its secret or its data fails, and Cloud Run does not try again."""
    stack = run_stack(name)

    granting = {"secrets", "own-secrets", "database"}
    grants = {
        each.short for each in stack.resources if each.custom and each.parent in granting and "role" in each.inputs
    }
    assert grants
    assert grants | {"Settled runtime-grants-settled"} <= stack.dependencies(
        stack.one("gcp:cloudrunv2/service:Service")
    )
    settled = stack.one("hearth:project:Settled", "runtime-grants-settled")
    assert grants == settled.depends_on
    # What was refused all the same is tried again, by these names.
    starting = [*stack.of_type("gcp:cloudrunv2/service:Service"), *stack.of_type("gcp:cloudrunv2/job:Job")]
    assert set(settled.inputs["neededBy"]) == {
        f"projects/{each.at('project')}/locations/{each.at('location')}/{kind}/{each.at('name')}"
        for each in starting
        for kind in [each.type.rpartition(":")[2].lower() + "s"]
    }


def test_the_service_waits_until_its_database_is_there(name: str) -> None:
    """A Firestore database that exists, or a schema that the migration brought up to date."""
    stack = run_stack(name)

    wanted = {"Job migration", "JobExecution migration-executed", "Database database"}
    there = {each.short for each in stack.resources if each.custom} & wanted
    if not there:
        pytest.skip(f"stack {name} makes no database, and migrates none")
    assert there <= stack.dependencies(stack.one("gcp:cloudrunv2/service:Service"))


def test_the_site_is_released_last(name: str) -> None:
    """Nothing is public before all of it works."""
    stack = run_stack(name)
    release = stack.one("hearth:hosting:SiteRelease")

    needed = {
        each.short
        for each in stack.resources
        if each.custom
        and each.type not in NOT_FOR_VISITORS
        and each.parent not in NOT_OF_THE_SITE
        and not each.name.startswith(READERS)
    }
    assert needed - {release.short} <= stack.dependencies(release)


def test_an_api_is_never_turned_off_again(name: str) -> None:
    """Something outside the stack may use it too."""
    for service in run_stack(name).of_type("gcp:projects/service:Service"):
        assert service.inputs["disableOnDestroy"] is False


def test_no_grant_gives_a_basic_role(name: str) -> None:
    """Owner, editor and viewer reach everything in a project."""
    roles = {each.inputs["role"] for each in run_stack(name).resources if "role" in each.inputs}

    assert roles
    assert roles.isdisjoint({"roles/owner", "roles/editor", "roles/viewer"})


def test_logical_names_and_types_do_not_depend_on_stack_or_project(name: str) -> None:
    """They are part of a resource's identity: another one is a replacement."""
    stack = run_stack(name)
    project = "demo-elsewhere" if name not in ON_GOOGLE else "elsewhere"
    other = {"gcp:project": project, "gcp:billingProject": project, "app:name": "other"}
    moved = run_with(shipped(name) | other, "another", build, ROOT)

    assert [identity(each) for each in moved.resources] == [identity(each) for each in stack.resources]
    assert {each.type.split(":")[0] for each in stack.resources} == {"gcp", "hearth", "hearth-app"}


def identity(resource: Resource) -> str:
    """All of it that is not the stack's own name."""
    return resource.urn.partition("::")[2]
