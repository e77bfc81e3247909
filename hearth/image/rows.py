"""What was looked at and what was found, a line each."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One finding. `holds` is None for a figure that nothing is asked of."""

    what: str
    found: str
    holds: bool | None = None


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned lines, what does not hold marked."""
    marks = {True: "ok", False: "FAILED", None: ""}
    widths = [max((len(row.what) for row in rows), default=0), max(len(mark) for mark in marks.values())]
    return "\n".join(f"{row.what:<{widths[0]}}  {marks[row.holds]:<{widths[1]}}  {row.found}".rstrip() for row in rows)


def all_passed(rows: Sequence[Row]) -> bool:
    """Whether nothing failed."""
    return all(row.holds is not False for row in rows)
