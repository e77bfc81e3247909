"""The committed file of what a Firestore database needs is that of what is declared."""

from pathlib import Path

from app.domain import DECLARATIONS
from flask_hearth.stores.firestore import indexes

COMMITTED = Path(__file__).parents[2] / "service" / indexes.FILE


def test_the_committed_indexes_are_those_of_the_declarations() -> None:
    """Firestore refuses a query without its index, and Google alone would show it."""
    assert COMMITTED.read_text(encoding="utf-8") == indexes.text(DECLARATIONS), (
        f"service/{indexes.FILE} and the declarations differ: renew it with `make firestore`"
    )
