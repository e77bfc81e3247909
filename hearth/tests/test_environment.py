"""`./environment`: a virtual environment from a Python and nothing else, and nothing twice."""

import shutil
import subprocess
from pathlib import Path

import pytest

from flask_hearth.testing.processes import PATIENCE
from hearth import project

CHECKOUT = project.root()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Nothing but what the script reads."""
    shutil.copy(CHECKOUT / "environment", tmp_path)
    (tmp_path / "requirements.txt").write_text("nothing==1.0\n", encoding="utf-8")
    return tmp_path


def program(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    path.chmod(0o755)
    return path


def run(checkout: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [checkout / "environment"],
        env={"PATH": "/usr/bin:/bin", **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def fill(checkout: Path) -> None:
    """An environment as the script leaves it, with a uv that only takes notes."""
    program(checkout / ".venv" / "bin" / "python", "exit 0")
    program(checkout / ".venv" / "bin" / "uv", 'echo "$@" >>uv.log')


def calls(checkout: Path) -> list[str]:
    log = checkout / "uv.log"
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def test_a_python_that_is_too_old_is_named_with_what_to_do(checkout: Path) -> None:
    old = program(checkout / "python3.9", 'if [ "$1" = -V ]; then echo Python 3.9.2; else exit 1; fi')

    done = run(checkout, PYTHON=str(old))

    assert done.returncode == 1
    assert f"This needs Python 3.11 or newer; {old} is Python 3.9.2." in done.stderr
    assert "make PYTHON=/path/to/python3.13" in done.stderr
    assert not (checkout / ".venv").exists()


def test_a_newer_python_is_found_under_its_own_name(checkout: Path) -> None:
    """Where `python3` is the system's old one."""
    program(checkout / "bin" / "python3", "exit 1")
    program(checkout / "bin" / "python3.12", 'if [ "$1" = -m ]; then echo "$@" >made; exit 1; fi')

    run(checkout, PATH=f"{checkout / 'bin'}:/usr/bin:/bin")

    assert (checkout / "made").read_text(encoding="utf-8") == "-m venv .venv\n"


def test_a_python_without_venv_is_told_with_debians_remedy(checkout: Path) -> None:
    bare = program(checkout / "python3", 'if [ "$1" = -m ]; then exit 1; fi')

    done = run(checkout, PYTHON=str(bare))

    assert done.returncode == 1
    assert "apt install python3-venv" in done.stderr


def test_packages_are_installed_with_their_hashes_once_for_each_lock(checkout: Path) -> None:
    fill(checkout)

    first, again = run(checkout), run(checkout)
    once = calls(checkout)
    (checkout / "requirements.txt").write_text("nothing==2.0\n", encoding="utf-8")
    run(checkout)

    assert (first.returncode, again.returncode, again.stderr) == (0, 0, "")
    assert once == ["pip sync --quiet --python .venv/bin/python --require-hashes requirements.txt"]
    assert len(calls(checkout)) == 2


def test_a_failed_installation_is_tried_again(checkout: Path) -> None:
    fill(checkout)
    program(checkout / ".venv" / "bin" / "uv", "exit 1")

    assert run(checkout).returncode != 0
    program(checkout / ".venv" / "bin" / "uv", 'echo "$@" >>uv.log')
    assert run(checkout).returncode == 0
    assert len(calls(checkout)) == 1


def test_a_moved_checkout_gets_a_new_environment(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Programs in .venv/bin name the folder they were installed into."""
    fill(checkout)
    run(checkout)
    moved = tmp_path_factory.mktemp("moved") / "checkout"
    checkout.rename(moved)

    run(moved, PYTHON=str(program(moved / "none", "exit 1")))

    assert not (moved / ".venv").exists()


def test_a_clone_by_git_on_windows_has_scripts_that_a_shell_can_read(tmp_path: Path) -> None:
    """Such a clone may be used from WSL."""
    made, clone = tmp_path / "made", tmp_path / "clone"
    made.mkdir()
    for name in (".gitattributes", "environment", "Makefile"):
        shutil.copy(CHECKOUT / name, made)
    who = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    for command in (["init", "--quiet"], ["add", "--all"], [*who, "commit", "--quiet", "--message", "x"]):
        subprocess.run(["git", *command], cwd=made, check=True)

    subprocess.run(["git", "-c", "core.autocrlf=true", "clone", "--quiet", made, clone], check=True)

    for name in ("environment", "Makefile"):
        assert b"\r" not in (clone / name).read_bytes()


@pytest.mark.parametrize("target", ["stop", "down", "clean"])
def test_a_half_made_environment_is_completed_before_it_has_to_stop_anything(checkout: Path, target: str) -> None:
    """After an installation that was interrupted there is a Python, but nothing that it could import."""
    shutil.copy(CHECKOUT / "Makefile", checkout)
    (checkout / ".local").mkdir()
    fill(checkout)
    program(checkout / ".venv" / "bin" / "python", 'echo "$@" >>uv.log')

    subprocess.run(["make", target, "PYTHON=false"], cwd=checkout, check=False, capture_output=True, timeout=PATIENCE)

    ran = calls(checkout)
    assert any(call.startswith("pip sync") for call in ran)
    assert ran[-1] == f"-m hearth {target}"


@pytest.mark.parametrize(("home", "here"), [("writable", ()), ("/proc/nobody", ("uv", "go", "gomod"))])
def test_where_the_home_folder_cannot_be_written_caches_lie_in_the_checkout(
    tmp_path: Path, home: str, here: tuple[str, ...]
) -> None:
    checkout = tmp_path / "Grüße an alle"
    program(checkout / "environment", 'echo "$UV_CACHE_DIR:$GOCACHE:$GOMODCACHE"', "exit 1")
    shutil.copy(CHECKOUT / "Makefile", checkout)
    (tmp_path / "writable").mkdir()

    done = subprocess.run(
        ["make", "--silent", "status"],
        cwd=checkout,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path / home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )

    folders = [str(checkout / ".local" / "cache" / each) for each in here]
    assert done.stdout.strip() == (":".join(folders) or "::"), done.stderr
