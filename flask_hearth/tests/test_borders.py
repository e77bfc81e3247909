"""What the framework may know of: nothing of an app, of its stack, or of the toolkit that deploys them."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import flask_hearth

PACKAGE = Path(flask_hearth.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
STRANGERS = {"infra", "service", "app", "tests", "hearth", "pulumi", "pulumi_gcp"}
UNDEPLOYED = {"tests", "bench", "testing", "attack"}
"""Folders that no image has."""


def imported(module: Path) -> Iterator[str]:
    """The full name of every module that this one imports, wherever in it."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(level=0, module=str(name)):
                yield name
                yield from (f"{name}.{alias.name}" for alias in node.names)


def printed(program: str) -> str:
    """What it prints, in a process that has loaded nothing before."""
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=PACKAGE.parent, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_nothing_of_the_app_the_stack_or_the_toolkit(module: Path) -> None:
    """It works for every app, wherever it is installed."""
    assert {name for name in imported(module) if name.partition(".")[0] in STRANGERS} == set()


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_that_is_deployed_imports_none_that_is_not(module: Path) -> None:
    if UNDEPLOYED & {*module.relative_to(PACKAGE).parts}:
        return
    absent = {f"flask_hearth.{folder}" for folder in UNDEPLOYED}

    assert {name for name in imported(module) if ".".join(name.split(".")[:2]) in absent} == set()


def test_the_bench_and_what_it_runs_need_no_test() -> None:
    """Tests stay behind where the package is installed."""
    modules = [path for path in MODULES if {"bench", "testing", "attack"} & {*path.relative_to(PACKAGE).parts[:1]}]

    assert len(modules) > 10
    assert [path for path in modules for name in imported(path) if name.startswith("flask_hearth.tests")] == []


def test_the_names_of_static_files_are_known_without_flask_and_pydantic() -> None:
    """The program that publishes the files runs where neither is installed."""
    program = (
        "import json, sys; before = set(sys.modules); import flask_hearth.staticfiles.folder, "
        "flask_hearth.staticfiles.names, flask_hearth.staticfiles.caching, flask_hearth.paths;"
        "print(json.dumps(sorted({name.partition('.')[0] for name in set(sys.modules) - before})))"
    )
    names = set(json.loads(printed(program)))

    assert "flask_hearth" in names
    assert names - set(sys.stdlib_module_names) == {"flask_hearth"}


def test_the_extension_needs_flask_alone_until_something_is_declared() -> None:
    program = (
        "import sys; sys.modules.update(dict.fromkeys(['pydantic', 'sqlalchemy', 'alembic', 'google.cloud']));"
        "from flask import Flask; from flask_hearth import Hearth; app = Flask('shop'); Hearth(app);"
        "print(app.test_client().get('/health/ready').status_code, app.test_client().get('/nowhere').status_code)"
    )

    assert printed(program).split() == ["200", "404"]
