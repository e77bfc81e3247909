"""`python -m hearth assets`: the front end's own build, where there is one."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flask_hearth.staticfiles import folder
from flask_hearth.testing.processes import PATIENCE
from hearth import project

CHECKOUT = project.root()
NODE = Path(shutil.which("npm") or "/nowhere/npm").parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A front end without packages, with an npm that only takes notes."""
    (tmp_path / "static").mkdir()
    (tmp_path / "Pulumi.yaml").touch()
    (tmp_path / "package.json").write_text('{"name": "x"}', encoding="utf-8")
    (tmp_path / "package-lock.json").write_text('{"lockfileVersion": 3}', encoding="utf-8")
    (tmp_path / "bin").mkdir()
    npm = tmp_path / "bin" / "npm"
    npm.write_text('#!/bin/sh\necho "$1" >>npm.log\n[ "$1" != "$FAILS" ]\n', encoding="utf-8")
    npm.chmod(0o755)
    return tmp_path


def run(checkout: Path, *, path: str | None = None, fails: str = "nothing") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hearth", "assets"],
        cwd=checkout,
        env={
            "PATH": path or f"{checkout / 'bin'}:/usr/bin:/bin",
            "FAILS": fails,
            "HOME": str(checkout),
            "PYTHONPATH": str(CHECKOUT),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def calls(checkout: Path) -> list[str]:
    log = checkout / "npm.log"
    return log.read_text(encoding="utf-8").split() if log.exists() else []


def test_without_a_package_json_nothing_is_asked_for(checkout: Path) -> None:
    (checkout / "package.json").unlink()

    assert run(checkout, path="/bin:/usr/bin").returncode == 0
    assert calls(checkout) == []
    assert not (checkout / ".local").exists()


def test_packages_are_installed_once_and_built_from_each_time(checkout: Path) -> None:
    assert [run(checkout).returncode, run(checkout).returncode] == [0, 0]
    assert calls(checkout) == ["ci", "run", "run"]


@pytest.mark.parametrize("file", ["package.json", "package-lock.json"])
def test_other_packages_are_installed_anew(checkout: Path, file: str) -> None:
    run(checkout)
    (checkout / file).write_text('{"name": "y"}', encoding="utf-8")
    run(checkout)

    assert calls(checkout) == ["ci", "run", "ci", "run"]


def test_an_installation_that_failed_is_tried_again(checkout: Path) -> None:
    assert run(checkout, fails="ci").returncode != 0
    assert run(checkout).returncode == 0
    assert calls(checkout) == ["ci", "ci", "run"]


def test_a_build_that_fails_stops_whoever_needs_it(checkout: Path) -> None:
    assert run(checkout, fails="run").returncode != 0


def test_a_front_end_without_a_lock_is_refused(checkout: Path) -> None:
    (checkout / "package-lock.json").unlink()
    done = run(checkout)

    assert done.returncode == 1
    assert "Run `npm install` once, and commit the lock." in done.stderr
    assert calls(checkout) == []


def test_a_machine_without_npm_is_told_what_would_be_missing(checkout: Path) -> None:
    tools = checkout / "few"
    tools.mkdir()
    for program in ("dirname", "cat", "sh"):
        (tools / program).symlink_to(str(shutil.which(program)))
    done = run(checkout, path=str(tools))

    assert done.returncode == 1
    assert "Install Node.js, or remove" in done.stderr


@pytest.mark.skipif(not (NODE / "npm").exists(), reason="npm is not installed")
def test_what_a_real_build_writes_is_published(checkout: Path) -> None:
    build = "const fs=require('fs');fs.mkdirSync('static/dist');fs.writeFileSync('static/dist/app.js','1')"
    package = {"name": "x", "version": "1.0.0", "scripts": {"build": f'node -e "{build}"'}}
    lock = {"name": "x", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "x", "version": "1.0.0"}}}
    (checkout / "package.json").write_text(json.dumps(package), encoding="utf-8")
    (checkout / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")

    done = run(checkout, path=f"{NODE}:/usr/bin:/bin")

    assert done.returncode == 0, done.stderr
    assert list(folder.files(checkout / "static")) == ["/dist/app.js"]
