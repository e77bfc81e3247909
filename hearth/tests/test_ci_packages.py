"""What CI installs before the tests is a help, never a condition."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hearth import project

SCRIPT = project.root() / ".ci" / "packages"
if not SCRIPT.is_file():
    pytest.skip("there is no .ci/packages", allow_module_level=True)
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The script as that user, with an apt-get and an npm that fail, and a cache of its own."""

    def begin(*, user: int, **environ: str) -> subprocess.CompletedProcess[str]:
        programs = tmp_path / "bin"
        programs.mkdir()
        fails = {name: f'echo "{name} was asked" >&2; exit 100' for name in ("apt-get", "npm")}
        for name, script in {"id": f"echo {user}", **fails}.items():
            (programs / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            (programs / name).chmod(0o755)
        known = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
        known["XDG_CACHE_HOME"] = str(tmp_path / "cache")
        return subprocess.run([SCRIPT], env={**known, **environ}, capture_output=True, text=True, check=False)

    return begin


def test_who_is_not_root_gets_nothing_installed_and_is_told(run: Run) -> None:
    done = run(user=1000, BASE_TAR="/a/base.tar")

    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing is installed" in done.stderr
    assert "apt-get was asked" not in done.stderr


def test_a_mirror_that_can_not_be_reached_stops_nothing(run: Run) -> None:
    done = run(user=0, BASE_TAR="/a/base.tar")

    assert (done.returncode, done.stdout) == (0, "")


def test_a_base_that_was_made_once_is_handed_to_the_tests(run: Run, tmp_path: Path) -> None:
    base = tmp_path / "cache" / "hearth" / "stand-in-base.tar"
    base.parent.mkdir(parents=True)
    base.touch()

    assert run(user=1000).stdout == f"export BASE_TAR='{base}'\n"


def test_a_base_that_is_named_already_is_left_alone(run: Run, tmp_path: Path) -> None:
    base = tmp_path / "cache" / "hearth" / "stand-in-base.tar"
    base.parent.mkdir(parents=True)
    base.touch()

    assert run(user=1000, BASE_TAR="/a/base.tar").stdout == ""
