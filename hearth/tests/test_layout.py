"""Borders: what is ours knows nothing of what is the user's, and within the toolkit each part its own neighbours."""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hearth import project

ROOT = project.root()
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "constants", "tools_"}
USERS = {"infra", "service", "app", "tests"}
OURS = {"hearth", "flask_hearth"}
# What a folder may import of ours, but for itself; the standard library and other people's packages are free.
BORDERS = {
    "hearth/catalog": set(),
    "hearth/facts": set(),
    "hearth/plugin": set(),
    # Whether there is a Google to decide what a guard only believes.
    "hearth/guards": {"hearth.catalog", "hearth.target"},
    # In a process of its own: neither the program nor the local cloud comes with it.
    "hearth/provider": {
        *("hearth.catalog", "hearth.facts.images", "hearth.plugin", "hearth.target"),
        "flask_hearth.staticfiles",
    },
    "hearth/hosting": {"hearth.app_source", "flask_hearth.staticfiles"},
    "hearth/renewal": {
        *("hearth.catalog", "hearth.errors", "hearth.project"),
        # Which settings of the provider count: the page of what is played says it.
        "hearth.localcloud.standin.settings",
    },
    "hearth/localcloud": {
        *("hearth.catalog", "hearth.colors", "hearth.errors", "hearth.facts", "hearth.plugin", "hearth.project"),
        # Which plugins the engine is going to ask for: told by whoever tells the engine.
        "hearth.pulumi_cli.language_host",
    },
    "hearth/testing": {
        *("hearth.catalog", "hearth.facts.names", "hearth.project", "hearth.provider.schema", "hearth.references"),
        *("hearth.stack_file", "hearth.target"),
    },
}


def sources(folder: str) -> list[Path]:
    return [file for file in sorted((ROOT / folder).rglob("*.py")) if "__pycache__" not in file.parts]


def imported(file: Path) -> Iterator[str]:
    """Every module, and every name that may be one."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: import by full name; a relative one hides where it leads"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def across(folder: str, is_forbidden: Callable[[str], bool]) -> list[str]:
    return [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in sources(folder)
        for module in imported(file)
        if is_forbidden(module)
    ]


class Forbidden:
    """Modules of some packages, but for those below the allowed ones."""

    def __init__(self, packages: set[str], allowed: set[str]) -> None:
        self._packages = packages
        self._allowed = allowed

    def __call__(self, module: str) -> bool:
        return module.partition(".")[0] in self._packages and not any(
            f"{module}.".startswith(f"{name}.") for name in self._allowed
        )


def test_the_toolkit_imports_nothing_of_the_user() -> None:
    """Neither its code nor its tests: a stack or an app of another shape must not break them."""
    assert across("hearth", Forbidden(USERS, set())) == []


@pytest.mark.parametrize("folder", BORDERS)
def test_a_folder_of_the_toolkit_imports_its_neighbours_alone(folder: str) -> None:
    assert sources(folder)
    assert across(folder, Forbidden(OURS, {folder.replace("/", "."), *BORDERS[folder]})) == []


def test_of_the_services_framework_the_toolkit_knows_the_names_of_files_alone() -> None:
    tests = set(sources("hearth/tests"))
    found = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in sources("hearth")
        for module in imported(file)
        if file not in tests and Forbidden({"flask_hearth", "flask"}, {"flask_hearth.staticfiles"})(module)
    ]

    assert found == []


def test_no_module_of_the_user_is_called_as_a_package_of_ours() -> None:
    """It would win over the package where that is installed, instead of lying here."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    names = [Path(name) for name in listed.splitlines() if Path(name).parts[0] not in OURS]

    assert [str(name) for name in names if name.stem in OURS or OURS & set(name.parts)] == []


def test_what_program_and_image_share_needs_nothing_but_python() -> None:
    """The image has no Pulumi and the program no Flask, and neither may come by way of what both import."""
    folder = "flask_hearth/staticfiles"
    found = across(folder, lambda module: module.partition(".")[0] not in {*sys.stdlib_module_names, "flask_hearth"})

    assert sources(folder)
    assert found + across(folder, Forbidden(OURS, {"flask_hearth.staticfiles"})) == []


def test_program_and_provider_import_nothing_of_each_other() -> None:
    """They run in processes of their own; the program must not drag in the provider's clients."""
    program = across("infra", lambda module: module.startswith("hearth.provider"))

    assert [each for each in program if not each.startswith("infra/provider/")] == []


def test_the_provider_loads_no_flask() -> None:
    code = "import hearth.provider.provider, sys; sys.exit('flask' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("module", ["hearth.preview.command", "hearth.localcloud.recorded"])
def test_what_runs_no_program_loads_no_sdk(module: str) -> None:
    """It takes half a second, which a preview would wait for twice."""
    code = f"import {module}, sys; sys.exit('pulumi' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_files_are_named_after_what_is_in_them() -> None:
    assert [str(file) for folder in sorted(OURS) for file in sources(folder) if file.stem.lower() in VAGUE] == []
