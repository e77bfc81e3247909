"""What docs/ says of this service: its commands run, and its settings and numbers are the real ones."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app import front
from flask_hearth.migrations_cli import group
from flask_hearth.settings import HearthSettings
from flask_hearth.stores.urls import Firestore
from flask_hearth.testing.processes import PATIENCE
from infra.program import ROOT

DATA = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A copy of the folder in which somebody has just edited the model."""
    folder = tmp_path / "service"
    for name in ("app", "migrations"):
        shutil.copytree(ROOT / "service" / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    # Whatever is declared, the first model gets one field more.
    edit = """
from dataclasses import replace

class WithColour(DECLARATIONS[0].model):
    colour: str = ""

DECLARATIONS = (replace(DECLARATIONS[0], model=WithColour), *DECLARATIONS[1:])
"""
    with (folder / "app" / "domain.py").open("a", encoding="utf-8") as domain:
        domain.write(edit)
    return folder


def test_the_way_of_a_change_is_as_described(service: Path, tmp_path: Path) -> None:
    (block,) = re.findall(r"```sh\n(flask db.*?)```", DATA, re.DOTALL)
    environ = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "APP_ENV": "development",
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": f"sqlite://{tmp_path}/x.sqlite3",
    }
    said = ""
    for command in block.splitlines():
        done = subprocess.run(
            shlex.split(command),
            cwd=service,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        said += done.stdout

    (written,) = (service / "migrations" / "versions").glob("*_give_items_a_colour.py")
    assert f"{written.name.partition('_')[0]} (up to date" in said
    assert "The database matches the declarations." in said


def test_every_command_is_shown() -> None:
    commands = group(Firestore(project="p", database="(default)"), (), ROOT / "service" / "migrations").commands

    assert set(re.findall(r"^flask db (\w+)", DATA, re.MULTILINE)) == set(commands)


def test_every_setting_of_databases_is_named() -> None:
    variables = {name.upper() for name in HearthSettings.model_fields if "DATA" in name.upper()}

    assert {name for name in variables if f"`{name}`" in DATA} == variables


def test_the_front_page_is_kept_for_as_long_as_the_page_says() -> None:
    page = (ROOT / "docs" / "pages.md").read_text(encoding="utf-8")

    assert (front.BROWSER_SECONDS, front.EDGE_SECONDS) == (5 * 60, 10 * 60)
    assert "five minutes by browsers and ten by Hosting" in page
