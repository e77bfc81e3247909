"""Who runs code as whom: named, left out, or a default account of the project."""

import importlib
import re
from collections.abc import Iterator
from typing import Any, get_args

import pulumi_gcp
import pytest
from pulumi import _types

from hearth.guards.declared import UNKNOWN
from hearth.guards.own_account import RUNS_AS
from hearth.tests.guards.asking import JOB, OTHER, SERVICE, said, unclear

OWN = "web-run@p.iam.gserviceaccount.com"
DEFAULT = "123456789012-compute@developer.gserviceaccount.com"


@pytest.mark.parametrize(
    ("type", "inputs", "where"),
    [
        (SERVICE, {"template": {}}, ["template.serviceAccount"]),
        (SERVICE, {}, ["template.serviceAccount"]),
        (JOB, {"template": {"template": {}}}, ["template.template.serviceAccount"]),
        ("gcp:cloudrun/service:Service", {"template": {"spec": {}}}, ["template.spec.serviceAccountName"]),
        ("gcp:cloudfunctions/function:Function", {}, ["serviceAccountEmail", "buildServiceAccount"]),
        (
            "gcp:cloudfunctionsv2/function:Function",
            {
                "serviceConfig": {"serviceAccountEmail": OWN},
                "buildConfig": {"serviceAccount": OWN},
                "eventTrigger": {"x": 1},
            },
            ["eventTrigger.serviceAccountEmail"],
        ),
        (
            "gcp:clouddeploy/target:Target",
            {"executionConfigs": [{"serviceAccount": OWN}, {"usages": ["DEPLOY"]}]},
            ["executionConfigs[1].serviceAccount"],
        ),
        ("hearth:build:Image", {}, ["serviceAccount"]),
        # Compute Engine's form, in whatever type.
        (OTHER, {"serviceAccount": {"scopes": ["cloud-platform"]}}, ["serviceAccount.email"]),
    ],
)
def test_what_runs_code_has_to_name_an_account(type: str, inputs: dict[str, Any], where: list[str]) -> None:
    assert said("own-account", type, inputs) == " | ".join(f"{each} is not set" for each in where)


@pytest.mark.parametrize(
    "account",
    [
        DEFAULT,
        f"projects/example-prod/serviceAccounts/{DEFAULT}",
        "example-prod@appspot.gserviceaccount.com",
        "123456789012@cloudbuild.gserviceaccount.com",
    ],
)
@pytest.mark.parametrize(
    "form",
    [
        lambda account: {"pushConfig": {"oidcToken": {"serviceAccountEmail": account}}},
        lambda account: {"template": {"spec": {"serviceAccountName": account}}},
        lambda account: {"serviceAccounts": [{"email": account}]},
        lambda account: {"schedulerServiceAccountEmail": account},
    ],
)
def test_a_default_account_is_refused_wherever_it_is_named(account: str, form: Any) -> None:
    assert account in said("own-account", OTHER, form(account))


def test_googles_word_for_the_default_account_is_one_and_that_of_kubernetes_is_not() -> None:
    assert said("own-account", "gcp:container/nodePool:NodePool", {"nodeConfig": {"serviceAccount": "default"}})
    assert not said("own-account", "kubernetes:core/v1:Pod", {"spec": {"serviceAccountName": "default"}})


@pytest.mark.parametrize(
    ("type", "inputs"),
    [
        (SERVICE, {"template": {"serviceAccount": OWN}}),
        ("gcp:cloudbuild/trigger:Trigger", {"serviceAccount": f"projects/p/serviceAccounts/{OWN}"}),
        (
            "gcp:cloudfunctionsv2/function:Function",
            {"serviceConfig": {"serviceAccountEmail": OWN}, "buildConfig": {"serviceAccount": OWN}},
        ),
        ("gcp:container/cluster:Cluster", {"removeDefaultNodePool": True}),
        ("gcp:compute/instance:Instance", {"serviceAccount": {"email": OWN, "scopes": ["cloud-platform"]}}),
        # About the account, not as it.
        ("gcp:serviceaccount/iAMMember:IAMMember", {"serviceAccountId": f"projects/p/serviceAccounts/{DEFAULT}"}),
        ("gcp:compute/firewall:Firewall", {"targetServiceAccounts": [DEFAULT], "sourceServiceAccounts": [DEFAULT]}),
        ("gcp:projects/iAMMember:IAMMember", {"member": f"serviceAccount:{DEFAULT}"}),
    ],
)
def test_an_own_account_passes_and_so_does_what_is_about_an_account(type: str, inputs: dict[str, Any]) -> None:
    assert not said("own-account", type, inputs)
    assert not unclear("own-account", type, inputs)


@pytest.mark.parametrize(
    ("type", "inputs", "where"),
    [
        (SERVICE, {"template": {"serviceAccount": UNKNOWN}}, "template.serviceAccount"),
        (SERVICE, {"template": UNKNOWN}, "template"),
        ("gcp:clouddeploy/target:Target", {"executionConfigs": [UNKNOWN]}, "executionConfigs[0]"),
        (OTHER, {"serviceAccount": {"scopes": [], "email": UNKNOWN}}, "serviceAccount.email"),
    ],
)
def test_of_an_account_that_is_not_known_yet_it_cannot_tell(type: str, inputs: dict[str, Any], where: str) -> None:
    assert unclear("own-account", type, inputs) == {where}
    assert not said("own-account", type, inputs)


def shapes(arguments: Any) -> Iterator[type]:
    """The SDK's classes of arguments in an annotation."""
    if isinstance(arguments, type) and _types.is_input_type(arguments):
        yield arguments
    for inner in get_args(arguments):
        yield from shapes(inner)


@pytest.mark.parametrize("type_", sorted(each for each in RUNS_AS if each.startswith("gcp:")))
def test_each_place_of_the_list_is_one_of_the_sdks(type_: str) -> None:
    _, module, name = type_.split(":")
    found = importlib.import_module(f"{pulumi_gcp.__name__}.{module.partition('/')[0]}")

    for place in RUNS_AS[type_]:
        here: Any = getattr(found, f"{name}Args")
        for step in re.sub(r"\?", "", place).split("."):
            (taken,) = {each for each in shapes(here) if not issubclass(each, dict)}
            here = _types.input_type_types(taken)[step]
