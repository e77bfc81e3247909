"""`python -m hearth clean`: everything stopped, and all that was made while running deleted."""

import argparse
import shutil
from collections.abc import Sequence

from hearth import project
from hearth.localcloud.commands import down
from hearth.localcloud.commands.checkout import Checkout


def main(arguments: Sequence[str]) -> int:
    """The exit code of `down`, after whose refusal nothing is deleted."""
    parser = argparse.ArgumentParser(prog="python -m hearth clean", description="Stop and delete.")
    parser.add_argument("--yes", action="store_true", help="delete without asking")
    options = parser.parse_args(arguments)
    root = project.root()
    if code := down.run(Checkout(root), yes=options.yes):
        return code
    for made in (".venv", ".local"):
        shutil.rmtree(root / made, ignore_errors=True)
    return 0
