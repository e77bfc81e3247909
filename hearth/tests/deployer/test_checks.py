"""The checks against answers in the form that Google's references give them; nothing here reaches a network."""

import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hearth.catalog.roles import ANY, DEPLOYER
from hearth.deployer.command import main
from hearth.deployer.google import Answer, Ask, NoCredentials

PROJECT = "acme-web-dev"
ANSWERS: dict[str, Any] = json.loads(Path(__file__).with_name("answers.json").read_text(encoding="utf-8"))
TASKS = {"app:taskQueue": ANY, "app:schedules": ANY, "app:clientEdits": "true"}
ALL_PERMISSIONS = [permission for role in DEPLOYER for permission in role.permissions]

STACK_FILE = f"""\
secretsprovider: gcpkms://projects/acme-ops/locations/us-central1/keyRings/pulumi/cryptoKeys/dev
config:
  gcp:project: {PROJECT}
  app:publicAccess: iam
  app:deliveryRepository: acme/web
"""

DISABLED = {
    "error": {
        "code": 403,
        "message": "API has not been used in project before or it is disabled.",
        "status": "PERMISSION_DENIED",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED"}],
    }
}
FORBIDDEN = {"error": {"code": 403, "message": "The caller does not have permission", "status": "PERMISSION_DENIED"}}


