"""Check fills in what Google's provider fills in, and says of each value that it was not declared."""

import re
from typing import Any

import pytest

from hearth.catalog import types
from hearth.catalog.types import ResourceType
from hearth.localcloud.standin import inputs
from hearth.localcloud.standin.inputs import DEFAULTED, complete, declared, drop_zero_defaults, marked

URN = "urn:pulumi:local::web::{}::Orders"
SERVICE = "gcp:cloudrunv2/service:Service"
PROBE = {"httpGet": {"path": "/live"}}


def known(token: str) -> ResourceType:
    found = types.get(token)
    assert found
    return found


def checked(token: str, news: dict[str, Any], olds: dict[str, Any] | None = None) -> dict[str, Any]:
    return complete(known(token), URN.format(token), olds, news)


@pytest.mark.parametrize(
    ("token", "property", "form"),
    [
        ("gcp:pubsub/topic:Topic", "name", r"Orders-[0-9a-f]{7}"),
        ("gcp:compute/network:Network", "name", r"orders-[0-9a-f]{7}"),
        ("gcp:serviceaccount/account:Account", "accountId", r"Orders-[0-9a-f]{7}"),
        ("gcp:organizations/project:Project", "name", r"Orders"),
        ("gcp:organizations/project:Project", "projectId", r"orders-[0-9a-f]{7}"),
    ],
)
def test_a_name_that_is_left_out_is_made_up_and_kept(token: str, property: str, form: str) -> None:
    made = checked(token, {})

    assert re.fullmatch(form, made[property])
    assert property in made[DEFAULTED]
    assert checked(token, {}, made) == made


def test_a_name_that_the_program_chose_is_kept_when_it_is_left_out_again() -> None:
    """As observed; it counts as made up from then on."""
    again = checked("gcp:pubsub/topic:Topic", {}, {"name": "orders"})

    assert again == {"name": "orders", DEFAULTED: ["name"]}


def test_a_name_too_long_for_its_type_is_a_fault_before_anything_is_made() -> None:
    account = known("gcp:serviceaccount/account:Account")
    urn = f"urn:pulumi:local::web::{account.token}::an-account-with-quite-a-name"

    (fault,) = inputs.faults(account, None, {}, urn)

    assert (fault.property, fault.reason.partition(":")[0]) == (
        "accountId",
        "'an-account-with-quite-a-name' with 7 random characters is longer than 30",
    )
    assert inputs.faults(account, None, {"accountId": "mine"}, urn) == []
    assert inputs.faults(account, {"accountId": "mine"}, {}, urn) == []


def test_defaults_become_inputs_wherever_their_parent_is_there() -> None:
    containers = [{"image": "i", "livenessProbe": PROBE}, {"image": "j"}]
    made = checked(SERVICE, {"name": "web", "location": "l", "template": {"containers": containers}})

    assert made["deletionProtection"] is True
    assert made[DEFAULTED] == ["deletionProtection"]
    probe = made["template"]["containers"][0]["livenessProbe"]
    assert (probe["failureThreshold"], probe["periodSeconds"], probe["timeoutSeconds"]) == (3, 10, 1)
    assert made["template"]["containers"][1] == {"image": "j"}
    assert declared(made)["template"]["containers"][0]["livenessProbe"]["httpGet"] == {"path": "/live"}


def test_a_default_of_before_stays_and_a_value_of_before_does_not() -> None:
    token = "gcp:storage/bucket:Bucket"
    older = {"location": "l", "name": "b", "storageClass": "REGIONAL", DEFAULTED: ["storageClass"]}

    assert checked(token, {"location": "l", "name": "b"}, older)["storageClass"] == "REGIONAL"
    assert checked(token, {"location": "l", "name": "b"}, declared(older))["storageClass"] == "STANDARD"


def test_no_api_is_told_of_a_zero_value_that_was_filled_in() -> None:
    """Cloud Run refuses a variable with both a value, be it empty, and a source."""
    secret = {"name": "KEY", "valueSource": {"secretKeyRef": {"secret": "s", "version": "1"}}}
    envs = [secret, {"name": "EMPTY", "value": ""}]
    made = checked(
        SERVICE, {"name": "web", "location": "l", "template": {"containers": [{"image": "i", "envs": envs}]}}
    )

    assert made["template"]["containers"][0]["envs"][0]["value"] == ""
    assert drop_zero_defaults(made)["template"]["containers"][0]["envs"] == envs
    assert drop_zero_defaults(made)["deletionProtection"] is True


def test_what_was_filled_in_is_told_apart_also_after_a_refresh() -> None:
    made = {"name": "b", "rules": [{"age": 1, DEFAULTED: ["age"]}], DEFAULTED: ["gone", "name"]}

    assert marked(made, {"name": "b", "rules": [{"age": 2}, {"age": 3}]}) == {
        "name": "b",
        "rules": [{"age": 2, DEFAULTED: ["age"]}, {"age": 3}],
        DEFAULTED: ["name"],
    }
