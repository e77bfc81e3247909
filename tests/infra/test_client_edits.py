"""A trigger tells the service of clients' documents, as an account of its own, and only where a stack asks."""

import pytest

from flask_hearth import edit_names
from hearth.testing.recorder import Stack
from tests.infra.example import ON_GOOGLE, STACKS, run_stack

TRIGGER = "gcp:eventarc/trigger:Trigger"
SERVICE = "gcp:cloudrunv2/service:Service"
ASKED = {"app:clientEdits": "true", "app:auth": "firebase", "app:database": "firestore"}
CALLER = "web-edits@example-prod.iam.gserviceaccount.com"


def apis(stack: Stack) -> set[str]:
    enabled = {each.inputs["service"].partition(".")[0] for each in stack.of_type("gcp:projects/service:Service")}
    return enabled & {"eventarc", "eventarcpublishing", "pubsub"}


@pytest.mark.parametrize("name", STACKS)
def test_a_stack_that_does_not_ask_has_nothing_of_it(name: str) -> None:
    stack = run_stack(name)

    assert apis(stack) == set()
    assert [each.short for each in stack.resources if "edits" in each.short] == []
    assert "EDITS_CALLER" not in str(stack.one(SERVICE).inputs)


def test_the_trigger_calls_the_service_as_the_account_that_the_service_looks_for() -> None:
    stack = run_stack("prod", ASKED | {"app:firestoreLocation": "nam5"})
    trigger, envs = stack.one(TRIGGER), stack.one(SERVICE).at("template.containers[0].envs")

    assert {each["name"]: each.get("value") for each in envs}["EDITS_CALLER"] == CALLER
    assert (trigger.at("serviceAccount"), trigger.at("location")) == (CALLER, "nam5")
    assert trigger.at("eventDataContentType") == "application/protobuf"
    assert {each["attribute"]: each["value"] for each in trigger.at("matchingCriterias")} == {
        "type": "google.cloud.firestore.document.v1.created",
        "database": "(default)",
        "document": edit_names.PATTERN,
    }
    assert [each["attribute"] for each in trigger.at("matchingCriterias") if "operator" in each] == ["document"]
    assert trigger.at("destination.cloudRunService") == {
        "service": "web",
        "region": "us-central1",
        "path": edit_names.PATH,
    }
    assert apis(stack) == {"eventarc", "eventarcpublishing", "pubsub"}


def test_its_account_may_receive_events_and_call_this_service_and_nothing_else() -> None:
    stack = run_stack("prod", ASKED)
    granted = [each for each in stack.resources if CALLER in str(each.inputs.get("member"))]

    assert {(each.inputs["role"], each.type.partition("/")[0]) for each in granted} == {
        ("roles/eventarc.eventReceiver", "gcp:projects"),
        ("roles/run.invoker", "gcp:cloudrunv2"),
    }
    wanted = {"IAMMember client-edits-receiver", "ServiceIamMember client-edits-invoker", "Database database"}
    assert wanted <= set(stack.dependencies(stack.one(TRIGGER)))


def test_answered_documents_are_removed_after_their_time() -> None:
    fields = [each.inputs for each in run_stack("prod", ASKED).of_type("gcp:firestore/field:Field")]

    assert [(each["field"], each["ttlConfig"]) for each in fields if each["collection"] == edit_names.EDITS] == [
        (edit_names.EXPIRES, {})
    ]


@pytest.mark.parametrize("name", ON_GOOGLE)
def test_everything_waits_until_the_apis_answer(name: str) -> None:
    stack = run_stack(name, ASKED | {"app:publicAccess": "iam"})
    made = [each for each in stack.resources if each.custom and "client-edits" in each.short]

    assert len(made) == 6
    assert [each.short for each in made if "Settled apis-settled" not in stack.dependencies(each)] == []


def test_ci_may_make_it_where_the_stack_has_it_and_nowhere_else() -> None:
    def roles(config: dict[str, str]) -> bool:
        delivery = {"app:deliveryRepository": "acme/web", "app:deliveryRepositoryId": "1234"}
        granted = run_stack("prod", delivery | config).of_type("gcp:projects/iAMMember:IAMMember")
        bounds = [
            each.inputs["condition"]["expression"] for each in granted if "projectIamAdmin" in each.inputs["role"]
        ]
        assert ("roles/eventarc.eventReceiver" in bounds[0]) is bool(config)
        return "roles/eventarc.admin" in {each.inputs["role"] for each in granted}

    assert (roles({}), roles(ASKED)) == (False, True)
