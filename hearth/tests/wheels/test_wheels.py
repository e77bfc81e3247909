"""The wheels of both folders: what is in them, what they ask for, and that building them changes nothing."""

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import flask_hearth
import hearth
from hearth import project

ROOT = project.root()
OURS = {"hearth": hearth.__version__, "flask_hearth": flask_hearth.__version__}
# Beside every module that is not a test or the bench. A file that code reads is listed here, and by its pattern in
# the folder's pyproject.toml.
DATA = {
    "hearth": {
        "LICENSE",
        "py.typed",
        "catalog/gcp_types.gz",
        "catalog/rules.json",
        "image/stand-in-base",
        "localcloud/console/console.css",
        "localcloud/console/console.js",
        "localcloud/databases/requirements.txt",
        "localcloud/requirements.txt",
        "pulumi_cli/go.mod",
        "pulumi_cli/go.sum",
        "pulumi_cli/requirements.txt",
    },
    "flask_hearth": {
        "LICENSE",
        "py.typed",
        "templates/hearth/api_docs.html",
        "templates/hearth/collection/form.html",
        "templates/hearth/collection/list.html",
        "templates/hearth/collection/page.html",
        "templates/hearth/collection/parts.html",
        "templates/hearth/collection/remove.html",
        "templates/hearth/collection/show.html",
        "templates/hearth/error.html",
        "templates/hearth/layout.html",
        "templates/hearth/problem.html",
        "templates/hearth/sign_in.html",
        "testing/sample/migrations/script.py.mako",
        "testing/sample/static/api-docs.css",
        "testing/sample/static/collections.css",
        "testing/sample/static/favicon.svg",
        "testing/sample/static/sign-in.js",
        "testing/sample/static/style.css",
        "testing/sample/templates/front.html",
    },
}
LEFT_OUT = ("tests/", "bench/")


def listed(folder: str) -> list[str]:
    """The folder's files that git knows or would take, relative to it."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "."]
    names = subprocess.run(command, cwd=ROOT / folder, check=True, capture_output=True, text=True).stdout.splitlines()
    return [name for name in names if (ROOT / folder / name).is_file()]


def modules(folder: str) -> set[str]:
    return {name for name in listed(folder) if name.endswith(".py") and not name.startswith(LEFT_OUT)}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both folders as git has them: a build must not depend on what lies about here, nor leave anything here."""
    copy = tmp_path_factory.mktemp("source")
    for name in ["LICENSE", *(f"{folder}/{name}" for folder in OURS for name in listed(folder))]:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    return copy


def built(source: Path, folder: str, into: Path) -> Path:
    hatchling = Path(sys.executable).with_name("hatchling")
    subprocess.run(
        [hatchling, "build", "--target", "wheel", "--directory", into],
        cwd=source / folder,
        check=True,
        capture_output=True,
    )
    (wheel,) = into.glob(f"{folder}*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheels(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    into = tmp_path_factory.mktemp("wheels")
    return {folder: built(source, folder, into) for folder in OURS}


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode())


@pytest.mark.parametrize("folder", OURS)
def test_a_wheel_holds_the_modules_and_the_files_that_they_read_and_nothing_else(
    wheels: dict[str, Path], folder: str
) -> None:
    with zipfile.ZipFile(wheels[folder]) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert held == {f"{folder}/{name}" for name in modules(folder) | DATA[folder]}


@pytest.mark.parametrize("folder", OURS)
def test_a_wheel_has_the_packages_own_version(wheels: dict[str, Path], folder: str) -> None:
    assert metadata(wheels[folder])["Version"] == OURS[folder]


def test_the_same_files_give_the_same_wheel_whenever_they_were_written(
    source: Path, wheels: dict[str, Path], tmp_path: Path
) -> None:
    """Locks name a wheel by its hash; and a build folder in the tree would be found by mypy."""
    before = {path for path in source.rglob("*") if path.is_file()}
    for path in before:
        os.utime(path, (1, 1))

    assert built(source, "flask_hearth", tmp_path).read_bytes() == wheels["flask_hearth"].read_bytes()
    assert {path for path in source.rglob("*") if path.is_file()} == before


# --- What they ask for ---


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def brought(requirements: list[str]) -> set[str]:
    """Names of the distributions that these bring here, as indexes write them; what has extras, with all of them."""
    found: dict[str, set[str]] = {}
    asked = [Requirement(each) for each in requirements]
    while asked:
        each = asked.pop()
        name = normalized(each.name)
        if name in found and each.extras <= found[name]:
            continue
        found.setdefault(name, set()).update(each.extras)
        asked += [
            needed
            for needed in map(Requirement, importlib.metadata.requires(name) or ())
            if needed.marker is None or any(needed.marker.evaluate({"extra": one}) for one in ("", *each.extras))
        ]
    return set(found)


def imported(folder: str) -> Iterator[str]:
    """The topmost packages of other people that any module imports."""
    own = sys.stdlib_module_names | set(OURS) | {"_typeshed"}
    for name in modules(folder):
        for node in ast.walk(ast.parse((ROOT / folder / name).read_text(encoding="utf-8"))):
            found = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            yield from (each.partition(".")[0] for each in found if each.partition(".")[0] not in own)


@pytest.mark.parametrize("folder", OURS)
def test_whatever_a_package_imports_it_asks_for(wheels: dict[str, Path], folder: str) -> None:
    """Or what it asks for brings it; parts that an app chooses have extras."""
    asked = brought(metadata(wheels[folder]).get_all("Requires-Dist", []))
    distributions = importlib.metadata.packages_distributions()

    missing = {
        name for name in imported(folder) if not asked & {normalized(each) for each in distributions.get(name, ())}
    }

    assert missing == set()
