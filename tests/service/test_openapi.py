"""The committed document of the API describes what is declared."""

from pathlib import Path

from app.domain import DECLARATIONS
from flask_hearth.api import openapi

COMMITTED = Path(__file__).parents[2] / "service" / "openapi.json"


def test_the_committed_document_is_that_of_the_code() -> None:
    """A change of the API is then seen in review."""
    assert COMMITTED.read_text(encoding="utf-8") == openapi.text(DECLARATIONS), (
        "service/openapi.json and the code differ: if the API was meant to change, renew it with `make openapi`"
    )
