"""Time as a value: milliseconds, and the calendar day of Shanghai. Reads no clock."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NewType

UnixMs = NewType("UnixMs", int)
"""Milliseconds since 1970-01-01 UTC."""

Day = NewType("Day", int)
"""A calendar day at UTC+8 without daylight saving: 0 is 2000-01-01."""

DAY_MS: Final = 86_400_000

# 2000-01-01 00:00 at UTC+8 is 1999-12-31 16:00 UTC.
_DAY_ZERO_MS: Final = 946_656_000_000
_DAY_ZERO_ORDINAL: Final = date(2000, 1, 1).toordinal()
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day_of(ms: UnixMs) -> Day:
    """Return the Shanghai day of an instant; whatever lies before 2000 counts as day 0."""
    return Day(max(0, (ms - _DAY_ZERO_MS) // DAY_MS))


def start_of(day: Day) -> UnixMs:
    """Return the first millisecond of the day, 00:00 in Shanghai."""
    return UnixMs(_DAY_ZERO_MS + day * DAY_MS)


def year_of(day: Day) -> int:
    """Return the calendar year of the day: whole numbers only, so that every language computes the same."""
    # 400 years of the Gregorian calendar are 146,097 days; the average can be one year early or late.
    years = day * 400 // 146_097
    if day < _first_day(years):
        years -= 1
    elif day >= _first_day(years + 1):
        years += 1
    return 2000 + years


def day_of_date(text: str) -> Day:
    """Read a date, `YYYY-MM-DD`.

    Raises:
        ValueError: another form, no such date, or a date before 2000-01-01.
    """
    if not _DATE.fullmatch(text):
        raise ValueError(f"a date is written YYYY-MM-DD, not {text!r}")
    day = date.fromisoformat(text).toordinal() - _DAY_ZERO_ORDINAL
    if day < 0:
        raise ValueError(f"the calendar of the ledger begins with 2000-01-01, after {text}")
    return Day(day)


def date_text(day: Day) -> str:
    """Write the day as a date, `YYYY-MM-DD`, up to the year 9999."""
    return date.fromordinal(day + _DAY_ZERO_ORDINAL).isoformat()


def _first_day(years: int) -> int:
    """Return the day that begins a year, counted in years from 2000, itself a leap year."""
    return 365 * years + (years + 3) // 4 - (years + 99) // 100 + (years + 399) // 400
