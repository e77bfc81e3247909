"""What is read off the engine's events, recorded from real previews."""

import pytest

from hearth.preview import changes
from hearth.preview.values import SECRET, UNKNOWN
from hearth.tests.preview.recorded import events, only, plan


@pytest.mark.parametrize(
    ("name", "counts"),
    [("renamed", {"update": 3, "replace": 12, "delete": 1}), ("opened", {"create": 2, "update": 7, "replace": 1})],
)
def test_every_resource_is_counted_once(name: str, counts: dict[str, int]) -> None:
    """The engine tells a replacement by three events, and counts components, which exist in the state alone."""
    assert plan(name).counts() == counts


def test_the_counts_are_the_engines_own() -> None:
    (told,) = [event["summaryEvent"]["resourceChanges"] for event in events("renamed") if "summaryEvent" in event]

    assert plan("renamed").counts() == {op: number for op, number in told.items() if op != "same"}


def test_a_property_goes_from_its_old_value_to_its_new_one() -> None:
    found = {each.path: (each.old, each.new, each.replaces) for each in only("renamed", ":Service", "web").properties}

    assert found["name"] == ("web", "shop", True)
    assert found["scaling.maxInstanceCount"] == ("10", "20", False)
    assert found["template.containers[0].image"][1] == UNKNOWN


def test_a_changed_secret_shows_neither_value() -> None:
    (found,) = only("opened", ":SecretVersion", "secrets-session-key").properties

    assert (found.path, found.old, found.new) == ("secretData", SECRET, SECRET)


def test_a_protection_that_goes_is_a_change_although_the_engine_sees_none() -> None:
    change = only("opened", ":HostingSite", "site")

    assert (change.op, change.was_protected, change.is_protected) == ("update", True, False)
    assert "HostingSite::site" not in [
        each["resourcePreEvent"]["metadata"]["urn"]
        for each in events("opened")
        if "resourcePreEvent" in each and each["resourcePreEvent"]["metadata"]["op"] == "update"
    ]


def test_a_preview_without_changes_has_none() -> None:
    same = [
        each for each in events("opened") if each.get("resourcePreEvent", {}).get("metadata", {}).get("op") == "same"
    ]

    found = changes.read(same)

    assert found.changes == ()
    assert found.same > 20
    assert len(found.types) == found.same


@pytest.mark.parametrize(
    ("type", "name", "told"),
    [
        ("pulumi:providers:gcp", "default_10_2_0", 0),
        ("pulumi:providers:hearth", "default", 0),
        ("pulumi:providers:gcp", "elsewhere", 1),
        ("gcp:storage/bucket:Bucket", "default_files", 1),
    ],
)
@pytest.mark.parametrize(("op", "there"), [("create", "new"), ("delete", "old")])
def test_a_provider_that_nobody_declared_comes_and_goes_without_a_word(
    type: str, name: str, told: int, op: str, there: str
) -> None:
    """Another version of a package is another default provider; told as a deletion, it would stop a pull request."""
    state = {"custom": True, "inputs": {}}
    metadata = {"op": op, "type": type, "urn": f"urn:pulumi:prod::app::{type}::{name}", there: state}

    assert len(changes.read([{"resourcePreEvent": {"metadata": metadata}}]).changes) == told


def test_the_types_are_those_of_what_there_will_be() -> None:
    """What goes is none of them."""
    found = plan("renamed")
    counts = found.counts()

    assert len(found.types) == found.same + sum(counts[op] for op in ("create", "update", "replace"))


def test_what_is_replaced_for_what_it_depends_on_shows_what_changes_of_it_all_the_same() -> None:
    """The engine asks for no diff of what has to go before something else can."""
    service = "gcp:cloudrunv2/service:Service"
    old = {"name": "web", "scaling": {"maxInstanceCount": 2}, "__defaults": []}
    new = {
        "name": "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "scaling": {"maxInstanceCount": 33},
        "__defaults": ["client"],
    }
    metadata = {
        "op": "replace",
        "type": service,
        "urn": f"urn:pulumi:prod::app::{service}::web",
        "old": {"custom": True, "inputs": old},
        "new": {"custom": True, "inputs": new},
    }

    (found,) = changes.read([{"resourcePreEvent": {"metadata": metadata}}]).changes

    assert [(each.path, each.old, each.new, each.replaces) for each in found.properties] == [
        ("scaling.maxInstanceCount", "2", "33", False)
    ]


def replaced(type: str, old: dict[str, object], new: dict[str, object], *paths: str) -> dict[str, bool]:
    """By path, whether nobody knows that a change there replaces."""
    metadata = {
        "op": "replace",
        "type": type,
        "urn": f"urn:pulumi:prod::app::{type}::it",
        "old": {"custom": True, "inputs": old},
        "new": {"custom": True, "inputs": new},
        "detailedDiff": {path: {"diffKind": "update-replace", "inputDiff": True} for path in paths},
    }
    (found,) = changes.read([{"resourcePreEvent": {"metadata": metadata}}]).changes
    assert all(each.replaces for each in found.properties)
    return {each.path: each.unsure for each in found.properties}


def test_a_replacement_that_nobody_knows_of_is_told_from_one_that_google_makes() -> None:
    """In each type as in the installed catalog: a whole type, a property, a block with a property in it, a key."""
    assert replaced("gcp:monitoring/snooze:Snooze", {"displayName": "a"}, {"displayName": "b"}, "displayName") == {
        "displayName": True
    }
    told = replaced("gcp:secretmanager/secret:Secret", {"secretId": "a"}, {"secretType": "B"}, "secretId", "secretType")
    assert told == {"secretId": False, "secretType": True}
    binding = "gcp:iam/foldersPolicyBinding:FoldersPolicyBinding"
    assert replaced(binding, {}, {"target": {"resource": "r"}}, "target") == {"target": True}
    assert replaced(binding, {}, {"target": {"resource": "r", "principalSet": "s"}}, "target") == {"target": False}
    assert replaced("other:a/b:C", {"a": {"b": 1}}, {"a": {"b": 2}}, "a.b") == {"a.b": False}
