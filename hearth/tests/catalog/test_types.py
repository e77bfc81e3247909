"""The table of types agrees with the installed SDK, and finds faults at any depth."""

import importlib
from typing import Any

import pytest
from pulumi._types import input_type_py_to_pulumi_names

from hearth.catalog.types import ResourceType, table

SERVICE = "gcp:cloudrunv2/service:Service"


def _sdk_inputs(token: str) -> set[str]:
    module, _, name = token.removeprefix("gcp:").partition(":")
    package = importlib.import_module(f"pulumi_gcp.{module.partition('/')[0]}")
    return set(input_type_py_to_pulumi_names(getattr(package, f"{name}Args")).values())


@pytest.mark.parametrize("row", table().values(), ids=lambda row: row.token)
def test_every_input_in_the_table_is_one_that_the_sdk_can_send(row: ResourceType) -> None:
    """A provider upgrade that renames a property must not leave the table accepting what nobody sends."""
    assert set(row.inputs) <= _sdk_inputs(row.token)


@pytest.mark.parametrize("row", table().values(), ids=lambda row: row.token)
def test_a_row_speaks_only_of_properties_it_has(row: ResourceType) -> None:
    assert row.required <= set(row.inputs)
    assert row.replace_on_change <= set(row.inputs)
    assert not row.outputs_only & set(row.inputs)
    assert row.outputs_only <= row.computed


@pytest.mark.parametrize(
    ("inputs", "faults"),
    [
        pytest.param({"location": "us-central1", "template": {}}, [], id="none"),
        pytest.param({"template": {}}, ["location: required, and missing"], id="required"),
        pytest.param({"location": "x", "template": {}, "locaton": 1}, ["locaton: no such property"], id="misspelt"),
        pytest.param(
            {"location": "x", "template": {"containers": [{"image": "i"}, {"imgae": "i"}]}},
            ["template.containers[1].imgae: no such property", "template.containers[1].image: required, and missing"],
            id="nested-in-a-list",
        ),
        pytest.param(
            {"location": "x", "template": {"containers": {"image": "i"}}},
            ["template.containers: a list was expected"],
            id="object-for-a-list",
        ),
        pytest.param({"location": "x", "template": "t"}, ["template: an object was expected"], id="text-for-an-object"),
        pytest.param({"location": "x", "template": {}, "labels": {"any": "thing"}}, [], id="free-keys"),
        pytest.param({"location": "x", "template": object()}, [], id="not-known-yet"),
    ],
)
def test_faults_are_named_by_path(inputs: dict[str, Any], faults: list[str]) -> None:
    assert table()[SERVICE].faults(inputs) == faults
