"""Stack files that line up, and a program that knows its stacks by their values alone."""

import re
from pathlib import Path

import yaml

from infra.program import ROOT
from infra.settings import Settings

STACK_FILES = sorted(ROOT.glob("Pulumi.*.yaml"))
SOURCES = sorted((ROOT / "infra").rglob("*.py"))


def matching(pattern: str) -> list[str]:
    return [file.name for file in SOURCES if re.search(pattern, Path(file).read_text(encoding="utf-8"))]


def test_every_stack_file_has_the_same_keys_in_the_same_order() -> None:
    """Side by side, they show in what the stacks differ."""
    keys = {file.name: list(yaml.safe_load(file.read_text(encoding="utf-8"))["config"]) for file in STACK_FILES}

    assert len({tuple(each) for each in keys.values()}) == 1, keys


def test_the_stack_files_set_every_key_there_is() -> None:
    config = yaml.safe_load(STACK_FILES[0].read_text(encoding="utf-8"))["config"]

    assert [key for key in config if key.startswith("app:")] == Settings.keys()


def test_nothing_asks_for_a_stacks_name() -> None:
    assert matching(r"get_stack|stack_name") == []


def test_one_module_reads_the_configuration() -> None:
    """The toolkit's; what it read is handed on as an object."""
    assert matching(r"pulumi_config|(?<!identityplatform\.)\bConfig\(|get_config") == []
    assert matching(r"hearth\.configuration import.*\bread\b|\bconfiguration\.read\(") == ["program.py"]
