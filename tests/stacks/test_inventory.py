"""Each shipped stack is exactly what its inventory says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from hearth.testing.compare import differences
from hearth.testing.stacks import STACKS, run_stack

INVENTORIES = Path(__file__).with_name("inventory")


def inventory(name: str) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = yaml.safe_load((INVENTORIES / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("name", STACKS)
def test_a_shipped_stack_is_what_its_inventory_says(name: str) -> None:
    found = list(differences(inventory(name), run_stack(name)))

    assert not found, "\n".join([f"Pulumi.{name}.yaml declares other than tests/stacks/inventory/{name}.yaml:", *found])


def test_every_shipped_stack_has_an_inventory() -> None:
    assert sorted(file.stem for file in INVENTORIES.glob("*.yaml")) == STACKS


def test_a_resource_too_many_is_a_difference() -> None:
    stack = run_stack("prod", {"app:imageReaders": '["group:devs@example.com"]'})

    assert list(differences(inventory("prod"), stack)) == [
        "counts: 2 of gcp:artifactregistry/repositoryIamMember:RepositoryIamMember, expected 1"
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"app:maxInstances": "11"}, "Service web.scaling.maxInstanceCount: 11, expected 10"),
        (
            {"app:protect": "false", "app:exceptions": '{"protection/*": "a test"}'},
            "Service web: protect is False, expected True",
        ),
        ({"app:publicAccess": "invoker-check-off"}, "0 of gcp:cloudrunv2/serviceIamMember:ServiceIamMember"),
        ({"app:siteId": "elsewhere"}, "outputs.siteUrl: 'https://elsewhere.web.app', expected"),
        ({"app:customDomains": '["a.example"]'}, "outputs.dnsRecords: declared, not expected"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_difference_tells_where_what_and_what_was_expected(change: Mapping[str, str], said: str) -> None:
    assert said in "\n".join(differences(inventory("prod"), run_stack("prod", change)))
