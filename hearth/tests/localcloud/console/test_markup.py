"""Times and digests, short and in full."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from hearth.localcloud import times
from hearth.localcloud.console import markup


@pytest.fixture
def india(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Half an hour off, so that no zone is taken for another."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "IST-5:30")
        time.tzset()
        yield
    time.tzset()


def test_a_time_is_short_and_local_and_in_full_on_hover(india: None) -> None:
    assert markup.time("2020-01-01T20:00:00.123456Z") == (
        '<time datetime="2020-01-02T01:30:00.123456+05:30" title="2020-01-02 01:30:00 IST">2 Jan 2020</time>'
    )


@pytest.mark.parametrize("stamp", ["", "soon", "<b>", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_time_is_shown_as_it_is(stamp: str) -> None:
    assert markup.time(stamp) == markup.text(stamp)


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        (datetime(2026, 11, 29, 9, 5, 7, tzinfo=UTC), "09:05:07"),
        (datetime(2026, 11, 9, 9, 5, 7, tzinfo=UTC), "9 Nov 09:05"),
        (datetime(2025, 11, 29, 9, 5, 7, tzinfo=UTC), "29 Nov 2025"),
    ],
)
def test_a_short_time_says_as_much_as_today_leaves_open(when: datetime, shown: str) -> None:
    assert times.short(when, datetime(2026, 11, 29, 23, tzinfo=UTC)) == shown


def test_a_digest_is_short_and_in_full_on_hover() -> None:
    whole = "web@sha256:" + "0123456789abcdef" * 4

    assert markup.image(whole) == f'<code title="{whole}">web@01234567</code>'
    assert markup.image("web:latest") == "<code>web:latest</code>"
