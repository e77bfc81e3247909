"""All members of a role, and whole policies: what else was granted of it goes; and what is said where they clash."""

import json
from typing import Any

import pytest

from hearth.localcloud.standin.provider import StandIn
from hearth.plugin.kinds import UNKNOWN, Context, ProviderError

WEB = "projects/demo-x/locations/us-central1/services/web"
BINDING = "gcp:cloudrunv2/serviceIamBinding:ServiceIamBinding"
POLICY = "gcp:cloudrunv2/serviceIamPolicy:ServiceIamPolicy"
MEMBER = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"
VIEWER, INVOKER = "roles/viewer", "roles/run.invoker"
ANN, BOB = "user:ann@example.com", "user:bob@example.com"


def policy(google: Any) -> dict[str, list[str]]:
    bindings = google.documents[f"policy/run/{WEB}"].get("bindings", [])
    return {binding["role"]: binding["members"] for binding in bindings}


def text(**roles: list[str]) -> str:
    names = {"viewer": VIEWER, "invoker": INVOKER}
    return json.dumps({"bindings": [{"members": members, "role": names[role]} for role, members in roles.items()]})


@pytest.fixture
def others(google: Any) -> None:
    """What somebody else granted."""
    google.documents[f"policy/run/{WEB}"] = {
        "etag": "0",
        "bindings": [{"role": VIEWER, "members": [BOB]}, {"role": INVOKER, "members": [BOB]}],
    }


@pytest.mark.usefixtures("others")
def test_a_binding_has_exactly_its_members_and_leaves_other_roles_alone(stack: Any, google: Any) -> None:
    binding = stack(BINDING)

    binding.up({"name": "web", "role": INVOKER, "members": [ANN]})

    assert binding.id == f"{WEB}/{INVOKER}"
    assert policy(google) == {VIEWER: [BOB], INVOKER: [ANN]}
    assert binding.up({"name": "web", "role": INVOKER, "members": ["allUsers", ANN]})
    assert policy(google)[INVOKER] == sorted(["allUsers", ANN])
    assert binding.refresh()
    assert binding.inputs["members"] == ["allUsers", ANN]
    binding.delete()
    assert policy(google) == {VIEWER: [BOB]}
    assert not binding.refresh()


@pytest.mark.usefixtures("others")
def test_a_binding_sees_who_came_since(stack: Any, google: Any) -> None:
    binding = stack(BINDING)
    declared = {"name": "web", "role": INVOKER, "members": [ANN]}
    binding.up(declared)
    google.documents[f"policy/run/{WEB}"]["bindings"][-1]["members"].append(BOB)

    binding.refresh()

    assert binding.inputs["members"] == [ANN, BOB]
    assert binding.up(declared) != set()
    assert policy(google)[INVOKER] == [ANN]


@pytest.mark.usefixtures("others")
def test_a_binding_is_imported_with_its_members(stack: Any) -> None:
    binding = stack(BINDING)

    found = binding.kind.read(binding.context, f"{WEB}/{INVOKER}", None, None)

    assert {key: found.inputs[key] for key in ("role", "members")} == {"role": INVOKER, "members": [BOB]}


@pytest.mark.usefixtures("others")
def test_a_policy_is_all_there_is(stack: Any, google: Any) -> None:
    whole = stack(POLICY)

    whole.up({"name": "web", "policyData": text(invoker=[ANN])})

    assert whole.id == WEB
    assert policy(google) == {INVOKER: [ANN]}
    assert whole.up({"name": "web", "policyData": text(invoker=[ANN, BOB])}) == {"policyData"}
    assert policy(google) == {INVOKER: [ANN, BOB]}
    assert whole.refresh()
    assert whole.inputs["policyData"] == text(invoker=[ANN, BOB])
    whole.delete()
    assert policy(google) == {}


def test_a_policy_that_is_none_is_refused(stack: Any) -> None:
    with pytest.raises(ProviderError, match=r"policyData is not a policy.*get_iam_policy"):
        stack(POLICY).up({"name": "web", "policyData": "allUsers"})


# --- What undoes what ---

SERVICE = {"name": "web", "location": "us-central1", "project": "demo-x"}
ONE = {**SERVICE, "role": INVOKER, "member": ANN}
ALL = {**SERVICE, "role": INVOKER, "members": [ANN]}
WHOLE = {**SERVICE, "policyData": text(invoker=[ANN])}


@pytest.mark.parametrize(
    ("declared", "undone"),
    [
        ([(MEMBER, ONE), (BINDING, ALL)], True),
        ([(BINDING, ALL), (BINDING, ALL)], True),
        ([(MEMBER, {**ONE, "role": VIEWER}), (POLICY, WHOLE)], True),
        ([(MEMBER, ONE), (MEMBER, {**ONE, "member": BOB})], False),
        ([(MEMBER, {**ONE, "role": VIEWER}), (BINDING, ALL)], False),
        ([(MEMBER, {**ONE, "name": "other"}), (BINDING, ALL)], False),
        ([(MEMBER, {**ONE, "name": UNKNOWN}), (BINDING, ALL)], False),
        ([(MEMBER, {**ONE, "condition": {"title": "t", "expression": "e"}}), (BINDING, ALL)], False),
        ([("gcp:pubsub/topicIAMMember:TopicIAMMember", {"topic": "t", "role": VIEWER, "member": ANN})], False),
    ],
)
def test_grants_that_undo_each_other_are_told_at_the_end_of_the_run(
    provider: StandIn, declared: list[tuple[str, dict[str, Any]]], *, undone: bool
) -> None:
    for number, (type_, inputs) in enumerate(declared):
        urn = f"urn:pulumi:local::shop::{type_}::grant-{number}"
        provider.kind(type_).check(Context(urn=urn), None, inputs)

    said = [each for each in provider.final_warnings() if "takes away what the others granted" in each]
    assert [("grant-0" in each, f"roles of {WEB}" in each) for each in said] == ([(True, True)] if undone else [])


def test_of_kept_types_too(provider: StandIn) -> None:
    for way, inputs in (("Member", {"member": ANN}), ("Binding", {"members": [ANN]})):
        type_ = f"gcp:pubsub/topicIAM{way}:TopicIAM{way}"
        granted = {"topic": "projects/demo-x/topics/t", "role": VIEWER, **inputs}
        provider.kind(type_).check(Context(urn=f"urn:pulumi:local::shop::{type_}::{way}"), None, granted)

    assert "pubsub.TopicIAMBinding Binding, pubsub.TopicIAMMember Member write" in provider.final_warnings()[0]
