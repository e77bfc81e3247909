"""`python -m hearth check` and `test`: what must hold before a change lands. Each ends with pytest's closing line.

`check` is for while one works: lint, types and the tests of what is the user's. `test` is all of it, with the
framework's tests and deployments by the real engine. Each runs types and groups of tests side by side, as each of them
uses one core, and not all the time.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hearth import project

_USERS = ("infra", "service", "tests")
_OTHERS = ("tests", "hearth/tests")
_BESIDE = {"framework": "flask_hearth/tests", "engine": "hearth/tests/engine"}
"""Tests that run beside all others, where they are there, with logs of these names."""
_BESIDE_USERS = {"service": "tests/service"}
_DOES = {"check": "lint, types, and the project's own tests", "test": "lint, types, every test"}


def main(arguments: Sequence[str]) -> int:
    """The exit code of the first check that fails. The first argument is the verb."""
    verb, *rest = arguments
    parser = argparse.ArgumentParser(prog=f"python -m hearth {verb}", description=f"{verb}: {_DOES[verb]}.")
    parser.add_argument("pytest", nargs="*", help="options for pytest, after --")
    options = parser.parse_args(rest)
    root = project.root()
    checks = _Checks(root, options.pytest)
    for command in (["ruff", "check", "--quiet", "."], ["ruff", "format", "--quiet", "--check", "."]):
        if code := checks.run(command):
            return code
    # A project that has installed the toolkit has none of its tests.
    if verb == "check" or not (root / _BESIDE["engine"]).is_dir():
        return _side_by_side(checks, ["mypy", *_typed(root)], checks.there(_BESIDE_USERS), ["tests"])
    return _side_by_side(checks, ["mypy"], checks.there(_BESIDE), _OTHERS)


def _side_by_side(checks: "_Checks", types: Sequence[str], beside: Mapping[str, str], others: Sequence[str]) -> int:
    """The exit code of the first that failed, when all have ended."""
    if checks.options:
        # A group that has nothing of what pytest is asked for would fail for want of tests, so there is one group.
        beside, others = {}, (*others, *beside.values())
    with contextlib.ExitStack() as stack:
        typed = stack.enter_context(checks.beside("types", types))
        begun = {
            name: stack.enter_context(checks.beside(name, checks.pytest("--durations=5", folder), to_its_end=True))
            for name, folder in beside.items()
        }
        # Named, since pytest leaves out for `--ignore` only what lies below the folders that it is told of.
        codes = {"others": checks.run(checks.pytest(*(f"--ignore={folder}" for folder in beside.values()), *others))}
        codes["types"] = checks.ended(typed, "types")
        codes |= {name: checks.ended(process, name, show=True) for name, process in begun.items()}
    failed = {name: code for name, code in codes.items() if code}
    if failed:
        sys.stderr.write(f"These failed; their output is above: {', '.join(failed)}\n")
    return next(iter(failed.values()), 0)


def _typed(root: Path) -> list[str]:
    """The user's folders, without one that `files` of mypy's table leaves out, as for an app that is not typed."""
    try:
        document = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        document = {}
    files = document.get("tool", {}).get("mypy", {}).get("files", _USERS)
    return [folder for folder in _USERS if folder in files]


class _Checks:
    """Commands of the project's environment, with logs for those that run beside others."""

    def __init__(self, root: Path, options: Sequence[str]) -> None:
        self._root = root
        self.options = options
        programs = str(Path(sys.executable).parent)
        self._environ: Mapping[str, str] = {
            **os.environ,
            "PATH": os.pathsep.join([programs, os.environ.get("PATH", "")]),
        }

    def there(self, folders: Mapping[str, str]) -> Mapping[str, str]:
        return {name: folder for name, folder in folders.items() if (self._root / folder).is_dir()}

    def pytest(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "pytest", "-q", *self.options, *arguments]

    def run(self, command: Sequence[str]) -> int:
        return subprocess.run(command, cwd=self._root, env=self._environ, check=False).returncode

    @contextlib.contextmanager
    def beside(
        self, name: str, command: Sequence[str], *, to_its_end: bool = False
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run it meanwhile; a run that failed or was interrupted leaves nothing behind.

        With the context it is ended, or goes on `to_its_end`: tests stop what they started only if they may. Ctrl-C
        reaches them as well.
        """
        log = self._log(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            process = subprocess.Popen(command, cwd=self._root, env=self._environ, stdout=output, stderr=output)
        try:
            yield process
        finally:
            if not to_its_end:
                process.terminate()
            process.wait()

    def ended(self, process: subprocess.Popen[bytes], name: str, *, show: bool = False) -> int:
        """Wait for it; its exit code. What it said is shown when it failed, and with `show` in any case."""
        code = process.wait()
        if code or show:
            sys.stdout.write(self._log(name).read_text(encoding="utf-8", errors="replace"))
        return code

    def _log(self, name: str) -> Path:
        return self._root / ".local" / f"{name}.log"
