"""A program that knows its stacks by their values alone."""

import re
from pathlib import Path

from infra.program import ROOT

SOURCES = sorted((ROOT / "infra").rglob("*.py"))


def matching(pattern: str) -> list[str]:
    return [file.name for file in SOURCES if re.search(pattern, Path(file).read_text(encoding="utf-8"))]


def test_nothing_asks_for_a_stacks_name() -> None:
    assert matching(r"get_stack|stack_name") == []


def test_one_module_reads_the_configuration() -> None:
    """The toolkit's; what it read is handed on as an object."""
    assert matching(r"pulumi_config|(?<!identityplatform\.)\bConfig\(|get_config") == []
    assert matching(r"hearth\.configuration import.*\bread\b|\bconfiguration\.read\(") == ["program.py"]
