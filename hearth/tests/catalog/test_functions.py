"""Functions of Google's provider: which are answered, and in which form."""

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from hearth.catalog import functions
from hearth.catalog.functions import Place

PLACE = Place(project="demo-x", number="123456789012", region="us-central1", zone="us-central1-a")
_SPEC = find_spec("pulumi_gcp")
assert _SPEC
assert _SPEC.origin
SDK = Path(_SPEC.origin).parent
GETTER = re.compile(r'@pulumi\.getter(?:\(name="(\w+)"\))?\n    def (\w+)\(self\)')


def properties(token: str) -> set[str]:
    """What the SDK's class for the function's answer has."""
    module, name = token.split(":")[1].split("/")
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    text = (SDK / module / f"{snake}.py").read_text(encoding="utf-8")
    answer = text.partition("Result:")[2].partition("class Awaitable")[0]
    return {own or python for own, python in GETTER.findall(answer)}


def test_the_projects_and_the_clients_own_functions_answer_what_the_sdk_reads() -> None:
    project = functions.evaluate(functions.GET_PROJECT, {}, PLACE)
    client = functions.evaluate(functions.GET_CLIENT_CONFIG, {}, PLACE)

    assert project is not None
    assert client is not None
    assert project.keys() == properties(functions.GET_PROJECT)
    assert client.keys() == properties(functions.GET_CLIENT_CONFIG)
    assert (project["projectId"], project["number"]) == ("demo-x", "123456789012")
    assert (client["project"], client["region"], client["zone"]) == ("demo-x", "us-central1", "us-central1-a")


def test_another_project_can_be_asked_for() -> None:
    found = functions.evaluate(functions.GET_PROJECT, {"projectId": "demo-y"}, PLACE)

    assert found is not None
    assert found["id"] == "projects/demo-y"


def test_a_policy_is_the_same_text_in_whatever_order_it_is_declared() -> None:
    condition = {"title": "t", "expression": "e"}
    bindings: list[dict[str, Any]] = [
        {"role": "roles/b", "members": ["user:z@e.com", "user:a@e.com"]},
        {"role": "roles/a", "members": ["allUsers"], "condition": condition},
        {"role": "roles/b", "members": ["user:m@e.com"]},
    ]

    first, second = (functions.policy_data({"bindings": each}) for each in (bindings, bindings[::-1]))

    assert first == second
    assert json.loads(first) == {
        "bindings": [
            {"role": "roles/a", "members": ["allUsers"], "condition": condition},
            {"role": "roles/b", "members": ["user:a@e.com", "user:m@e.com", "user:z@e.com"]},
        ]
    }


@pytest.mark.parametrize(
    "token",
    [
        "gcp:artifactregistry/getRepository:getRepository",
        "gcp:bigquery/getDataset:getDataset",
        "gcp:cloudfunctionsv2/getFunction:getFunction",
        "gcp:cloudrunv2/getJob:getJob",
        "gcp:cloudrunv2/getService:getService",
        "gcp:compute/getSubnetwork:getSubnetwork",
        "gcp:dns/getManagedZone:getManagedZone",
        "gcp:kms/getKMSCryptoKey:getKMSCryptoKey",
        "gcp:pubsub/getTopic:getTopic",
        "gcp:redis/getInstance:getInstance",
        "gcp:secretmanager/getSecret:getSecret",
        "gcp:serviceaccount/getAccount:getAccount",
        "gcp:sql/getDatabaseInstance:getDatabaseInstance",
        "gcp:storage/getBucket:getBucket",
        "gcp:vpcaccess/getConnector:getConnector",
    ],
)
def test_a_resource_is_answered_with_all_that_the_sdk_reads_of_it(token: str) -> None:
    read = functions.reads(token)

    if "KMS" in token:
        assert read is None  # it is called otherwise than its type
    else:
        assert read
        assert properties(token) - functions.result(read, "id", {}).keys() == set()


def test_a_single_object_is_a_list_of_one_in_an_answer_at_any_depth() -> None:
    read = functions.reads("gcp:cloudrunv2/getService:getService")
    assert read
    outputs = {"name": "web", "template": {"scaling": {"minInstanceCount": 1}, "containers": [{"image": "i"}]}}

    (template,) = functions.result(read, "id", outputs)["templates"]

    assert template["scalings"][0]["minInstanceCount"] == 1
    assert template["containers"][0]["image"] == "i"
    assert template["vpcAccesses"] == []
    assert template["timeout"] == ""


def test_what_a_function_answers_otherwise_than_the_resource_has_it_is_as_the_sdk_reads_it() -> None:
    network, policy = (
        functions.reads(f"gcp:{each}")
        for each in ("compute/getNetwork:getNetwork", "accesscontextmanager/getAccessPolicy:getAccessPolicy")
    )
    assert network
    assert policy

    assert functions.result(network, "id", {"networkId": "1234"})["networkId"] == 1234
    assert functions.result(network, "id", {})["networkId"] == 0
    assert functions.result(policy, "id", {"scopes": "projects/1"})["scopes"] == ["projects/1"]
    assert functions.result(policy, "id", {})["scopes"] == []


@pytest.mark.parametrize(
    ("token", "arguments", "id_"),
    [
        ("gcp:compute/getNetwork:getNetwork", {"name": "main"}, "projects/demo-x/global/networks/main"),
        (
            "gcp:redis/getInstance:getInstance",
            {"name": "cache", "project": "demo-y"},
            "projects/demo-y/locations/us-central1/instances/cache",
        ),
        (
            "gcp:secretmanager/getSecretVersion:getSecretVersion",
            {"secret": "key"},
            "projects/demo-x/secrets/key/versions/latest",
        ),
        (
            "gcp:serviceaccount/getAccount:getAccount",
            {"accountId": "runs-it"},
            "projects/demo-x/serviceAccounts/runs-it@demo-x.iam.gserviceaccount.com",
        ),
        (
            "gcp:container/getCluster:getCluster",
            {"name": "main", "location": "europe-west1"},
            "projects/demo-x/locations/europe-west1/clusters/main",
        ),
        ("gcp:storage/getBucket:getBucket", {"name": "files"}, "files"),
        ("gcp:monitoring/getNotificationChannel:getNotificationChannel", {"displayName": "mail"}, None),
    ],
)
def test_the_arguments_name_a_resource_as_far_as_its_id_is_made_of_them(
    token: str, arguments: dict[str, Any], id_: str | None
) -> None:
    read = functions.reads(token)

    assert read
    assert functions.id_of(read, arguments, PLACE) == id_


@pytest.mark.parametrize(
    "token",
    [
        "gcp:compute/getZones:getZones",
        "gcp:pubsub/getTopicIamPolicy:getTopicIamPolicy",
        "gcp:index/nothing:nothing",
        "gcp:compute/get:get",
    ],
)
def test_what_is_a_list_a_policy_or_nothing_reads_no_resource(token: str) -> None:
    assert functions.reads(token) is None
    assert functions.evaluate(token, {}, PLACE) is None
