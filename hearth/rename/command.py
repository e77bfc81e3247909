"""`python -m hearth rename`: the app called by another name, everywhere.

Exit codes: 0, also when there was nothing to rename, or 1 when nothing was renamed, or not all of it; the message says.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from hearth import project
from hearth.rename import checks, places
from hearth.rename.errors import RenameError

_NEXT = """Next:
  make test               the inventories and the contracts know the new name already
  git commit --all -m "Call the app {name}"
  make up                 a stack of its own on the local cloud
  docs/your-app.md        your own model in place of the sample"""
_ELSEWHERE = """Stack {stack} has a project on Google Cloud. Where it is deployed, it is under the old name, which this
checkout does not know any more, and everything named after the app would be made anew. So first, on the
commit before this one, save its data and `pulumi destroy -s {stack}`."""


def renew_inventories(root: Path) -> str:
    """Take the new name over into the inventories. Returns what was said. Raises RenameError."""
    if not (root / project.Table.read(root).inventories).is_dir():
        return ""
    done = subprocess.run(
        [sys.executable, "-m", "hearth", "inventory", "--yes"],
        cwd=root,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise RenameError(
            f"The name is changed, but the inventories are not renewed:\n{done.stdout}\n"
            "Put this right and run `make inventory`; or take all of it back: git checkout ."
        )
    return done.stdout


def run(root: Path, name: str, *, anyway: bool, renew: Callable[[Path], str] = renew_inventories) -> None:
    """Rename the app. Raises RenameError; all that can be known to be wrong is, before anything is written."""
    old = places.current(root)
    wanted = places.changes(root, name)
    # At once, before the program is run with the name in each stack, which takes seconds.
    found = list(checks.obstacles(root, old)) if wanted and name else []
    if found and not anyway:
        raise RenameError("\n".join(["Nothing was renamed.", *_listed(found), "Or do it all the same: ANYWAY=1"]))
    if faults := checks.name_faults(root, name):
        raise RenameError(
            "\n".join([f"Nothing was renamed. {name!r} is not a possible name for the app:", *_listed(faults)])
        )
    if not wanted:
        print(f"Everything is called {name} already.")
        return
    if found:
        print("\n".join(found), file=sys.stderr)
    for change in wanted:
        change.file.write_text(change.text, encoding="utf-8")
        print(f"  {change.file.name:<22}{', '.join(change.said)}")
    lines = [line for line in renew(root).splitlines() if line.startswith("+ ")]
    if lines:
        print(f"  {'tests/stacks/inventory':<22} {len(lines)} lines")
    for stack in checks.google_stacks(root):
        print("\n" + _ELSEWHERE.format(stack=stack))
    print("\n" + _NEXT.format(name=name))


def _listed(lines: list[str]) -> list[str]:
    return [f"  - {line}" for line in lines]


def main(arguments: Sequence[str]) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m hearth rename", description="Call the app by another name.")
    parser.add_argument("name", help="2 to 24 lowercase letters, digits and hyphens")
    parser.add_argument("--anyway", action="store_true", help="also with uncommitted changes or a deployed stack")
    options = parser.parse_args(arguments)
    try:
        run(project.root(), options.name, anyway=options.anyway)
    except RenameError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
