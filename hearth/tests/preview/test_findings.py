"""What is called out by name, on recorded previews and on made-up changes for what the program does not do."""

import dataclasses
from typing import Any

import pytest

from hearth.catalog import losses
from hearth.preview import at_stake, findings, gates
from hearth.preview.changes import Change, Op, Plan, Property
from hearth.preview.errors import PreviewError
from hearth.preview.findings import Files
from hearth.preview.values import written
from hearth.tests.preview.recorded import only, plan

INVOKER = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"
SERVICE = "gcp:cloudrunv2/service:Service"


def change(type_: str, op: Op, old: dict[str, Any], new: dict[str, Any], paths: tuple[str, ...] = ()) -> Change:
    return Change(
        op=op,
        type=type_,
        name="it",
        old=old,
        new=new,
        properties=tuple(
            Property(path=path, old=written(old, path), new=written(new, path), replaces=False) for path in paths
        ),
        was_protected=False,
        is_protected=False,
    )


def told(found: Any) -> list[tuple[str, str, str]]:
    return [(each.what, each.old, each.new) for each in found]


# --- Exposure ---


EVERYBODY = {"member": "allUsers", "role": "roles/run.invoker", "name": "web"}
SOMEBODY = {"member": "user:a@example.com", "role": "roles/run.invoker"}
BOTH = {"members": ["allUsers", "user:a@example.com"], "role": "roles/storage.objectViewer"}


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (change(INVOKER, "create", {}, EVERYBODY), ["public access granted"]),
        (change(INVOKER, "delete", EVERYBODY, {}), ["public access removed"]),
        (change(INVOKER, "replace", SOMEBODY, EVERYBODY), ["public access granted"]),
        (change(INVOKER, "update", EVERYBODY, {**EVERYBODY, "role": "roles/run.admin"}), ["public access"]),
        # A renamed service: the same for everybody as before.
        (change(INVOKER, "replace", EVERYBODY, {**EVERYBODY, "name": "shop"}), []),
        (change(INVOKER, "create", {}, SOMEBODY), []),
        (change("gcp:storage/bucketIAMBinding:BucketIAMBinding", "create", {}, BOTH), ["public access granted"]),
        (
            change(SERVICE, "update", {"invokerIamDisabled": False}, {"invokerIamDisabled": True}),
            ["invokerIamDisabled (anyone may call it, without asking IAM)"],
        ),
        (
            change(SERVICE, "update", {"invokerIamDisabled": True}, {"invokerIamDisabled": False}),
            ["invokerIamDisabled"],
        ),
        (change(SERVICE, "update", {"ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY"}, {"ingress": "X"}), ["ingress"]),
        (change(SERVICE, "create", {}, {"invokerIamDisabled": False, "ingress": "INGRESS_TRAFFIC_ALL"}), []),
        (
            change(SERVICE, "create", {}, {"invokerIamDisabled": True}),
            ["invokerIamDisabled (anyone may call it, without asking IAM)"],
        ),
        (change(SERVICE, "delete", {"invokerIamDisabled": True}, {}), []),
        (
            change("gcp:storage/bucket:Bucket", "update", {"publicAccessPrevention": "enforced"}, {}),
            ["publicAccessPrevention"],
        ),
    ],
)
def test_a_change_of_who_may_reach_it_is_exposure(made: Change, what: list[str]) -> None:
    assert [each.what for each in findings.exposure(made)] == what


