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
