"""An inventory is brought up to what its stack declares, and stays its author's otherwise."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from hearth.testing import inventory
from hearth.testing.compare import differences
from hearth.testing.stacks import STACKS
from hearth.tests import example
from hearth.tests.example import run_stack

PROD = example.inventory("prod")
FREE = {"app:exceptions": '{"protection/*": "a test"}'}


def test_what_fits_already_stays_as_it_is() -> None:
    assert inventory.updated(PROD, run_stack("prod")) == PROD


@pytest.mark.parametrize(
    "change",
    [
        {"app:maxInstances": "11"},
        {"app:protect": "false", "app:deletionProtection": "false", **FREE},
        {"app:publicAccess": "invoker-check-off"},
        {"app:imageReaders": '["group:devs@example.com"]'},
        {"app:image": "us-docker.pkg.dev/shop-dev/web/web@sha256:" + "b" * 64},
        {"app:customDomains": '["www.example.com"]'},
        {"app:name": "shop", "gcp:region": "europe-west1"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_it_fits_after_an_update_and_keeps_its_comments(change: Mapping[str, str]) -> None:
    stack = run_stack("prod", change)
    text = inventory.updated(PROD, stack)

    assert list(differences(yaml.safe_load(text), stack)) == []
    assert text != PROD
    assert inventory.updated(text, stack) == text
    assert PROD.splitlines()[0].startswith("#")
    assert text.splitlines()[0] == PROD.splitlines()[0]


def test_only_the_line_that_changed_changes() -> None:
    text = inventory.updated(PROD, run_stack("prod", {"app:maxInstances": "11"}))

    changed = [new for old, new in zip(PROD.splitlines(), text.splitlines(), strict=True) if old != new]
    assert changed == ["      scaling: { minInstanceCount: 1, maxInstanceCount: 11 }"]


def test_the_entry_of_a_resource_that_is_gone_goes() -> None:
    text = inventory.updated(PROD, run_stack("prod", {"app:publicAccess": "invoker-check-off"}))

    assert "name: public-access" in PROD
    assert "name: public-access" not in text


def test_a_new_stack_gets_an_inventory_of_counts_and_outputs() -> None:
    stack = run_stack("dev")

    text = inventory.updated("counts: {}\nresources: []\noutputs: {}\n", stack)

    assert list(differences(yaml.safe_load(text), stack)) == []


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("", False), ("no", False)])
def test_nothing_is_written_before_the_difference_was_shown_and_agreed_to(
    answer: str,
    written: bool,  # noqa: FBT001
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    name = STACKS[0]
    file = tmp_path / f"{name}.yaml"
    text = "counts:\n  no/such:Type: 1\nresources: []\noutputs: {}\n"
    file.write_text(text, encoding="utf-8")

    left = inventory.main([name], ask=lambda _: answer, inventories=tmp_path)

    said = capsys.readouterr().out
    assert "no/such:Type" in said
    assert (left, file.read_text(encoding="utf-8") != text) == ((0, True) if written else (1, False))


def test_the_inventory_of_a_stack_that_is_gone_goes_once_that_is_agreed_to(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    inventory.main(["--yes"], inventories=tmp_path)
    gone = tmp_path / "gone.yaml"
    gone.write_text("counts: {}\nresources: []\noutputs: {}\n", encoding="utf-8")

    assert inventory.main([], ask=lambda _: "no", inventories=tmp_path) == 1
    assert gone.exists()
    assert "gone.yaml: there is no Pulumi.gone.yaml" in capsys.readouterr().out
    assert inventory.main(STACKS[:1], inventories=tmp_path) == 0, "only that stack was asked about"
    assert inventory.main([], ask=lambda _: "yes", inventories=tmp_path) == 0
    assert sorted(file.stem for file in tmp_path.iterdir()) == STACKS
