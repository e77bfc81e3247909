"""Dependabot looks where there is something to renew; whether it does is GitHub's."""

from pathlib import Path

import pytest
import yaml

from hearth import project

ROOT = project.root()
FILE = ROOT / ".github" / "dependabot.yml"
if not FILE.is_file():
    pytest.skip("there is no .github/dependabot.yml", allow_module_level=True)
UPDATES = yaml.safe_load(FILE.read_text(encoding="utf-8"))["updates"]


def folders(ecosystem: str) -> set[Path]:
    (update,) = [each for each in UPDATES if each["package-ecosystem"] == ecosystem]
    named = update.get("directories") or [update["directory"]]
    return {ROOT / folder.lstrip("/") for folder in named}


def test_the_image_that_is_built_is_looked_at() -> None:
    assert (ROOT / project.Table.read(ROOT).dockerfile).parent in folders("docker")


def test_every_action_is_looked_at() -> None:
    own = {file.parent for file in (ROOT / ".github" / "actions").glob("*/action.yml")}

    assert folders("github-actions") >= {ROOT, *own}


def test_every_lock_file_is_looked_at() -> None:
    skipped = {".venv", ".local"}
    locked = {file.parent for file in ROOT.rglob("requirements.in") if not skipped & {*file.relative_to(ROOT).parts}}

    assert folders("pip") >= locked
