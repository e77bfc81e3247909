"""What has to hold of a checkout that was configured: the inventories renewed, its owner's tests and ours pass."""

from pathlib import Path

from hearth.tests.docs.walk import committed, copied, ran
from hearth.tests.owning.edits import Edit

# All that read what a configuration changes, as a look at every file that each test opens has shown.
OWNERS = "tests/stacks tests/contract"
OURS = "hearth/tests/pipelines hearth/tests/diagram hearth/tests/docs flask_hearth/tests/docs"


def configured(folder: Path, edit: Edit) -> None:
    """A copy of the checkout, edited, with the inventories renewed. AssertionError where that goes wrong."""
    copied(folder)
    edit(folder)
    committed(folder, "As its owner has it")
    # A rename has renewed them already.
    again = _renewed(folder) and _renewed(folder)
    assert not again, f"`make inventory` a second time changes:\n{again}"


def _renewed(folder: Path) -> str:
    """What `make inventory` changes, which is committed."""
    holds(folder, "python -m hearth inventory --yes")
    changed = ran(folder, "git status --porcelain").stdout
    committed(folder, "With inventories")
    return changed


def holds(folder: Path, *commands: str, **environ: str) -> None:
    """Each of the commands succeeds in a copy. AssertionError with the end of what the first other one said."""
    for command in commands:
        done = ran(folder, command, **environ)
        assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}"
