"""Which schedules and time zones Cloud Scheduler takes."""

import pytest

from hearth.facts import cron


@pytest.mark.parametrize(
    "text",
    [
        "* * * * *",
        "0 3 * * *",
        "*/15 8-18 * * mon-fri",
        "0 0 1 jan,jul *",
        "5,35 */2 1-15/2 * 0",
        "0 0 29 2 *",
        "0 9 * * 7",
    ],
)
def test_five_fields_of_a_crontab_are_a_schedule(text: str) -> None:
    assert cron.is_schedule(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0 3 * *",
        "0 0 3 * * *",
        "60 3 * * *",
        "0 24 * * *",
        "0 0 0 * *",
        "0 0 30 2 *",
        "0 0 L * *",
        "0 0 * * 5#2",
        "0 0 * * LW",
        "@daily",
        "every 5 minutes",
        "0  3 * * *",
        " 0 3 * * *",
        "0 3 * * *\n",
        "0 3 * foo *",
        "*/0 * * * *",
        "5-1 * * * *",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    """Among them what other crons take, and what Google refuses only in the middle of a deployment."""
    assert not cron.is_schedule(text)


def test_a_time_zone_is_one_of_the_tz_database() -> None:
    assert cron.is_time_zone("Etc/UTC")
    assert cron.is_time_zone("Europe/Berlin")
    assert not cron.is_time_zone("Berlin")


def test_where_there_is_no_tz_database_its_form_has_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cron, "_zones", set)

    assert cron.is_time_zone("America/Argentina/Buenos_Aires")
    assert not cron.is_time_zone("Europe/Berlin; rm")
