"""What can be set, as a copied .env.example tells."""

import re
from pathlib import Path

from app.settings import AppSettings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def test_the_example_names_every_variable() -> None:
    """A copied .env.example shows all there is to set, and nothing that has no effect."""
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))

    assert named == AppSettings.stack_variables() | {
        "FIREBASE_WEB_KEY",
        "PORT",
        "SERVE_DATABASE",
        "VIEWS_DATABASE_URL",
    }
