"""What is declared can be kept in every store."""

from app.domain import DECLARATIONS
from flask_hearth.stores import kinds


def test_what_is_shipped_can_be_stored() -> None:
    kinds.check(DECLARATIONS)
