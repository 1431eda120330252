"""The folded time of a ledger: told by tier 1, carried by frames, judged by nobody's own clock.

Source: PROTOCOL, time.
"""

from __future__ import annotations

from typing import Final

from dcep.clock import Day, UnixMs, day_of, year_of

# Days have 32 bits; this one is in the year 11,761,221, and the next does not come.
LAST_DAY: Final = Day(2**32 - 1)


class ShardTime:
    """`told` is the newest tier-1 time, `now` the folded time; today and year follow from it."""

    __slots__ = ("now", "today", "told", "year")

    def __init__(self, now: UnixMs = UnixMs(0), told: UnixMs = UnixMs(0)) -> None:
        self.told = told
        self._set(now)

    def hear_tick(self, time: UnixMs) -> None:
        """Take tier 1's time; it never goes back."""
        self.told = max(self.told, time)

    def is_ahead(self, frame_time: UnixMs, bound: UnixMs) -> bool:
        """Return whether a frame's time is further ahead of tier 1 than the bound: the frame is void."""
        return frame_time > self.told + bound

    def advance(self, frame_time: UnixMs) -> None:
        """Fold a frame's time."""
        newest = max(self.now, frame_time, self.told)
        if newest != self.now:
            self._set(newest)

    def _set(self, now: UnixMs) -> None:
        self.now = now
        self.today = Day(min(day_of(now), LAST_DAY))
        self.year = year_of(self.today)
