"""docs/adr/: each decision is numbered as its file, has a status, and is told in the same parts."""

import re
from pathlib import Path

import pytest

from hearth import project

ROOT = project.root()

DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))


@pytest.mark.parametrize("file", DECISIONS, ids=lambda file: file.name)
def test_a_decision_has_its_number_its_status_and_its_parts(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert re.match(rf"# {int(file.name[:4])}\. \S.*\n\nStatus: (accepted|superseded by \d{{4}})\n\n", text)
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_no_number_is_given_twice() -> None:
    numbers = [file.name[:4] for file in DECISIONS]

    assert sorted(set(numbers)) == numbers
