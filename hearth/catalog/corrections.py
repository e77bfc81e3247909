"""What the sources of the catalog have wrong or leave out, set right by hand, each with its reason."""

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]

_KNOWN_BETTER: Mapping[str, Row] = {}


def corrected(token: str, row: Row) -> Row:
    """A type's row of the table with what is known better."""
    return {**row, **_KNOWN_BETTER.get(token, {})}
