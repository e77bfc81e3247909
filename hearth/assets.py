"""`python -m hearth assets`: the front end's own build, `npm run build`, where there is a package.json.

It is to write below static/dist/, which git ignores and which the image and Hosting then get like any other file of
static/. Nothing to do without a package.json. Packages are installed anew only when their lock changed.
"""

import argparse
import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from hearth import project
from hearth.errors import HearthError

_PACKAGE, _LOCK = "package.json", "package-lock.json"


def main(arguments: Sequence[str]) -> int:
    """The exit code of npm, or 0. Raises HearthError."""
    argparse.ArgumentParser(prog="python -m hearth assets", description="Build the front end.").parse_args(arguments)
    root = project.root()
    return build(root) if (root / _PACKAGE).is_file() else 0


def build(root: Path) -> int:
    """Install what the lock says if it changed, and build."""
    npm = shutil.which("npm")
    if npm is None:
        raise HearthError(
            "npm is not installed: the files that package.json builds would be missing from static/. Install Node.js, "
            "or remove package.json."
        )
    if not (root / _LOCK).is_file():
        raise HearthError(
            "package.json has no package-lock.json: every build could get other packages, and so another image. "
            "Run `npm install` once, and commit the lock."
        )
    stamp = root / ".local" / "npm-installed"
    wanted = _installed(root)
    if not (root / "node_modules").is_dir() or not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        stamp.unlink(missing_ok=True)
        if code := _npm(root, npm, "ci", "--no-audit", "--no-fund"):
            return code
        # npm makes no folder when there is nothing to install.
        (root / "node_modules").mkdir(exist_ok=True)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(wanted, encoding="utf-8")
    return _npm(root, npm, "run", "--silent", "build")


def _installed(root: Path) -> str:
    """What node_modules is made of; the folder's own path belongs to it, as scripts in there name it."""
    content = hashlib.sha256(b"\0".join((root / name).read_bytes() for name in (_PACKAGE, _LOCK))).hexdigest()
    return f"{content} {root.resolve()}"


def _npm(root: Path, npm: str, *arguments: str) -> int:
    # On standard error, so that the answer of the verb that needs this can be captured.
    return subprocess.run([npm, *arguments], cwd=root, stdout=2, check=False).returncode