# --- Roles ---


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (change(INVOKER, "create", {}, SOMEBODY), ["widened"]),
        (change(INVOKER, "delete", SOMEBODY, {}), ["narrowed"]),
        (change(INVOKER, "replace", SOMEBODY, {**SOMEBODY, "member": "user:b@example.com"}), ["moved"]),
        (change(INVOKER, "create", {}, {**SOMEBODY, "role": "roles/editor"}), ["widened, a basic role"]),
        # Told as exposure already.
        (change(INVOKER, "create", {}, EVERYBODY), []),
        (change(INVOKER, "update", SOMEBODY, {**SOMEBODY, "project": "x"}), []),
        (
            change(
                SERVICE,
                "update",
                {"template": {"serviceAccount": "a@x"}},
                {"template": {"serviceAccount": "b@x"}},
                ("template.serviceAccount",),
            ),
            ["template.serviceAccount (acts as another identity)"],
        ),
        (
            change(
                "gcp:cloudfunctionsv2/function:Function",
                "update",
                {"serviceConfig": {"serviceAccountEmail": "a@x"}},
                {"serviceConfig": {"serviceAccountEmail": "b@x"}},
                ("serviceConfig.serviceAccountEmail",),
            ),
            ["serviceConfig.serviceAccountEmail (acts as another identity)"],
        ),
    ],
)
def test_a_role_is_widened_narrowed_or_moved(made: Change, what: list[str]) -> None:
    assert [each.what for each in findings.roles(made)] == what


def test_an_image_reader_of_another_project_is_called_out() -> None:
    (found,) = [each for made in plan("opened").changes for each in findings.roles(made)]

    member = "serviceAccount:ci@other-project.iam.gserviceaccount.com"
    assert (found.what, found.old, found.new) == (
        "widened",
        "nothing",
        f"roles/artifactregistry.reader for {member}",
    )


# --- Protection ---


def test_what_is_protected_at_base_will_be_refused() -> None:
    """To lift it in the same step does not help: the engine and Google look at what is deployed."""
    service = only("renamed", ":Service", "web")

    assert at_stake.refusals(service) == ["protect", "deletionProtection"]
    assert service.new["deletionProtection"] is False


@pytest.mark.parametrize(("was", "becomes", "refused"), [(True, False, ["protect"]), (False, True, [])])
def test_what_head_protects_holds_nobody_up_yet(was: bool, becomes: bool, refused: list[str]) -> None:  # noqa: FBT001
    replaced = dataclasses.replace(change(SERVICE, "replace", {}, {}), was_protected=was, is_protected=becomes)

    assert at_stake.refusals(replaced) == refused


@pytest.mark.parametrize(
    ("name", "type_end", "logical", "lifted"),
    [
        ("opened", ":HostingSite", "site", ["protect"]),
        ("renamed", ":Service", "web", ["deletionProtection"]),
        ("renamed", ":Bucket", "image-source", []),
    ],
)
def test_protection_that_goes_is_called_out(name: str, type_end: str, logical: str, lifted: list[str]) -> None:
    made = only(name, type_end, logical)

    assert at_stake.lifted(made) == lifted
    assert told(findings.protection(made)) == [(f"{each} removed", "on", "off") for each in lifted]


def test_a_firestore_database_has_a_protection_of_its_own_kind() -> None:
    on, off = ({"deleteProtectionState": f"DELETE_PROTECTION_{state}"} for state in ("ENABLED", "DISABLED"))
    kind = "gcp:firestore/database:Database"

    assert at_stake.lifted(change(kind, "update", on, off)) == ["deleteProtectionState"]
    assert at_stake.lifted(change(kind, "update", off, on)) == []
    assert at_stake.refusals(change(kind, "replace", on, off)) == ["deleteProtectionState"]
    assert at_stake.refusals(change(kind, "update", on, off)) == []


def test_google_providers_own_lock_is_a_protection_too() -> None:
    """Of nearly every type, and whatever it holds."""
    on, off = {"deletionPolicy": "PREVENT"}, {"deletionPolicy": "DELETE"}

    assert at_stake.refusals(change("gcp:pubsub/topic:Topic", "delete", on, {})) == ["deletionPolicy"]
    assert at_stake.lifted(change("gcp:pubsub/topic:Topic", "update", on, off)) == ["deletionPolicy"]


# --- What is at stake ---


