"""Borders between folders, names of files, and stack files that line up."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from infra import settings
from infra.program import ROOT

VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "constants", "tools_"}
# Who may not import whom. The provider is a process of its own, so the program imports none of it, nor it the program.
BORDERS = [
    ("infra", {"localcloud", "app"}),
    ("service", {"localcloud", "infra", "pulumi", "pulumi_gcp", "catalog", "plugin"}),
    ("localcloud", {"infra", "app"}),
    ("catalog", {"infra", "localcloud", "plugin", "app"}),
    ("plugin", {"infra", "localcloud", "app"}),
]
STACK_FILES = sorted(ROOT.glob("Pulumi.*.yaml"))


def sources(folder: str) -> list[Path]:
    return [file for file in sorted((ROOT / folder).rglob("*.py")) if "__pycache__" not in file.parts]


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: import by full name; a relative one hides where it leads"
            yield node.module or ""


@pytest.mark.parametrize(("folder", "forbidden"), BORDERS, ids=[folder for folder, _ in BORDERS])
def test_a_folder_does_not_import_across_its_border(folder: str, forbidden: set[str]) -> None:
    across = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in sources(folder)
        for module in imported(file)
        if module.partition(".")[0] in forbidden
    ]

    assert across == []


def test_what_program_and_image_share_needs_nothing_but_python() -> None:
    """The image has no Pulumi and the program no Flask, and neither may come by way of what both import."""
    foreign = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in sources("service/staticfiles")
        for module in imported(file)
        if module.partition(".")[0] not in sys.stdlib_module_names
    ]

    assert sources("service/staticfiles")
    assert foreign == []


def test_program_and_provider_import_nothing_of_each_other() -> None:
    """They run in processes of their own; the provider must not drag in the program, nor it the provider's clients."""
    provider = ROOT / "infra" / "provider"
    across = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in sources("infra")
        for module in imported(file)
        if module.startswith("infra")
        and file.is_relative_to(provider) is not (module == "infra.provider" or module.startswith("infra.provider."))
    ]

    assert across == []


def test_files_are_named_after_what_is_in_them() -> None:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, check=True, capture_output=True, text=True).stdout

    assert [name for name in listed.split() if Path(name).stem.lower() in VAGUE] == []


def test_every_stack_file_has_the_same_keys_in_the_same_order() -> None:
    """Side by side, they show in what the stacks differ."""
    keys = {file.name: list(yaml.safe_load(file.read_text(encoding="utf-8"))["config"]) for file in STACK_FILES}

    assert len({tuple(each) for each in keys.values()}) == 1, keys


def test_the_stack_files_set_every_key_there_is() -> None:
    config = yaml.safe_load(STACK_FILES[0].read_text(encoding="utf-8"))["config"]

    assert [key for key in config if key.startswith("app:")] == settings.keys()


def test_nothing_asks_for_a_stacks_name() -> None:
    asking = [
        file.name for file in sources("infra") if re.search(r"get_stack|stack_name", file.read_text(encoding="utf-8"))
    ]

    assert asking == []


def test_one_module_reads_the_configuration() -> None:
    readers = [
        file.name
        for file in sources("infra")
        if re.search(r"pulumi_config|(?<!identityplatform\.)\bConfig\(|get_config", file.read_text(encoding="utf-8"))
    ]

    assert readers == ["configuration.py"]
