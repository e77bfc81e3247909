"""The recorder refuses to guess: each way in which Pulumi's own mocks pass silently is an error here."""

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_gcp as gcp
import pytest

from hearth.resources import RandomKey
from hearth.testing.recorder import record


class Forgetful(pulumi.ComponentResource):
    def __init__(self) -> None:
        super().__init__("hearth-app:infra:Forgetful", "forgetful")


def bucket() -> None:
    rule = gcp.storage.BucketLifecycleRuleArgs(
        action=gcp.storage.BucketLifecycleRuleActionArgs(type="Delete"),
        condition=gcp.storage.BucketLifecycleRuleConditionArgs(age=1),
    )
    gcp.storage.Bucket("a", project="p", name="b", location="l", lifecycle_rules=[rule])


def misspelt() -> None:
    rule: Any = {"action": {"type": "Delete"}, "condition": {"aeg": 1}}
    gcp.storage.Bucket("a", project="p", name="b", location="l", lifecycle_rules=[rule])


def twice() -> None:
    bucket()
    bucket()


def incomplete() -> None:
    pulumi.CustomResource("hearth:hosting:SiteRelease", "a", {"project": "p"})


def invented() -> None:
    pulumi.CustomResource("hearth:secret:RandomKey", "a", {"rotation": "1", "length": 3})


def unknown_type() -> None:
    pulumi.CustomResource("gcp:redis/instanse:Instanse", "a", {})


def lookup() -> None:
    gcp.compute.get_zones(project="p", region="us-central1")


def of_another_stack() -> None:
    pulumi.StackReference("acme/network/prod").require_output("vpc")


def nowhere() -> None:
    gcp.pubsub.Topic("events")


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (Forgetful, "never called register_outputs"),
        (misspelt, r"lifecycleRules\[0\].condition.aeg: no such property"),
        (twice, "declared twice"),
        (incomplete, "site: required, and missing"),
        (invented, "length: no such property"),
        (unknown_type, "has no type gcp:redis/instanse:Instanse. Did you mean gcp:redis/instance:Instance"),
        (lookup, "The recorder does not answer the function gcp:compute/getZones:getZones: only Google could"),
        (of_another_stack, r"hand them over as record\(..., references=\{'acme/network/prod': \{...\}\}"),
        (nowhere, "project: required: set it here, or gcp:project in the stack's configuration"),
    ],
)
def test_what_would_pass_unseen_is_refused(program: Callable[[], None], said: str) -> None:
    with pytest.raises(Exception, match=said):
        record(program)


def test_an_input_knows_that_it_is_secret() -> None:
    def program() -> None:
        key = RandomKey("key", size=32, rotation="1")
        gcp.secretmanager.SecretVersion("version", secret="projects/p/secrets/s", secret_data=key.value)

    version = record(program).one("gcp:secretmanager/secretVersion:SecretVersion")

    assert version.secret_inputs == {"secretData"}


def test_runs_do_not_see_each_other() -> None:
    record(bucket)
    again = record(bucket)

    assert len(again.resources) == 1
    assert pulumi.runtime.get_root_resource() is None


def test_numbers_arrive_as_they_were_written() -> None:
    age = record(bucket).one("gcp:storage/bucket:Bucket").inputs["lifecycleRules"][0]["condition"]["age"]

    assert (age, type(age)) == (1, int)
