"""Who may deploy from CI: one repository, one branch, one environment for each account, and no key."""

import re
from collections.abc import Mapping

import pulumi_gcp as gcp
import pytest

from hearth.catalog.roles import DEPLOYER
from hearth.faults import Fault, SettingsError
from infra import configuration
from tests.infra.example import STACKS, run_stack

ON = {"app:name": "web", "app:deliveryRepository": "acme/web", "app:deliveryRepositoryId": "1234"}
POOL = "projects/123456789012/locations/global/workloadIdentityPools/web-ci-1"
KEYS = {
    "name": "app:name",
    "repository": "app:deliveryRepository",
    "repository_id": "app:deliveryRepositoryId",
    "branch": "app:deliveryBranch",
    "environment": "app:deliveryEnvironment",
    "pool": "app:deliveryPool",
}


def condition(**settings: str) -> str:
    stack = run_stack("prod", {**ON, **{f"app:{key}": value for key, value in settings.items()}})
    return str(stack.one(gcp.iam.WorkloadIdentityPoolProvider).inputs["attributeCondition"])


@pytest.mark.parametrize("name", STACKS)
def test_nobody_may_deploy_until_a_repository_is_named(name: str) -> None:
    stack = run_stack(name)

    assert stack.of_type(gcp.iam.WorkloadIdentityPool) == []
    assert "iamcredentials.googleapis.com" not in stack.one("hearth:project:Settled", "apis-settled").inputs["apis"]
    assert not [each for each in stack.outputs if each.startswith("delivery")]


def test_only_jobs_of_the_repository_on_its_branch_in_two_environments_are_believed() -> None:
    assert condition(deliveryBranch="release/1.x", deliveryEnvironment="live") == (
        "assertion.repository == 'acme/web' && assertion.ref == 'refs/heads/release/1.x' && "
        "assertion.repository_id == '1234' && assertion.event_name in ['push', 'workflow_dispatch'] && "
        "assertion.environment in ['live', 'live-preview']"
    )


def test_a_repository_without_its_number_is_refused_with_the_command_that_prints_it() -> None:
    """Names can be taken over."""
    (fault,) = refused({"repository_id": ""})

    assert fault.fix == "gh api repos/acme/web --jq .id prints it"


def test_google_reads_what_the_condition_asks_from_githubs_token_alone() -> None:
    provider = run_stack("prod", ON).one(gcp.iam.WorkloadIdentityPoolProvider).inputs

    assert provider["oidc"] == {"issuerUri": "https://token.actions.githubusercontent.com"}
    assert set(provider["attributeMapping"].values()) == {
        "assertion.repository_id + ':' + assertion.environment",
        "assertion.environment",
        "assertion.repository",
    }


@pytest.mark.parametrize(
    ("purpose", "account", "environment"), [("apply", "web-apply", "prod"), ("preview", "web-plan", "prod-preview")]
)
def test_each_account_is_open_to_the_jobs_of_one_environment(purpose: str, account: str, environment: str) -> None:
    stack = run_stack("prod", ON)
    grant = stack.one(gcp.serviceaccount.IAMMember, f"delivery-{purpose}-from-github").inputs

    assert grant == {
        "serviceAccountId": f"projects/example-prod/serviceAccounts/{account}@example-prod.iam.gserviceaccount.com",
        "role": "roles/iam.workloadIdentityUser",
        "member": f"principalSet://iam.googleapis.com/{POOL}/attribute.environment/{environment}",
    }


def granted(account: str, **settings: str) -> dict[str, str]:
    """What an account may do on the project: each role with the condition on it."""
    stack = run_stack("prod", {**ON, **{f"app:{key}": value for key, value in settings.items()}})
    return {
        each.inputs["role"]: each.inputs.get("condition", {}).get("expression", "")
        for each in stack.of_type(gcp.projects.IAMMember)
        if each.inputs["member"].startswith(f"serviceAccount:{account}@")
    }


