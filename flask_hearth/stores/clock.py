"""What time it is, for all stores: handed in, so that a test can let time pass."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives a time zone-aware UTC time. Every store keeps its microseconds and no more."""


def utc_now() -> datetime:
    """By the clock of this instance, which Google keeps within milliseconds of the others'.

    Not the database's: an object's times are then known without reading it back, and reservations expire by the
    same clock on every store. The price: an object made while somebody pages, by an instance whose clock lags, may
    fall behind that reader's position. It is missed there until the next reading, and never shown twice.
    """
    return datetime.now(UTC)
