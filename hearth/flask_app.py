"""The verbs that run the project's Flask app: its own Flask command line, in a process of its own.

So nothing of the app, and no Flask, is imported here: an app that does not start ends a verb with its own words.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from hearth import env_file, project
from hearth.errors import HearthError
from hearth.hosting import shadowing
from hearth.localcloud.commands.ports import USUAL, listening_nowhere

_FRAMEWORK = "flask_hearth"
_LAST_PORT = 6000

_DOES = {
    "serve": "Flask with reload and the static files, on this machine alone, without a deploy",
    "openapi": "write the API's document",
    "bench": "measure the service's framework against a peer, as ratios in one run",
}


def main(arguments: Sequence[str]) -> int:
    """The exit code. The first argument is the verb."""
    verb, *rest = arguments
    root = project.root()
    table = project.Table.read(root)
    parser = argparse.ArgumentParser(prog=f"python -m hearth {verb}", description=f"{verb}: {_DOES[verb]}.")
    if verb == "bench":
        if importlib.util.find_spec("flask_hearth.bench") is None:
            raise HearthError(
                "an installed flask_hearth comes without it: `make bench` is for Hearth's own repository."
            )
        # Its options are its own; `--help` shows them.
        return _run([sys.executable, "-m", "flask_hearth.bench", *rest], root, root)
    parser.parse_args(rest)
    flask = [sys.executable, "-m", "flask", "--app", table.app]
    if shadowing.uses(root / table.service, _FRAMEWORK):
        return _run(
            [*flask, verb, *([str(root / table.openapi)] if verb == "openapi" else [])], root / table.service, root
        )
    if verb == "openapi":
        raise HearthError(
            f"the app in {table.service}/ imports no {_FRAMEWORK}, and so has no document of its API to be written."
        )
    port = os.environ.get("PORT") or str(
        next(each for each in range(USUAL.edge, _LAST_PORT) if listening_nowhere(each))
    )
    sys.stderr.write(
        f"serve: the app imports no {_FRAMEWORK}, so this is plain `flask run`: without static/, which Hosting serves, "
        "and without migrations.\n"
    )
    return _run([*flask, "run", "--debug", "--port", port], root / table.service, root)


def _run(command: Sequence[str], folder: Path, root: Path) -> int:
    path = os.pathsep.join(part for part in (str(root), os.environ.get("PYTHONPATH", "")) if part)
    # A developer's own; where neither says APP_ENV, production would ask for secrets that a developer has none of.
    environ = {"APP_ENV": "development", **env_file.read(root), **os.environ, "PYTHONPATH": path}
    # Data lies there unless the environment says otherwise.
    (root / ".local").mkdir(exist_ok=True)
    return subprocess.run(command, cwd=folder, env=environ, check=False).returncode
