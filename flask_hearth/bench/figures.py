"""Numbers: medians, ratios, and the table that shows them."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NOT_MEASURED = "n/a"


@dataclass(frozen=True)
class Sample:
    """One thing measured several times, in `unit`."""

    values: Sequence[float]
    unit: str

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __str__(self) -> str:
        return f"{_digits(self.median)} {self.unit}"


@dataclass(frozen=True)
class Line:
    """One line of the table: how many times as much the first is as the second, for each store that was measured."""

    what: str
    by_store: Mapping[str, tuple[Sample, Sample]]
    first: bool = True
    """Whether it is one that a reader wants first."""


def ratio(above: Sample, below: Sample) -> float:
    """Of the medians. Raises ValueError for what can't be compared."""
    if above.unit != below.unit:
        raise ValueError(f"{above.unit} of {below.unit} is no ratio")
    if below.median <= 0:
        raise ValueError(f"nothing can be compared with {below}: it was not measured")
    return above.median / below.median


def markdown(lines: Sequence[Line], stores: Sequence[str], *, absolute: bool = False) -> str:
    """A table with a column for each store. `absolute` shows the two figures of each ratio beside it."""
    rows = [["", *stores], ["---", *("---:" for _ in stores)]]
    rows += [[line.what, *(_cell(line, store, absolute=absolute) for store in stores)] for line in lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(line: Line, store: str, *, absolute: bool) -> str:
    pair = line.by_store.get(store)
    if pair is None:
        return NOT_MEASURED
    times = f"{_digits(ratio(*pair))}×"
    return f"{times} ({pair[0]} / {pair[1]})" if absolute else times


def _digits(number: float) -> str:
    """Two digits that say something, three from a hundred on; more would be noise."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.0f}" if number >= 10 else f"{number:.2f}" if number < 1 else f"{number:.1f}"
