"""A page of docs/, which is the user's: where it is gone, nothing has to hold of it."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "docs"


def page(name: str) -> str:
    """Its text; in a module of tests without such a page, all of them are skipped."""
    file = FOLDER / name
    if not file.is_file():
        pytest.skip(f"there is no docs/{name}", allow_module_level=True)
    return file.read_text(encoding="utf-8")
