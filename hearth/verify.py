"""`python -m hearth check` and `test`: what must hold before a change lands. Each ends with pytest's closing line.

`check` is for while one works: lint, types and the tests of what is the user's. `test` is all of it: types, tests and
deployments by the real engine run side by side, since each of them leaves a core idle for some of the time.
"""

import argparse
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hearth import project

_USERS = ("infra", "service", "tests")
_ENGINE = "hearth/tests/engine"
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
    if verb == "check" or not (root / _ENGINE).is_dir():
        with checks.beside("types", ["mypy", *_USERS]) as types:
            return checks.run(checks.pytest("tests")) or checks.ended(types, "types")
    with (
        checks.beside("types", ["mypy"]) as types,
        checks.beside("engine", checks.pytest("--durations=5", _ENGINE), to_its_end=True) as engine,
    ):
        code = checks.run(checks.pytest(f"--ignore={_ENGINE}"))
        code = code or checks.ended(types, "types")
        deployed = checks.ended(engine, "engine", show=True)
    if code:
        sys.stderr.write("test: what stands above the engine's tests failed.\n")
    return code or deployed


class _Checks:
    """Commands of the project's environment, with logs for those that run beside others."""

    def __init__(self, root: Path, options: Sequence[str]) -> None:
        self._root = root
        self._options = options
        programs = str(Path(sys.executable).parent)
        self._environ: Mapping[str, str] = {
            **os.environ,
            "PATH": os.pathsep.join([programs, os.environ.get("PATH", "")]),
        }

    def pytest(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "pytest", "-q", *self._options, *arguments]

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
