"""Where data is kept: declared where it is Google's, and nothing where it is a file."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from infra import firestore_rules
from infra.program import ROOT, build
from tests.infra.example import run_stack

DATABASE = "gcp:firestore/database:Database"
BACKUP = "gcp:firestore/backupSchedule:BackupSchedule"
SERVICE = "gcp:cloudrunv2/service:Service"
API = "firestore.googleapis.com"


def url(stack: Any) -> str:
    envs = stack.one(SERVICE).inputs["template"]["containers"][0]["envs"]
    (found,) = [each["value"] for each in envs if each["name"] == "DATABASE_URL"]
    return str(found)


def enabled(stack: Any) -> set[str]:
    return {each.inputs["service"] for each in stack.of_type("gcp:projects/service:Service")}


def test_the_service_is_told_the_database_that_was_made() -> None:
    stack = run_stack("prod", {"app:firestoreDatabase": "shop-data", "app:firestoreLocation": "eur3"})

    assert url(stack) == "firestore://example-prod/shop-data"
    assert stack.one(DATABASE).inputs["locationId"] == "eur3"
    assert stack.one(DATABASE).short in stack.one(SERVICE).depends_on


def test_a_file_needs_nothing_declared_and_no_api() -> None:
    stack = run_stack("local")

    assert url(stack) == "sqlite://"
    assert stack.of_type(DATABASE) == []
    assert API not in enabled(stack)
    assert "roles/datastore.user" not in {each.inputs.get("role") for each in stack.resources}


@pytest.mark.parametrize("name", ["prod", "local"])
def test_without_a_database_nothing_is_declared_and_no_address_told(name: str) -> None:
    stack = run_stack(name, {"app:database": "none", "app:migrationCommand": ""})
    (container,) = stack.one(SERVICE).inputs["template"]["containers"]

    assert "DATABASE_URL" not in {each["name"] for each in container["envs"]}
    assert stack.of_type(DATABASE) == []
    assert not {API, "sqladmin.googleapis.com"} & enabled(stack)


def test_firestores_api_is_enabled_where_it_is_used() -> None:
    assert API in enabled(run_stack("prod"))


@pytest.mark.parametrize(
    ("protection", "policy", "state"),
    [("true", "PREVENT", "DELETE_PROTECTION_ENABLED"), ("false", "DELETE", "DELETE_PROTECTION_DISABLED")],
)
def test_a_database_is_deleted_with_its_stack_or_not_at_all(protection: str, policy: str, state: str) -> None:
    """Google's provider would leave it behind without a word."""
    inputs = run_stack("dev", {"app:deletionProtection": protection}).one(DATABASE).inputs

    assert (inputs["deletionPolicy"], inputs["deleteProtectionState"]) == (policy, state)


@pytest.mark.parametrize(("setting", "state"), [("true", "ENABLED"), ("false", "DISABLED")])
def test_recovery_is_a_setting(setting: str, state: str) -> None:
    inputs = run_stack("dev", {"app:pointInTimeRecovery": setting}).one(DATABASE).inputs

    assert inputs["pointInTimeRecoveryEnablement"] == f"POINT_IN_TIME_RECOVERY_{state}"


def test_a_backup_is_made_each_day_and_kept_as_long_as_the_stack_says() -> None:
    schedule = run_stack("prod", {"app:backupDays": "14", "app:firestoreDatabase": "shop-data"}).one(BACKUP).inputs

    assert (schedule["database"], schedule["retention"]) == ("shop-data", "1209600s")
    assert schedule["dailyRecurrence"] == {}


def test_no_days_are_no_backups() -> None:
    assert run_stack("prod", {"app:backupDays": "0"}).of_type(BACKUP) == []


def test_pulumi_protects_data_where_it_protects_anything() -> None:
    assert run_stack("dev", {"app:protect": "true"}).one(DATABASE).protect
    assert not run_stack("dev", {"app:protect": "false"}).one(DATABASE).protect


def test_the_service_alone_may_use_the_data() -> None:
    grant = run_stack("prod", {"app:name": "shop"}).one("gcp:projects/iAMMember:IAMMember", "database-user")

    assert grant.inputs["member"] == "serviceAccount:shop-run@example-prod.iam.gserviceaccount.com"


def test_the_service_may_use_its_own_database_and_no_other_of_the_project() -> None:
    stack = run_stack("prod", {"app:firestoreDatabase": "shop-data"})
    own = f"projects/example-prod/databases/{stack.one(DATABASE).inputs['name']}"

    assert stack.one("gcp:projects/iAMMember:IAMMember", "database-user").inputs["condition"] == {
        "title": "own database",
        "expression": f"resource.name == '{own}' || resource.name.startsWith('{own}/')",
    }


def test_documents_that_expired_are_cleaned_up_without_an_index_on_their_time() -> None:
    """Google deletes them within a day; rising times in an index would slow down the writes."""
    stack = run_stack("prod", {"app:firestoreDatabase": "shop-data"})

    field = stack.one("gcp:firestore/field:Field")
    assert field.inputs["database"] == "shop-data"
    assert (field.inputs["ttlConfig"], field.inputs["indexConfig"]) == ({}, {})
    assert stack.one(DATABASE).short in field.depends_on


@pytest.mark.parametrize(
    ("database", "name"), [("(default)", "cloud.firestore"), ("shop-data", "cloud.firestore/shop-data")]
)
def test_rules_are_released_for_the_stacks_own_database(
    monkeypatch: pytest.MonkeyPatch, database: str, name: str
) -> None:
    """Whatever app there is: one that was brought has no such file."""
    monkeypatch.setattr(firestore_rules, "read", {ROOT / "service" / "firestore.rules": "rules of a test"}.get)
    # A program of this test's alone, or others would be handed what it declared.
    stack = run_stack("prod", {"app:firestoreDatabase": database}, program=partial(build))

    ruleset = stack.one("gcp:firebaserules/ruleset:Ruleset")
    (file,) = ruleset.inputs["source"]["files"]
    assert file["content"] == "rules of a test"
    release = stack.one("gcp:firebaserules/release:Release")
    assert release.inputs["name"] == name
    assert release.inputs["rulesetName"].startswith("projects/example-prod/rulesets/")
    assert {ruleset.short, stack.one(DATABASE).short} <= release.depends_on
    assert "firebaserules.googleapis.com" in enabled(stack)


def test_rules_are_those_of_the_file_and_without_one_none_are_released(tmp_path: Path) -> None:
    file = tmp_path / "firestore.rules"
    assert firestore_rules.read(file) is None
    file.write_text("rules", encoding="utf-8")
    assert firestore_rules.read(file) == "rules"
