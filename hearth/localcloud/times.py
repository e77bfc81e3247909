"""Timestamps as Google's REST APIs write them (RFC 3339, UTC, `Z`), and as people read them."""

from datetime import UTC, datetime


def now() -> str:
    return _written(datetime.now(UTC))


def at(seconds: float) -> str:
    """A timestamp from seconds since the epoch."""
    return _written(datetime.fromtimestamp(seconds, UTC))


def local(stamp: str) -> datetime | None:
    """In this machine's time zone; None for what is no timestamp."""
    try:
        read = datetime.fromisoformat(stamp)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone()
    except (ValueError, OverflowError):
        return None


def short(when: datetime, today: datetime | None = None) -> str:
    """Time of day for today, `29 Nov 13:22` in this year, `29 Nov 2025` before."""
    today = today or datetime.now(when.tzinfo)
    if when.date() == today.date():
        return f"{when:%H:%M:%S}"
    return f"{when:%-d %b %H:%M}" if when.year == today.year else f"{when:%-d %b %Y}"


def _written(when: datetime) -> str:
    return when.isoformat(timespec="microseconds").replace("+00:00", "Z")
