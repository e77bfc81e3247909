"""A page of docs/, which is the user's: where it is gone, nothing has to hold of it."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "docs"


def page(name: str) -> str:
    """Its text; in a module of tests without such a page, all of them are skipped."""
    file = FOLDER / name
    if not file.is_file():
        pytest.skip(f"there is no docs/{name}", allow_module_level=True)
    return file.read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    """The code of this language on a page, as it stands there."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page(name), re.MULTILINE | re.DOTALL)
