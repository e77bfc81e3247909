"""The committed files of what a Firestore database needs are those of what is declared."""

from pathlib import Path

import pytest

from app.domain import DECLARATIONS
from flask_hearth.stores.firestore import indexes, rules

SERVICE = Path(__file__).parents[2] / "service"


@pytest.mark.parametrize(("file", "text"), [(indexes.FILE, indexes.text(DECLARATIONS)), (rules.FILE, rules.text())])
def test_the_committed_files_are_those_of_the_declarations(file: str, text: str) -> None:
    """Firestore refuses a query without its index, and Google alone would show it."""
    assert (SERVICE / file).read_text(encoding="utf-8") == text, (
        f"service/{file} and the declarations differ: renew it with `make firestore`"
    )