def roles(account: str) -> set[str]:
    return set(granted(account))


def test_a_preview_may_change_nothing() -> None:
    assert roles("web-plan") == {
        "roles/serviceusage.serviceUsageConsumer",
        "roles/artifactregistry.reader",
        "roles/cloudbuild.builds.viewer",
    }


def test_the_account_that_applies_has_what_a_deployer_needs_but_what_would_make_it_owner() -> None:
    """It makes and deletes accounts, but can't say who acts as one."""
    needed = {
        role.name for role in DEPLOYER if role.only in {None, ("app:database", "firestore"), ("app:auth", "firebase")}
    }
    bounded = {"roles/firebase.admin", "roles/iam.serviceAccountAdmin", "roles/iam.serviceAccountUser"}

    assert roles("web-apply") == needed - bounded | {
        "roles/iam.serviceAccountCreator",
        "roles/iam.serviceAccountDeleter",
    }


@pytest.mark.parametrize(
    ("database", "role"), [("firestore", "roles/datastore.owner"), ("postgres", "roles/cloudsql.admin"), ("none", "")]
)
def test_it_has_no_role_for_a_database_that_the_stack_does_not_have(database: str, role: str) -> None:
    of_databases = {"roles/datastore.owner", "roles/cloudsql.admin"}

    assert of_databases & set(granted("web-apply", database=database)) == {role} - {""}


@pytest.mark.parametrize(
    ("settings", "service"),
    [
        ({}, "roles/datastore.user"),
        ({"database": "postgres"}, "roles/cloudsql.client"),
        ({"database": "none"}, ""),
        ({"image": f"us-central1-docker.pkg.dev/example-dev/web/web@sha256:{'a' * 64}"}, "roles/datastore.user"),
    ],
)
def test_it_may_grant_on_the_project_what_the_other_components_grant_and_nothing_else(
    settings: dict[str, str], service: str
) -> None:
    """A role that a component grants newly is therefore a person's to grant, once, with their own `pulumi up`."""
    stack = run_stack("prod", {**ON, **{f"app:{key}": value for key, value in settings.items()}})
    declared = {each.inputs["role"] for each in stack.of_type(gcp.projects.IAMMember) if each.parent != "delivery"}
    bound = granted("web-apply", **settings)["roles/resourcemanager.projectIamAdmin"]
    before, listed, after = re.split(r"hasOnly\(\[(.*)\]\)", bound)

    assert (before, after) == ("api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).", "")
    assert set(re.findall(r"'([^']+)'", listed)) == declared
    assert service in {*declared, ""}


def test_it_acts_on_the_one_bucket_and_as_the_two_accounts_of_the_stack() -> None:
    bucket = "projects/_/buckets/example-prod-web-source"
    stack = run_stack("prod", ON)
    acts_as = {
        each.inputs["serviceAccountId"].rpartition("/")[2]
        for each in stack.of_type(gcp.serviceaccount.IAMMember)
        if each.inputs["role"] == "roles/iam.serviceAccountUser"
        and each.inputs["member"] == "serviceAccount:web-apply@example-prod.iam.gserviceaccount.com"
    }

    assert granted("web-apply")["roles/storage.admin"] == (
        f"resource.name == '{bucket}' || resource.name.startsWith('{bucket}/')"
    )
    assert acts_as == {f"{name}@example-prod.iam.gserviceaccount.com" for name in ("web-run", "web-build")}


def test_it_may_not_change_who_is_believed() -> None:
    assert not {role for role in roles("web-apply") if "workloadIdentityPool" in role}


def test_no_key_is_made() -> None:
    assert not [each for each in run_stack("prod", ON).counts if "key:key" in each.lower()]


def test_what_it_needs_is_enabled_first() -> None:
    stack = run_stack("prod", ON)

    assert {"iamcredentials.googleapis.com", "sts.googleapis.com"} <= set(
        stack.one("hearth:project:Settled", "apis-settled").inputs["apis"]
    )
    late = [each for each in stack.resources if each.custom and each.parent == "delivery"]
    assert late
    assert not [each.short for each in late if "Settled apis-settled" not in stack.dependencies(each)]


