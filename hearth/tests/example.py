"""Stacks of the tests' own, for tests of ours that need a whole one: what a user sets must not break them.

Values that a key has by default are left out, so that a key which comes or goes is no business of these.
"""

import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from hearth import project
from hearth.testing import stacks
from hearth.testing.recorder import Stack

ROOT = project.root()
FOLDER = Path(__file__).with_name("stacks")
"""A stack file each, firebase.json as it is shipped, and in `inventory/` what one of the stacks declares."""

STACKS = sorted(file.stem.removeprefix("Pulumi.") for file in FOLDER.glob("Pulumi.*.yaml"))


def stack_file(name: str) -> Path:
    return FOLDER / f"Pulumi.{name}.yaml"


def inventory(name: str) -> str:
    return (FOLDER / "inventory" / f"{name}.yaml").read_text(encoding="utf-8")


def run_stack(
    name: str, overrides: Mapping[str, str] | None = None, *, program: Callable[..., None] | None = None
) -> Stack:
    """The project's program, or another one, with an example's configuration in which `overrides` replace values."""
    if program is None:
        return _run_once(name, tuple(sorted((overrides or {}).items())))
    return stacks.run_with(stacks.configuration(stack_file(name)) | dict(overrides or {}), name, program, ROOT)


@cache
def _run_once(name: str, overrides: tuple[tuple[str, str], ...]) -> Stack:
    return run_stack(name, dict(overrides), program=project.program(ROOT))


def put_into(folder: Path) -> None:
    """The stack files in place of a copied project's own, and the firebase.json that goes with them."""
    for own in folder.glob("Pulumi.*.yaml"):
        own.unlink()
    for name in STACKS:
        shutil.copy(stack_file(name), folder)
    shutil.copy(FOLDER / "firebase.json", folder)
