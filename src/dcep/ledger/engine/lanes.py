"""The window of a lane: which numbers are used, and which of them settled.

Bit i of `used` and `settled` stands for number high - i. At the start number 0 is used, so numbers count from 1.

Source: PROTOCOL, numbers.
"""

from __future__ import annotations

from typing import Final

from dcep.messages.layout import Number

WIDTH: Final = 64
_MASK: Final = 2**WIDTH - 1
LANES_OF_A_WALLET: Final = 4
LANES_OF_AN_INSTITUTION: Final = 4_096


class Window:
    """The last 64 numbers of a lane."""

    __slots__ = ("high", "settled", "used")

    def __init__(self, high: int = 0, used: int = 1, settled: int = 0) -> None:
        self.high, self.used, self.settled = Number(high), used, settled

    def is_superseded(self, number: Number) -> bool:
        """Return whether the number lies below the window."""
        return number + WIDTH <= self.high

    def is_used(self, number: Number) -> bool:
        """Return whether a number in the window has been used; above the window it has not."""
        return number <= self.high and bool(self.used >> (self.high - number) & 1)

    def is_too_far(self, number: Number) -> bool:
        """Return whether the number would push unused numbers of a whole window out."""
        return number > self.high + WIDTH

    def use(self, number: Number, *, settled: bool) -> None:
        """Use a number that is neither superseded nor used. A number above the window moves it up."""
        if number > self.high:
            # A jump of the whole width leaves nothing of the old word.
            shift = min(number - self.high, WIDTH)
            self.used = self.used << shift & _MASK
            self.settled = self.settled << shift & _MASK
            self.high = number
        bit = 1 << (self.high - number)
        self.used |= bit
        if settled:
            self.settled |= bit