def test_nothing_else_of_the_stack_changes_with_it() -> None:
    counts, before = run_stack("prod", ON).counts, run_stack("prod").counts

    more = {token: count - before.get(token, 0) for token, count in counts.items()}
    assert {token: count for token, count in more.items() if count} == {
        "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": 1,
        "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": 1,
        "gcp:projects/iAMMember:IAMMember": len(roles("web-apply")) + len(roles("web-plan")),
        "gcp:projects/service:Service": 2,
        "gcp:serviceaccount/account:Account": 2,
        "gcp:serviceaccount/iAMMember:IAMMember": 4,
        "hearth-app:infra:Delivery": 1,
    }


def test_github_is_told_what_it_needs_to_know() -> None:
    outputs = run_stack("prod", {**ON, "app:deliveryPool": "b2"}).outputs

    assert {key: value for key, value in outputs.items() if key.startswith("delivery")} == {
        "deliveryProvider": f"{POOL.removesuffix('1')}b2/providers/github",
        "deliveryApplyAccount": "web-apply@example-prod.iam.gserviceaccount.com",
        "deliveryPreviewAccount": "web-plan@example-prod.iam.gserviceaccount.com",
    }


def refused(values: Mapping[str, str]) -> list[Fault]:
    """What is wrong with a stack that a repository may deploy."""
    config = {"gcp:project": "shop-dev", **ON, **{KEYS[field]: value for field, value in values.items()}}
    try:
        configuration.load(config, {}, rewritten=True)
    except SettingsError as error:
        return [*error.faults]
    return []


@pytest.mark.parametrize(
    "values",
    [
        {"repository": "a/b"},
        {"repository": "Acme-Corp/web.app_2"},
        {"repository": "mona_acme/web"},
        {"repository": f"{'a' * 39}/{'b' * 100}", "repository_id": "1"},
        {"repository": "", "repository_id": ""},
        {"branch": "release/1.x"},
        {"environment": "Prod_eu-1"},
        {"pool": "ab12", "name": "a" * 24},
        # Without a repository there is nothing that the others could do.
        {"repository": "", "branch": "'", "pool": ""},
    ],
)
def test_what_github_and_google_take_passes(values: dict[str, str]) -> None:
    assert not refused(values)


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [
        ("repository", "web", "app:deliveryRepository"),
        ("repository", "https://github.com/acme/web", "app:deliveryRepository"),
        ("repository", "acme/web' || true || '", "app:deliveryRepository"),
        ("repository", "acme/..", "app:deliveryRepository"),
        ("repository", f"{'a' * 40}/web", "app:deliveryRepository"),
        ("repository_id", "acme", "app:deliveryRepositoryId"),
        ("repository_id", "012", "app:deliveryRepositoryId"),
        ("branch", "", "app:deliveryBranch"),
        ("branch", "a'b", "app:deliveryBranch"),
        ("branch", "a..b", "app:deliveryBranch"),
        ("branch", "main/", "app:deliveryBranch"),
        ("branch", "x.lock", "app:deliveryBranch"),
        ("environment", "", "app:deliveryEnvironment"),
        ("environment", "prod/eu", "app:deliveryEnvironment"),
        ("environment", "prod'", "app:deliveryEnvironment"),
        ("environment", "e" * 51, "app:deliveryEnvironment"),
        ("pool", "", "app:deliveryPool"),
        ("pool", "12345", "app:deliveryPool"),
        ("pool", "A", "app:deliveryPool"),
        ("name", "gcp-shop", "app:name"),
        ("name", "gcp", "app:name"),
    ],
)
def test_what_they_would_refuse_or_misread_is_refused_first(field: str, value: str, key: str) -> None:
    (fault,) = refused({field: value})

    assert (fault.key, fault.value) == (key, value)
