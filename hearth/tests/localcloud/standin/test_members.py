"""Grants: one member of one role in a policy that others write, too."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from hearth.plugin.kinds import UNKNOWN, ProviderError
from hearth.tests.localcloud.standin.conftest import Refusal, Stack

RUN = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"
WEB = "projects/demo-x/locations/us-central1/services/web"
REPOSITORY = "projects/demo-x/locations/us-central1/repositories/web"
ACCOUNT = "projects/demo-x/serviceAccounts/a@demo-x.iam.gserviceaccount.com"
ANN = {"role": "roles/viewer", "member": "user:ann@example.com"}
OWN_ROLE = {"role": "projects/demo-x/roles/own", "member": "serviceAccount:a@demo-x.iam.gserviceaccount.com"}
END = "roles/viewer/user:ann@example.com"


@dataclass(frozen=True)
class Life:
    type: str
    inputs: dict[str, Any]
    id: str
    resource: str
    """Whose policy it is in."""
    output: tuple[str, str]


LIVES = [
    Life(RUN, {"name": "web", **ANN}, f"{WEB}/{END}", f"run/{WEB}", ("name", WEB)),
    Life(RUN, {"name": WEB, **ANN}, f"{WEB}/{END}", f"run/{WEB}", ("location", "us-central1")),
    Life(
        RUN,
        {"name": "web", "location": "europe-west1", **ANN},
        f"projects/demo-x/locations/europe-west1/services/web/{END}",
        "run/projects/demo-x/locations/europe-west1/services/web",
        ("location", "europe-west1"),
    ),
    Life(
        "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember",
        {"repository": "web", **OWN_ROLE},
        f"{REPOSITORY}/projects/demo-x/roles/own/serviceAccount:a@demo-x.iam.gserviceaccount.com",
        f"artifactregistry/{REPOSITORY}",
        ("repository", REPOSITORY),
    ),
    Life(
        "gcp:projects/iAMMember:IAMMember",
        {"project": "demo-x", **ANN},
        f"demo-x/{END}",
        "cloudresourcemanager/projects/demo-x",
        ("project", "demo-x"),
    ),
    Life(
        "gcp:secretmanager/secretIamMember:SecretIamMember",
        {"secretId": "projects/demo-x/secrets/key", **ANN},
        f"projects/demo-x/secrets/key/{END}",
        "secretmanager/projects/demo-x/secrets/key",
        ("secretId", "projects/demo-x/secrets/key"),
    ),
    Life(
        "gcp:serviceaccount/iAMMember:IAMMember",
        {"serviceAccountId": ACCOUNT, **ANN},
        f"{ACCOUNT}/{END}",
        f"iam/{ACCOUNT}",
        ("serviceAccountId", ACCOUNT),
    ),
    Life(
        "gcp:storage/bucketIAMMember:BucketIAMMember",
        {"bucket": "demo-x-b", **ANN},
        f"b/demo-x-b/{END}",
        "storage/b/demo-x-b",
        ("bucket", "b/demo-x-b"),
    ),
]
lives = pytest.mark.parametrize("life", LIVES, ids=[life.id for life in LIVES])


@lives
def test_a_grant_through_its_life(google: Any, stack: Any, life: Life) -> None:
    inputs, resource = life.inputs, life.resource
    google.documents[f"policy/{resource}"] = {"etag": "0", "bindings": [{"role": "roles/owner", "members": ["user:o"]}]}
    grant = stack(life.type)

    grant.up(inputs)
    assert (grant.id, grant.outputs[life.output[0]]) == (life.id, life.output[1])
    assert google.documents[f"policy/{resource}"]["bindings"] == [
        {"role": "roles/owner", "members": ["user:o"]},
        {"role": inputs["role"], "members": [inputs["member"]]},
    ]

    before = (grant.inputs, grant.outputs)
    assert grant.refresh()
    assert (grant.inputs, grant.outputs) == before
    assert not grant.diff(inputs).changed

    grant.delete()
    assert google.documents[f"policy/{resource}"]["bindings"] == [{"role": "roles/owner", "members": ["user:o"]}]
    assert not grant.refresh()
    grant.delete()


@lives
@pytest.mark.parametrize("separator", ["/", " "])
def test_a_grant_is_imported_by_its_id_and_by_googles_form(stack: Any, life: Life, separator: str) -> None:
    grant = stack(life.type)
    grant.up(life.inputs)
    role = life.inputs["role"]

    written = life.id.replace(f"/{role}/", f"{separator}{role}{separator}")
    found = grant.kind.read(grant.context, written, None, None)

    assert found.id == life.id
    assert (found.inputs["role"], found.inputs["member"]) == (role, life.inputs["member"])
    assert found.outputs[life.output[0]] == life.output[1]


def test_grants_made_at_once_on_one_resource_are_all_there(google: Any, stack: Any) -> None:
    """The engine makes everything at once that does not depend on another."""
    made = [stack(RUN) for _ in range(12)]

    with ThreadPoolExecutor(len(made)) as pool:
        list(pool.map(lambda at: made[at].up({"name": "web", **ANN, "member": f"user:{at}"}), range(len(made))))

    (binding,) = google.documents[f"policy/run/{WEB}"]["bindings"]
    assert sorted(binding["members"]) == sorted(f"user:{at}" for at in range(len(made)))
    # They took turns, so that none was refused: twelve that collide would try for seconds.
    assert len(google.sent("POST")) == len(made)


@pytest.mark.parametrize("code", [409, 412])
def test_a_policy_that_somebody_else_wrote_in_between_is_read_again(google: Any, stack: Any, code: int) -> None:
    google.refusals[("POST", ":setIamPolicy")] = [Refusal(code, "concurrent"), Refusal(code, "concurrent")]

    stack(RUN).up({"name": "web", **ANN})

    assert [path.rpartition(":")[2] for path, _ in google.sent("GET")] == ["getIamPolicy"] * 3
    assert google.documents[f"policy/run/{WEB}"]["bindings"][0]["members"] == [ANN["member"]]


def test_a_refusal_is_not_tried_again(google: Any, stack: Any) -> None:
    google.refusals[("POST", ":setIamPolicy")] = [Refusal(400, "no such user")]

    with pytest.raises(ProviderError, match=r"Error applying IAM policy for projects/.*Error 400: no such user"):
        stack(RUN).up({"name": "web", **ANN})

    assert len(google.sent("POST")) == 1


def test_the_same_role_under_a_condition_is_another_grant(google: Any, stack: Any) -> None:
    condition = {"title": "until may", "expression": "request.time < x"}
    plain, conditional = stack(RUN), stack(RUN)
    plain.up({"name": "web", **ANN})
    conditional.up({"name": "web", **ANN, "condition": condition})

    assert google.documents[f"policy/run/{WEB}"]["bindings"] == [
        {"role": "roles/viewer", "members": [ANN["member"]]},
        {"role": "roles/viewer", "members": [ANN["member"]], "condition": condition},
    ]
    assert conditional.id.endswith("/until may")
    plain.delete()
    assert conditional.refresh()
    assert not plain.refresh()


def test_another_grant_beside_it_is_no_change(stack: Any) -> None:
    """Both are in one policy, whose etag each of them changes."""
    first: Stack = stack(RUN)
    first.up({"name": "web", **ANN})
    before = first.outputs
    stack(RUN).up({"name": "web", **ANN, "member": "user:bob"})

    assert first.refresh()
    assert first.outputs == before


def test_everything_about_a_grant_replaces_it(stack: Any) -> None:
    grant = stack(RUN)
    grant.up({"name": "web", **ANN})

    assert grant.diff({"name": "web", **ANN, "member": "allUsers"}).replace == {"member"}
    assert not grant.diff({"name": WEB, **ANN}).changed


def test_a_preview_knows_what_was_declared(google: Any, provider: Any, told: Any) -> None:
    made = provider.kind(RUN).create(told.context(RUN), {"name": UNKNOWN, **ANN}, preview=True)

    assert google.requests == []
    assert (made.outputs["member"], made.outputs["name"], made.outputs["etag"]) == (ANN["member"], UNKNOWN, UNKNOWN)


def test_a_policy_of_what_is_gone_holds_no_grant(google: Any, stack: Any) -> None:
    grant = stack(RUN)
    grant.up({"name": "web", **ANN})
    google.refusals[("GET", ":getIamPolicy")] = [Refusal(404, "gone"), Refusal(404, "gone")]

    assert not grant.refresh()
    grant.delete()


def test_an_id_that_names_no_grant_is_refused(stack: Any) -> None:
    with pytest.raises(ProviderError, match="does not name a grant: RESOURCE ROLE MEMBER"):
        stack(RUN).kind.read(stack(RUN).context, "web", None, None)