class Google:
    """Answers from the recording, with some replaced; a question nobody recorded is an error, not a guess."""

    def __init__(
        self, changed: Mapping[str, tuple[int, Mapping[str, Any]]], permissions: list[str] | None = None
    ) -> None:
        self.changed = changed
        self.permissions = ALL_PERMISSIONS if permissions is None else permissions
        self.asked: list[tuple[str, str]] = []

    def __call__(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> Answer:
        parts = urlsplit(url)
        name = f"{method} {parts.netloc}{parts.path}"
        self.asked.append((method, parts.path))
        for ending, (status, answer) in self.changed.items():
            if name.endswith(ending):
                return Answer(status, answer)
        if name.endswith(":testIamPermissions"):
            assert body is not None
            return Answer(200, {"permissions": [each for each in body["permissions"] if each in self.permissions]})
        return Answer(**ANSWERS[name])


def check(
    root: Path, google: Ask, stack_file: str = STACK_FILE, backend: str = "gs://acme-state/hearth"
) -> tuple[int, str]:
    (root / "Pulumi.yaml").write_text("name: hearth-app\n", encoding="utf-8")
    (root / "Pulumi.dev.yaml").write_text(stack_file, encoding="utf-8")
    out = io.StringIO()
    code = main(["--check"], out, root=root, connect=lambda _project: google, backend=backend)
    return code, out.getvalue()


def test_a_project_that_has_everything_passes_and_is_told_the_next_command(tmp_path: Path) -> None:
    code, text = check(tmp_path, Google({}))

    assert code == 0, text
    assert "MISSING" not in text
    assert text.endswith("Next: pulumi install && pulumi up -s dev\n")


@pytest.mark.parametrize(
    ("replaced", "answer", "says", "fix"),
    [
        pytest.param(
            f"/v1/projects/{PROJECT}",
            (403, FORBIDDEN),
            "does not exist, or these credentials may not see it",
            "gcloud projects create",
            id="project-not-found",
        ),
        pytest.param(
            f"/v1/projects/{PROJECT}",
            (200, {"lifecycleState": "DELETE_REQUESTED"}),
            "DELETE_REQUESTED",
            "gcloud projects undelete",
            id="project-being-deleted",
        ),
        pytest.param(
            "/billingInfo", (200, {"billingEnabled": False}), "billing is off", "gcloud billing", id="no-billing"
        ),
        pytest.param(
            "/services/serviceusage.googleapis.com",
            (403, DISABLED),
            "serviceusage.googleapis.com is off",
            "gcloud services enable serviceusage.googleapis.com",
            id="service-usage-off",
        ),
        pytest.param(
            "/services/cloudresourcemanager.googleapis.com",
            (200, {"state": "DISABLED"}),
            "cloudresourcemanager.googleapis.com is off",
            "gcloud services enable cloudresourcemanager.googleapis.com",
            id="resource-manager-off",
        ),
        pytest.param(
            "iam.allowedPolicyMemberDomains:getEffectivePolicy",
            (200, {"spec": {"rules": [{"values": {"allowedValues": ["C0abc"]}}]}}),
            "forbids a public service",
            "app:publicAccess to invoker-check-off",
            id="domain-restricted-sharing",
        ),
        *(
            pytest.param(
                f"{constraint}:getEffectivePolicy",
                (200, {"spec": {"rules": [rule]}}),
                f"the organization policy {constraint} forbids",
                fix,
                id=f"{constraint} {rule}",
            )
            for constraint, rule, fix in (
                ("iam.managed.allowedPolicyMembers", {"enforce": True}, "app:publicAccess to invoker-check-off"),
                ("run.allowedIngress", {"values": {"allowedValues": ["internal"]}}, "have `all` allowed"),
                ("run.allowedIngress", {"values": {"deniedValues": ["is:all"]}}, "have `all` allowed"),
                ("gcp.resourceLocations", {"values": {"allowedValues": ["in:eu-locations"]}}, "app:secretReplication"),
                ("iam.workloadIdentityPoolProviders", {"denyAll": True}, "githubusercontent.com allowed"),
            )
        ),
        pytest.param(
            "/databases/(default)",
            (200, {"type": "DATASTORE_MODE"}),
            "in Datastore mode",
            "pulumi config set app:firestoreDatabase web-data -s dev",
            id="datastore-mode",
        ),
        pytest.param(
            "/b/acme-state", (404, FORBIDDEN), "does not exist", "gcloud storage buckets create", id="no-state-bucket"
        ),
        pytest.param(
            "/b/acme-state", (200, {"name": "acme-state"}), "keeps no old versions", "--versioning", id="no-versions"
        ),
        pytest.param("/cryptoKeys/dev", (404, FORBIDDEN), "does not exist", "gcloud kms", id="no-key"),
    ],
)
def test_what_is_missing_is_named_with_its_fix(
    tmp_path: Path, replaced: str, answer: tuple[int, Mapping[str, Any]], says: str, fix: str
) -> None:
    google = Google({replaced: answer})

    code, text = check(tmp_path, google)

    assert code == 1, text
    lines = text.splitlines()
    at = next(at for at, line in enumerate(lines) if "MISSING" in line)
    assert says in lines[at]
    assert fix in lines[at + 1]


@pytest.mark.parametrize("role", DEPLOYER, ids=lambda role: role.name)
def test_a_role_that_is_not_held_is_named_with_what_it_is_for(tmp_path: Path, role: Any) -> None:
    google = Google({}, permissions=[each for each in ALL_PERMISSIONS if each not in role.permissions])
    key, value = role.only or ("", "")
    said = f"  {key}: {'nightly' if value == ANY else value}\n" if key else ""

    code, text = check(tmp_path, google, stack_file=STACK_FILE + said)

    assert code == 1
    assert f"MISSING {role.name} ({role.why})" in text
    assert text.count("MISSING") == 1


@pytest.mark.parametrize(
    ("said", "others"),
    [
        ("app:database: firestore", {"app:database": "postgres", "app:auth": "firebase"} | TASKS),
        ("app:database: postgres", {"app:database": "firestore", "app:auth": "firebase"} | TASKS),
        ("app:auth: firebase", {"app:database": "postgres"} | TASKS),
        ("app:taskQueue: tasks", {"app:database": "postgres", "app:auth": "firebase", "app:schedules": ANY}),
        ("app:schedules: {nightly: 0 3 * * *}", {"app:database": "postgres", "app:taskQueue": ANY}),
        ('app:clientEdits: "true"', {"app:database": "postgres", "app:auth": "firebase", "app:taskQueue": ANY}),
    ],
)
def test_a_role_for_what_the_stack_does_not_have_is_not_asked_for(
    tmp_path: Path, said: str, others: dict[str, str]
) -> None:
    spared = {
        permission for role in DEPLOYER if role.only and role.only in others.items() for permission in role.permissions
    }
    google = Google({}, permissions=[each for each in ALL_PERMISSIONS if each not in spared])

    code, text = check(tmp_path, google, stack_file=f"{STACK_FILE}  {said}\n")

    assert spared
    assert code == 0, text


@pytest.mark.parametrize(
    ("said", "constraint"),
    [
        ("app:publicAccess: invoker-check-off", "iam.allowedPolicyMemberDomains"),
        ("app:secretReplication: region", "gcp.resourceLocations"),
        ("app:deliveryRepository: ''", "iam.workloadIdentityPoolProviders"),
        ("app:database: firestore", "sql.restrictPublicIp"),
    ],
)
def test_a_policy_against_what_the_stack_does_not_do_is_not_asked_for(
    tmp_path: Path, said: str, constraint: str
) -> None:
    key = said.partition(":")[0] + ":" + said.split(":")[1]
    lines = [line for line in STACK_FILE.splitlines() if key not in line]

    code, text = check(tmp_path, Google({}), stack_file="\n".join([*lines, f"  {said}", ""]))

    assert code == 0, text
    assert constraint not in text


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("run.allowedIngress", {"allowedValues": ["other", "all"]}),
        ("run.allowedIngress", {"allowedValues": ["is:all"]}),
        ("run.allowedIngress", {"deniedValues": ["internal"]}),
        ("gcp.resourceLocations", {"allowedValues": ["other", "global"]}),
        ("iam.workloadIdentityPoolProviders", {"allowedValues": ["https://token.actions.githubusercontent.com"]}),
    ],
)
def test_a_policy_that_lets_what_the_stack_needs_forbids_nothing(
    tmp_path: Path, constraint: str, values: dict[str, list[str]]
) -> None:
    policy = {"spec": {"rules": [{"values": values}]}}

    code, text = check(tmp_path, Google({f"{constraint}:getEffectivePolicy": (200, policy)}))

    assert code == 0, text


