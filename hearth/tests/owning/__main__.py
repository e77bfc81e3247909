"""`python -m hearth.tests.owning NAME…` or `--all`: each configuration alone, in a copy of the checkout as cloned.

After each, `make inventory`, then what `make check` runs, and those of our tests that read what is the user's: minutes
for each. A line tells what came of it; one that does not hold leaves its copy there, and makes the exit code 1.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from hearth import project
from hearth.tests.owning.configurations import ALONE, TOGETHER
from hearth.tests.owning.edits import Edit, all_of
from hearth.tests.owning.holding import OURS, configured, holds

_COMMANDS = ("python -m hearth check", f"python -m pytest -q {OURS}")


def main(arguments: Sequence[str]) -> int:
    """The exit code."""
    known: dict[str, Edit] = {**ALONE, "together": all_of(*TOGETHER.values())}
    parser = argparse.ArgumentParser(prog="python -m hearth.tests.owning", description=__doc__)
    parser.add_argument("name", nargs="*", choices=[*known, []], metavar="NAME", help=", ".join(known))
    parser.add_argument("--all", action="store_true", help="every configuration that is listed above")
    options = parser.parse_args(arguments)
    names = list(known) if options.all else options.name
    if not names:
        parser.error("name a configuration, or --all")
    rows = []
    for name in names:
        rows.append(_tried(name, known[name]))
        sys.stdout.write(rows[-1])
        sys.stdout.flush()
    return 1 if any(row.startswith("FAILED") for row in rows) else 0


def _tried(name: str, edit: Edit) -> str:
    """A line of what came out."""
    folder = Path(tempfile.mkdtemp(prefix=f"owning-{name}-"))
    # One for all copies: they hardly differ, and the first run of mypy takes longer than all the rest.
    types = project.root() / ".local" / "owning" / "mypy"
    types.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    try:
        configured(folder, edit)
        holds(folder, *_COMMANDS, MYPY_CACHE_DIR=str(types))
    except AssertionError as failed:
        return f"FAILED {name}: {folder}\n{failed}\n"
    shutil.rmtree(folder)
    return f"ok     {name} ({time.monotonic() - began:.0f} s)\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
