"""`python -m hearth lock`: the lock files renewed from the requirements that they follow from.

The checkout's own lock leads: what the image, the local cloud and the engine's build lock is in it at the same version.
"""

import argparse
import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from hearth import project
from hearth.errors import HearthError

_COMPILE = ("pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header")
_LEADING = "requirements.in"
_FOLLOWING = ("service/requirements.in", "hearth/localcloud/requirements.in")
_APART = ("hearth/pulumi_cli/requirements.in", "hearth/localcloud/databases/requirements.in")
# Hearth's wheels, which no index has: what one offers under these names is a stranger's, as its `hearth` is.
_NAMED = re.compile(
    r"^(hearth(?:[-_.]toolkit)?|flask[-_.]hearth)(?![\w.-])((?:.*\\\n)*.*)", re.MULTILINE | re.IGNORECASE
)
_INCLUDED = re.compile(r"^(?:-r|--requirement)[ =](\S+)", re.MULTILINE)
_FOLDER = re.compile(r"^(?:-f|--find-links)[ =](\S+)$", re.MULTILINE)


def main(arguments: Sequence[str]) -> int:
    """The exit code. Raises HearthError where uv refuses, or finds what is Hearth's at a stranger's."""
    parser = argparse.ArgumentParser(prog="python -m hearth lock", description="Renew the lock files.")
    parser.add_argument("--upgrade", action="store_true", help="take newer versions where the requirements allow them")
    options = parser.parse_args(arguments)
    newer = ["--upgrade"] if options.upgrade else []
    root = project.root()
    before = {lock: lock.read_bytes() for lock in _locks(root)}
    _check_included(root)
    # Who installs the leading lock looks where it was made; in an image the folder lies elsewhere.
    _compile(root, _LEADING, ["--emit-find-links", *newer])
    for file in _FOLLOWING:
        _compile(root, file, ["--constraint", "requirements.txt"])
    for file in _APART:
        _compile(root, file, newer)
    if found := list(foreign_packages(root)):
        # The next command would install what they name.
        for lock, content in before.items():
            lock.write_bytes(content)
        raise HearthError("\n".join([*found, "The lock files have not changed."]))
    return 0


def foreign_packages(root: Path) -> Iterator[str]:
    """What the locks of the project at `root` take under a name of Hearth's that is none of its wheels, by the hashes.

    The wheels lie in the folders that the leading lock names by `--find-links`.
    """
    folders = _FOLDER.findall((root / _LEADING).with_suffix(".txt").read_text(encoding="utf-8"))
    wheels = {hashlib.sha256(file.read_bytes()).hexdigest() for each in folders for file in (root / each).glob("*.whl")}
    for lock in _locks(root):
        for name, rest in _NAMED.findall(lock.read_text(encoding="utf-8")):
            hashes = set(re.findall(r"--hash=sha256:(\w+)", rest))
            if not hashes or hashes - wheels:
                yield (
                    f"{lock.relative_to(root)} takes {name} from an index, which has none of Hearth's: it may be "
                    f"anybody's. Put Hearth's wheel into the folder that {_LEADING} names by --find-links, and ask for "
                    "its very version (`==`)."
                )


def _locks(root: Path) -> list[Path]:
    named = ((root / file).with_suffix(".txt") for file in (_LEADING, *_FOLLOWING))
    return [lock for lock in named if lock.is_file()]


def _check_included(root: Path) -> None:
    """Raises HearthError for a file that the leading one includes and that is not there, as of an app that was brought.

    Such an app has a requirements.txt, which is then not made of anything.
    """
    leading = root / _LEADING
    for name in _INCLUDED.findall(leading.read_text(encoding="utf-8")) if leading.is_file() else ():
        loose = (root / name).with_suffix(".txt")
        if (root / name).is_file():
            continue
        written = loose.relative_to(root)
        fix = (
            f"{written} is: if that lists what your app needs, rename it, and run this again: mv {written} {name}"
            if loose.is_file()
            else f"Write what your app needs into it, or take the line out of {_LEADING}."
        )
        raise HearthError(f"{_LEADING} includes {name}, which is not there. {fix}")


def _compile(root: Path, file: str, options: Sequence[str]) -> None:
    # Not in a project that has installed the toolkit instead of holding it.
    if not (root / file).is_file():
        return
    uv = Path(sys.executable).with_name("uv")
    locked = file.removesuffix(".in") + ".txt"
    if subprocess.run([uv, *_COMPILE, *options, file, "--output-file", locked], cwd=root, check=False).returncode:
        raise HearthError(f"{locked} has not changed: uv could not resolve {file}, and says why above.")
