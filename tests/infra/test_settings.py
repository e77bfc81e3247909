"""The configuration as a whole: defaults, unknown keys, and that every fault comes at once."""

import json
from collections.abc import Mapping
from decimal import Decimal

import pytest

from hearth.faults import SettingsError
from infra import configuration, settings

MINIMAL = {"gcp:project": "example-shop"}


def load(config: Mapping[str, str], *, rewritten: bool = True) -> settings.StackSettings:
    return configuration.load({**MINIMAL, **config}, {}, rewritten=rewritten)


def refusal(config: Mapping[str, str], *, rewritten: bool = True) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load(config, rewritten=rewritten)
    return caught.value


def test_a_project_alone_is_a_complete_configuration() -> None:
    stack = load({})

    assert stack.names.service == "web"
    assert stack.names.site == "example-shop"
    assert (stack.min_instances, stack.max_instances) == (0, 2)


def test_a_stack_that_says_nothing_is_treated_as_precious() -> None:
    """Forgetting a key must not be what makes production easy to delete, or talkative."""
    stack = load({})

    assert stack.protect
    assert stack.deletion_protection
    assert stack.environment == "production"
    assert stack.point_in_time_recovery
    assert stack.backup_days


def test_texts_from_the_engine_become_values_of_the_right_kind() -> None:
    stack = load(
        {
            "app:maxInstances": "7",
            "app:cpu": "0.5",
            "app:concurrency": "1",
            "app:protect": "false",
            "app:customDomains": '["www.example.com"]',
        }
    )

    assert stack.max_instances == 7
    assert stack.cpu == Decimal("0.5")
    assert stack.protect is False
    assert stack.custom_domains == ("www.example.com",)


def test_a_value_that_the_stack_keeps_encrypted_is_told_to_nobody() -> None:
    config = {**MINIMAL, "app:apiToken": 'hunter"2', "app:memory": "hunter3", "app:cpu": "hunter4"}

    with pytest.raises(SettingsError) as caught:
        configuration.load(config, {}, rewritten=True, is_secret={"app:apiToken", "app:memory"}.__contains__)

    assert "app:apiToken = '[secret]'" in str(caught.value)
    assert "app:memory = '[secret]'" in str(caught.value)
    assert "app:cpu = 'hunter4'" in str(caught.value)
    assert "hunter" not in str(caught.value).replace("hunter4", "")


def test_all_faults_come_together_each_with_key_value_why_and_fix() -> None:
    error = refusal({"app:concurrency": "0", "app:memory": "512MB", "app:publicAccess": "private", "app:nmae": "shop"})

    assert {fault.key for fault in error.faults} == {
        "app:concurrency",
        "app:memory",
        "app:publicAccess",
        "app:nmae",
    }
    for fault in error.faults:
        assert f"{fault.key} = {fault.value!r}\n    why: {fault.why}\n    fix: {fault.fix}" in str(error)
        assert fault.why
        assert fault.fix


def test_a_rule_that_relates_two_keys_is_silent_while_one_of_them_is_faulty() -> None:
    """Otherwise the default that stands in for the faulty value would be blamed."""
    error = refusal({"app:minInstances": "5", "app:maxInstances": "many"})

    assert [fault.key for fault in error.faults] == ["app:maxInstances"]


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("app:maxInstance", "app:maxInstances"),
        ("app:minInstaces", "app:minInstances"),
        ("app:loglevel", "app:logLevel"),
        ("app:timeoutSeconds", "app:requestTimeoutSeconds"),
    ],
)
def test_an_unknown_key_is_refused_with_the_one_that_was_meant(key: str, near: str) -> None:
    (fault,) = refusal({key: "1"}).faults

    assert fault.key == key
    assert near in fault.fix


def test_an_unknown_key_like_no_other_is_refused_with_where_to_look() -> None:
    (fault,) = refusal({"app:colour": "blue"}).faults

    assert "docs/configuration.md" in fault.fix


