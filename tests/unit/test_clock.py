"""The calendar of Shanghai against the standard library's."""

from __future__ import annotations

from datetime import date

import pytest

from dcep.clock import DAY_MS, Day, UnixMs, date_text, day_of, day_of_date, start_of, year_of

DAYS_IN_400_YEARS = 146_097


def test_the_day_begins_at_midnight_in_shanghai() -> None:
    """Limits start anew at 16:00 UTC: 2021-01-01 00:00 +08:00 is 1609430400 in Unix seconds."""
    midnight = UnixMs(1_609_430_400_000)

    assert date_text(day_of(midnight)) == "2021-01-01"
    assert date_text(day_of(UnixMs(midnight - 1))) == "2020-12-31"
    assert start_of(day_of(midnight)) == midnight


def test_a_day_ends_one_millisecond_before_the_next() -> None:
    """No instant belongs to two days or to none."""
    day = day_of_date("2021-06-30")

    assert day_of(UnixMs(start_of(day) + DAY_MS - 1)) == day
    assert day_of(UnixMs(start_of(day) + DAY_MS)) == day + 1


@pytest.mark.parametrize("ms", [-1, 0, 946_655_999_999, 946_656_000_000])
def test_what_lies_before_2000_counts_as_the_first_day(ms: int) -> None:
    """A clock that was never set must not give a day that no format can hold."""
    assert day_of(UnixMs(ms)) == 0


def test_the_year_agrees_with_the_calendar_on_every_day_of_400_years() -> None:
    """Annual limits start anew on 1 January; the Gregorian calendar repeats after 400 years."""
    first = date(2000, 1, 1).toordinal()

    wrong = [day for day in range(DAYS_IN_400_YEARS) if year_of(Day(day)) != date.fromordinal(first + day).year]

    assert wrong == []
    assert year_of(Day(DAYS_IN_400_YEARS)) == 2400


@pytest.mark.parametrize("text", ["2000-01-01", "2000-02-29", "2021-12-31", "2024-02-29", "9999-12-31"])
def test_a_date_that_is_read_is_written_the_same(text: str) -> None:
    """Dates stand in command lines and reports."""
    assert date_text(day_of_date(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1999-12-31",
        "2021-02-29",
        "2021-13-01",
        "20210101",
        "2021-1-1",
        "2021-W01-1",
        " 2021-01-01",
        "\N{FULLWIDTH DIGIT TWO}021-01-01",
    ],
)
def test_what_is_no_date_of_the_calendar_is_refused(text: str) -> None:
    """The standard library reads more forms than the interface names."""
    with pytest.raises(ValueError, match=r"date|calendar|day|month"):
        day_of_date(text)
