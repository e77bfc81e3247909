"""`python -m hearth lock`: the lock files renewed from the requirements that they follow from.

The checkout's own lock leads: what the image, the local cloud and the engine's build lock is in it at the same version.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from hearth import project
from hearth.errors import HearthError

_COMPILE = ("pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header")
_LEADING = "requirements.in"
_FOLLOWING = ("service/requirements.in", "hearth/localcloud/requirements.in")
_APART = ("hearth/pulumi_cli/requirements.in",)


def main(arguments: Sequence[str]) -> int:
    """The exit code. Raises HearthError where uv refuses."""
    parser = argparse.ArgumentParser(prog="python -m hearth lock", description="Renew the lock files.")
    parser.add_argument("--upgrade", action="store_true", help="take newer versions where the requirements allow them")
    options = parser.parse_args(arguments)
    newer = ["--upgrade"] if options.upgrade else []
    root = project.root()
    _compile(root, _LEADING, newer)
    for file in _FOLLOWING:
        _compile(root, file, ["--constraint", "requirements.txt"])
    for file in _APART:
        _compile(root, file, newer)
    return 0


def _compile(root: Path, file: str, options: Sequence[str]) -> None:
    # Not in a project that has installed the toolkit instead of holding it.
    if not (root / file).is_file():
        return
    uv = Path(sys.executable).with_name("uv")
    locked = file.removesuffix(".in") + ".txt"
    if subprocess.run([uv, *_COMPILE, *options, file, "--output-file", locked], cwd=root, check=False).returncode:
        raise HearthError(f"{locked} is as it was: uv could not resolve {file}, and says why above.")