@pytest.mark.parametrize(
    ("type_", "old", "data"),
    [
        ("gcp:pubsub/topic:Topic", {}, "messages that no subscription has got yet"),
        ("gcp:secretmanager/secretVersion:SecretVersion", {}, "the secret's value"),
        ("gcp:storage/bucket:Bucket", {"forceDestroy": True}, "every object in the bucket"),
        (
            "gcp:storage/bucket:Bucket",
            {},
            "every object in the bucket; Google refuses to delete it while there is any, unless forceDestroy is on",
        ),
        (
            "gcp:bigquery/dataset:Dataset",
            {"deleteContentsOnDestroy": False},
            (
                "every table in the dataset; Google refuses to delete it while there is any, unless "
                "deleteContentsOnDestroy is on"
            ),
        ),
        # Nobody wrote this type down; that it can be protected says that it holds something.
        ("acme:things/box:Box", {"deletionProtection": False}, losses.HELD),
        ("gcp:projects/iAMMember:IAMMember", {"role": "roles/run.viewer"}, ""),
    ],
)
def test_what_goes_with_a_resource_is_said(type_: str, old: dict[str, Any], data: str) -> None:
    assert at_stake.data(change(type_, "delete", old, {})) == data


# --- Cost, images, files ---


def test_cost_drivers_are_called_out() -> None:
    assert told(findings.cost(only("renamed", ":Service", "web"))) == [
        ("scaling.maxInstanceCount", "10", "20"),
        ("scaling.minInstanceCount", "1", "2"),
    ]
    assert told(findings.cost(only("opened", ":Service", "web"))) == [
        ("template.containers[0].resources.limits.memory", "512Mi", "1Gi")
    ]


def test_an_image_that_is_yet_to_be_built_is_said_to_be() -> None:
    ((what, old, new),) = told(findings.images(only("renamed", ":Service", "web")))

    assert (what, new) == ("image", "built from the head's files")
    assert "@sha256:" in old


def test_files_of_a_site_are_named() -> None:
    assert findings.files(only("renamed", ":SiteRelease", "site")) == Files(
        added=("/new.txt",), changed=("/style.css",), removed=("/robots.txt",)
    )
    assert findings.files(only("renamed", ":Service", "web")) is None


def test_a_file_and_its_name_by_content_are_one_line() -> None:
    old, new, same = "a" * 64, "b" * 64, "c" * 64
    before = {"/style.css": old, f"/style.{old[:16]}.css": old, "/x.svg": same, f"/x.{same[:16]}.svg": same}
    after = {"/style.css": new, f"/style.{new[:16]}.css": new, "/x.svg": same}

    found = findings.files(change("hearth:hosting:SiteRelease", "update", {"files": before}, {"files": after}))

    assert found == Files(added=(), changed=("/style.css",), removed=())


def test_a_name_by_content_without_its_file_is_a_file_of_its_own() -> None:
    digest = "a" * 64
    after = {f"/style.{digest[:16]}.css": digest}

    found = findings.files(change("hearth:hosting:SiteRelease", "update", {"files": {}}, {"files": after}))

    assert found == Files(added=(f"/style.{digest[:16]}.css",), changed=(), removed=())


# --- Gates ---


@pytest.mark.parametrize(
    ("name", "wanted", "hit"),
    [
        ("renamed", "replace,delete,exposure", ["replace", "delete", "exposure"]),
        ("opened", "replace,delete,exposure", ["replace"]),
        ("opened", "delete, exposure", []),
        ("renamed", "", []),
    ],
)
def test_a_gate_is_hit_by_what_it_is_named_after(name: str, wanted: str, hit: list[str]) -> None:
    assert [each.partition(":")[0] for each in gates.hit(plan(name), gates.parse(wanted))] == hit


def test_nothing_falls_under_a_gate_where_nothing_changes() -> None:
    assert gates.hit(Plan(changes=(), same=3), gates.NAMES) == []


def test_a_misspelt_gate_is_refused() -> None:
    """It would let everything pass."""
    with pytest.raises(PreviewError, match="exposures is unknown") as refused:
        gates.parse("delete,exposures")

    assert "replace, delete, exposure" in str(refused.value)
