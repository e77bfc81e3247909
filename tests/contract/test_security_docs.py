"""docs/security.md lists every grant that the program makes, with what bounds it, and no other."""

import re
from collections.abc import Iterator

import pytest

from hearth.testing.recorder import Stack
from infra.program import ROOT
from tests.infra.example import run_stack

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
DELIVERY = {"app:deliveryRepository": "acme/web", "app:deliveryRepositoryId": "1234"}
TASKS = {"app:taskQueue": "tasks", "app:schedules": '{"nightly": "0 3 * * *"}'}
EDITS = {"app:clientEdits": "true", "app:auth": "firebase"}
PLACES = {
    "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": "the repository",
    "gcp:cloudrunv2/serviceIamMember:ServiceIamMember": "the service",
    "gcp:cloudtasks/queueIamMember:QueueIamMember": "the queue",
    "gcp:projects/iAMMember:IAMMember": "the project",
    "gcp:secretmanager/secretIamMember:SecretIamMember": "each of its secrets",
    "gcp:storage/bucketIAMMember:BucketIAMMember": "the bucket",
}


def named(account: str) -> str:
    """As the page calls an account, which has an email or a member's or a resource's name."""
    name = re.split(r"[:/]", account.partition("@")[0])[-1]
    return f"`NAME-{name.removeprefix('web-')}`" if name.startswith("web-") else account


def who(member: str) -> str:
    if member == "allUsers":
        return "everybody"
    if member.endswith("@gcp-sa-cloudtasks.iam.gserviceaccount.com"):
        return "Cloud Tasks' agent"
    if member.startswith("principalSet:"):
        return f"CI's jobs, {'previewing' if member.endswith('-preview') else 'approved'}"
    return named(member)


def grants(stack: Stack) -> Iterator[tuple[str, str, str, bool]]:
    """Who, role, where, and whether a condition bounds it."""
    for each in stack.resources:
        if "member" in each.inputs:
            place = PLACES[each.type] if each.type in PLACES else named(each.inputs["serviceAccountId"])
            yield who(each.inputs["member"]), each.inputs["role"], place, "condition" in each.inputs


def test_the_page_lists_every_grant_with_its_place_and_whether_it_is_bounded() -> None:
    told = re.findall(r"^\| ([^|]+) \| `(roles/[^`]+)` \| ([^|]+) \|(.*)\|$", PAGE, flags=re.MULTILINE)
    made = {
        grant
        for database, also in (("firestore", EDITS), ("postgres", {}))
        for grant in grants(run_stack("prod", DELIVERY | TASKS | also | {"app:database": database}))
    }

    assert {(who, role, place, bool(only.strip())) for who, role, place, only in told} == made
    assert len(told) == len(made)


@pytest.mark.parametrize(
    "account", ["`NAME-run`", "`NAME-tasks`", "`NAME-edits`", "`NAME-build`", "`NAME-apply`", "`NAME-plan`"]
)
def test_of_every_account_it_says_what_a_leaked_token_can_do(account: str) -> None:
    _, _, leaked = PAGE.partition("## What a leaked token can do")

    assert re.search(rf"^\| {account}", leaked, flags=re.MULTILINE)
