"""`python -m hearth test`: all that must hold before a change lands. Ends with pytest's closing line.

Types are checked beside the unit tests, which leaves no core idle; the engine tests, seconds each, come last and only
if the rest is in order.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from hearth import project

_ENGINE = "hearth/tests/engine"


def main(arguments: Sequence[str]) -> int:
    """The exit code of the first check that fails."""
    parser = argparse.ArgumentParser(prog="python -m hearth test", description="Lint, types, every test.")
    parser.add_argument("pytest", nargs="*", help="options for pytest, after --")
    options = parser.parse_args(arguments)
    root = project.root()
    programs = Path(sys.executable).parent
    environ = {**os.environ, "PATH": os.pathsep.join([str(programs), os.environ.get("PATH", "")])}
    for command in (["ruff", "check", "--quiet", "."], ["ruff", "format", "--quiet", "--check", "."]):
        if code := _run(root, environ, command):
            return code
    log = root / ".local" / "types.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    pytest = [sys.executable, "-m", "pytest", "-q", *options.pytest]
    with (
        log.open("wb") as output,
        subprocess.Popen(["mypy"], cwd=root, env=environ, stdout=output, stderr=output) as types,
    ):
        try:
            if code := _run(root, environ, [*pytest, f"--ignore={_ENGINE}"]):
                return code
            if code := types.wait():
                sys.stdout.write(log.read_text(encoding="utf-8"))
                return code
        finally:
            # A run that failed or was interrupted must not wait for it, or leave it behind.
            types.terminate()
    return _run(root, environ, [*pytest, "--durations=5", _ENGINE]) if (root / _ENGINE).is_dir() else 0


def _run(root: Path, environ: Mapping[str, str], command: Sequence[str]) -> int:
    return subprocess.run(command, cwd=root, env=environ, check=False).returncode
