"""What the toolkit takes of the stacks is what the program makes of them; and the toolkit is Hearth's."""

import json
from pathlib import Path

import pytest

from hearth import lock
from hearth.catalog.roles import DEPLOYER
from hearth.deployer import target
from hearth.deployer.policy_checks import POLICIES
from hearth.image import instance
from hearth.testing.stacks import STACKS
from infra.program import ROOT
from infra.settings import StackSettings


@pytest.mark.parametrize("name", STACKS)
def test_every_stack_that_is_shipped_can_be_tried(name: str) -> None:
    assert instance.of_stack(ROOT, name).env["K_SERVICE"]


def test_a_stack_that_is_silent_is_taken_to_be_what_the_program_makes_of_it(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: web\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  gcp:project: acme-web-dev\n", encoding="utf-8")
    deciding = {role.only[0] for role in DEPLOYER if role.only} | {key for policy in POLICIES for key in policy.only}

    choices = target.read(tmp_path, "dev", "").choices
    defaults = {key: StackSettings.fields()[key].default for key in choices}
    # As a stack file has them.
    assert choices == {key: text if isinstance(text, str) else json.dumps(text) for key, text in defaults.items()}
    assert deciding <= set(choices)


def test_no_lock_takes_what_is_hearths_from_an_index() -> None:
    """None has it: under its names anybody may offer anything."""
    assert list(lock.foreign_packages(ROOT)) == []