def test_keys_of_other_namespaces_are_other_peoples_business() -> None:
    load({"gcp:zone": "us-central1-a", "hearth-app:anything": "1"})


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("app:environment", "prod", "development"),
        ("app:logLevel", "verbose", "debug"),
        ("app:publicAccess", "public", "invoker-check-off"),
        ("app:minInstances", "-1", "greater than or equal to 0"),
        ("app:maxInstances", "0", "greater than or equal to 1"),
        ("app:maxInstances", "2.5", "integer"),
        ("app:concurrency", "1001", "less than or equal to 1000"),
        ("app:requestTimeoutSeconds", "0", "greater than or equal to 1"),
        ("app:requestTimeoutSeconds", "3601", "through Hosting a request ends after 60"),
        ("app:cpu", "one", "decimal"),
        ("app:database", "mysql", "makes one of these"),
        ("app:database", "sqlite", "lost with the instance"),
        ("app:firestoreLocation", "usa", "for good"),
        ("app:firestoreDatabase", "DB", "lowercase letters"),
        ("app:pointInTimeRecovery", "7d", "true or false"),
        ("app:backupDays", "99", "at most 98 days"),
        ("app:databasePoolSize", "0", "100 connections to Cloud SQL"),
        ("app:databasePoolSize", "101", "100 connections to Cloud SQL"),
        ("app:databasePoolWaitSeconds", "31", "clients give up"),
        ("app:databasePasswordRotation", "", "another one makes a new password"),
        ("app:postgresVersion", "16", "the versions the service is made for"),
        ("app:postgresTier", "db-n1-standard-1", "db-custom-CPUS-MEBIBYTES"),
        ("app:postgresHighAvailability", "regional", "true or false"),
        ("app:postgresDiskLimitGigabytes", "9", "begins with 10 GB"),
        ("app:postgresQueryInsights", "some", "true or false"),
        ("app:postgresMaintenanceDay", "0", "1 is Monday"),
        ("app:postgresMaintenanceHour", "24", "in UTC"),
        ("app:customDomains", "www.example.com", "a list of domain names"),
        ("app:imageReaders", '{"a": 1}', "a list of IAM members"),
        ("app:keepImages", "0", "must stay"),
        ("app:rollbackDays", "0", "greater than or equal to 1"),
        ("app:buildRegion", "Europe", "global"),
        ("app:grantSettleSeconds", "601", "minutes"),
        ("app:deletionProtection", "maybe", "true or false"),
        ("app:protect", "", "true or false"),
        ("app:taskQueue", "Tasks", "lowercase letters"),
        ("app:taskQueue", "a" * 31, "at most 30"),
        ("app:schedules", "nightly", "a schedule for each task"),
        ("app:timeZone", "Berlin", "no zone of this name"),
        ("app:secretKeyRotation", "", "another one makes a new session key"),
        ("app:dockerfile", "../Dockerfile", "a file in it"),
        ("app:dockerfile", "/srv/Dockerfile", "a file in it"),
        ("app:dockerfile", "", "a file in it"),
        ("app:startupProbePath", "health", "asks a path"),
        ("app:startupProbePath", "/healthz", "end in z"),
        ("app:livenessProbePath", "/a b", "asks a path"),
        ("app:startupProbeSeconds", "241", "after four minutes"),
        ("app:migrationCommand", "flask 'db upgrade", "split into words"),
        ("app:migrationCommand", "''", "split into words"),
    ],
)
def test_a_bad_value_is_refused_with_its_reason(key: str, value: str, said: str) -> None:
    (fault,) = refusal({key: value}).faults

    assert (fault.key, fault.value) == (key, value)
    assert said in fault.why


@pytest.mark.parametrize(
    ("task", "schedule", "said"),
    [
        ("Nightly", "0 3 * * *", "a task's name has"),
        ("tidyz", "0 3 * * *", "neither a hyphen nor z"),
        ("nightly", "0 3 * *", "none that Cloud Scheduler takes"),
        ("nightly", "0 0 30 2 *", "of a day that there is"),
    ],
)
def test_a_schedule_is_of_a_task_and_five_fields(task: str, schedule: str, said: str) -> None:
    (fault,) = refusal({"app:schedules": json.dumps({task: schedule})}).faults

    assert (fault.key, fault.value) == ("app:schedules", task)
    assert said in fault.why


@pytest.mark.parametrize(
    ("exception", "reason", "said"),
    [
        ("publick/downloads", "a public data set", "one of the rules basic-role, "),
        ("public", "a public data set", "the resource's logical name"),
        ("public/", "a public data set", "the resource's logical name"),
        ("public/downloads", "  ", "'app:exceptions[\"public/downloads\"]' 'REASON'"),
    ],
)
def test_an_exception_names_a_rule_a_resource_and_a_reason(exception: str, reason: str, said: str) -> None:
    (fault,) = refusal({"app:exceptions": json.dumps({exception: reason})}).faults

    assert (fault.key, fault.value) == ("app:exceptions", exception)
    assert said in fault.fix


def test_the_fix_of_a_bad_value_names_the_default() -> None:
    (fault,) = refusal({"app:protect": "perhaps"}).faults

    assert fault.fix == "pulumi config rm app:protect takes the default, which is true"


def test_settings_cannot_be_changed_afterwards() -> None:
    stack = load({})

    with pytest.raises(ValueError, match="frozen"):
        stack.name = "other"
