"""A checkout holds whatever its owner sets: all of `TOGETHER` here, each alone by `python -m hearth.tests.owning`.

Where there is an owner, the configuration is theirs, and all other tests hold it.
"""

from pathlib import Path

import yaml

from hearth import project
from hearth.tests.docs.walk import ran
from hearth.tests.owner import as_cloned
from hearth.tests.owning.configurations import TOGETHER
from hearth.tests.owning.edits import all_of
from hearth.tests.owning.holding import OURS, OWNERS, configured, holds

ROOT = project.root()


@as_cloned
def test_every_test_passes_after_all_of_it_was_set_at_once(tmp_path: Path) -> None:
    configured(tmp_path, all_of(*TOGETHER.values()))

    # Nor is there anything else for linter and types to see than here.
    first = "$(git rev-list --max-parents=0 HEAD)"
    assert ran(tmp_path, f"git diff --name-only {first} HEAD -- '*.py'").stdout == ""
    holds(tmp_path, f"python -m pytest -q {OWNERS} {OURS}")


@as_cloned
def test_the_stack_files_that_are_shipped_differ_by_values_alone() -> None:
    """Side by side they show in what: each has every key that docs/configuration.md lists for stacks, in its order."""
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    of_stacks, _, _ = page.partition("### What the service is")
    listed = [line.split("`")[1] for line in of_stacks.splitlines() if line.startswith("| `app:")]
    files = [yaml.safe_load(file.read_text(encoding="utf-8"))["config"] for file in ROOT.glob("Pulumi.*.yaml")]

    assert [[key for key in config if key.startswith("app:")] for config in files] == [listed] * len(files)
    assert len({tuple(config) for config in files}) == 1
