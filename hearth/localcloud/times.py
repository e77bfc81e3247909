"""Timestamps as Google's REST APIs write them (RFC 3339, UTC, `Z`)."""

from datetime import UTC, datetime


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