def test_in_a_new_project_everything_that_is_missing_is_named_with_a_command_and_nothing_is_unknown(
    tmp_path: Path,
) -> None:
    """There no API is on, and Google answers each question with that."""
    everything = {name.partition(" ")[2]: (403, DISABLED) for name in ANSWERS if "storage.googleapis.com" not in name}

    code, text = check(tmp_path, Google(everything | {":testIamPermissions": (403, DISABLED)}))

    assert code == 1
    assert "unknown " not in text.partition("\n\n")[0]
    fixes = re.findall(r"fix: (.+)", text)
    assert [fix for fix in fixes if fix.startswith("gcloud services enable ")] == [
        f"gcloud services enable {api}.googleapis.com --project={PROJECT}"
        for api in ("cloudbilling", "serviceusage", "cloudresourcemanager", "orgpolicy", "cloudkms")
    ]
    assert len(fixes) == text.count("MISSING")


@pytest.mark.parametrize(
    "replaced", ["/billingInfo", ":testIamPermissions", "getEffectivePolicy", "/b/acme-state", "/cryptoKeys/dev"]
)
def test_what_may_not_be_looked_up_is_unknown_and_never_ok(tmp_path: Path, replaced: str) -> None:
    code, text = check(tmp_path, Google({replaced: (403, FORBIDDEN)}))

    assert code == 2, text
    assert "unknown" in text
    assert "could not be looked up (HTTP 403: The caller does not have permission)" in text


def test_a_project_without_firebase_is_fine_but_the_terms_are_told(tmp_path: Path) -> None:
    code, text = check(tmp_path, Google({f"/v1beta1/projects/{PROJECT}": (404, FORBIDDEN)}))

    assert code == 0
    assert "accept them once at https://console.firebase.google.com" in text


def test_nothing_but_reading_is_asked(tmp_path: Path) -> None:
    google = Google({})

    check(tmp_path, google)

    assert {method for method, path in google.asked if not path.endswith(":testIamPermissions")} == {"GET"}


@pytest.mark.parametrize("project", ["replace-me-", "demo-hearth", "", "UPPER", "a"])
def test_a_placeholder_project_is_refused_before_anything_is_asked(tmp_path: Path, project: str) -> None:
    google = Google({})

    code, text = check(tmp_path, google, stack_file=f"config:\n  gcp:project: {project!r}\n")

    assert code == 2
    assert "pulumi config set gcp:project" in text
    assert google.asked == []


def test_a_stack_that_does_not_exist_is_answered_with_those_that_do(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text(STACK_FILE, encoding="utf-8")
    out = io.StringIO()

    code = main(["--check", "--stack", "stage"], out, root=tmp_path, connect=lambda _project: Google({}))

    assert code == 2
    assert out.getvalue().startswith("There is no Pulumi.stage.yaml. Stacks here: prod.")


def test_without_credentials_the_command_that_gets_them_is_named(tmp_path: Path) -> None:
    def connect(_project: str) -> Ask:
        raise NoCredentials("Your default credentials were not found.")

    (tmp_path / "Pulumi.yaml").write_text("name: hearth-app\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text(STACK_FILE, encoding="utf-8")
    out = io.StringIO()

    code = main(["--check"], out, root=tmp_path, connect=connect)

    assert code == 2
    assert "gcloud auth application-default login" in out.getvalue()
