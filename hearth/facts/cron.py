"""Schedules and time zones as Cloud Scheduler takes them (Cloud Scheduler, "Cron job format and time zone").

Five fields of a crontab, with numbers, names of months and days, lists, ranges and steps. Left out: App Engine's
English ("every 5 minutes"), which Google still takes; and whether there is a zone, where the machine knows none.
"""

import re
import zoneinfo
from datetime import UTC, datetime
from functools import cache

from cronsim import CronSim, CronSimError

_VALUE = r"(?:[0-9]{1,2}|[A-Za-z]{3})"
_PART = rf"(?:\*|{_VALUE}(?:-{_VALUE})?)(?:/[0-9]{{1,2}})?"
_FIELD = rf"{_PART}(?:,{_PART})*"
_SCHEDULE = re.compile(rf"{_FIELD}(?: {_FIELD}){{4}}")
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def is_schedule(text: str) -> bool:
    """Whether it is one, and of a day that there is."""
    if not _SCHEDULE.fullmatch(text):
        return False
    try:
        next(CronSim(text, _ANY_TIME))
    except (CronSimError, StopIteration):
        return False
    return True


def is_time_zone(name: str) -> bool:
    """Whether the tz database has a zone of this name; on a machine without one, whether it may."""
    known = _zones()
    return name in known if known else re.fullmatch(r"[A-Za-z]+(?:/[A-Za-z0-9_+-]+)*", name) is not None


@cache
def _zones() -> set[str]:
    # It goes through all files of the database, which takes longer than all else that a stack's settings are asked.
    return zoneinfo.available_timezones()
