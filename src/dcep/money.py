"""Money: whole fen, and the way people write it in yuan."""

from __future__ import annotations

import re
from typing import Final, NewType

Fen = NewType("Fen", int)
"""An amount of whole fen, 0 <= fen <= MAX_FEN. 1 yuan = 100 fen."""

MAX_FEN: Final = Fen(2**64 - 1)

_FEN_PER_YUAN: Final = 100
# 13 digits of yuan are 15 digits of fen: whatever the grammar lets in fits 64 bits.
_YUAN: Final = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,2}))?")
_YUAN_WITH_MORE_DECIMALS: Final = re.compile(r"[0-9]{1,13}\.[0-9]{3,}")


class BadAmount(ValueError):
    """The text is not an amount of yuan.

    `code` is one of `bad_number`, `negative` and `too_many_decimals`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def over(limit: Fen | None, *amounts: Fen) -> bool:
    """Tell whether the amounts together are more than the limit.

    Args:
        limit: fen; None is no limit, and nothing is over it. Exactly the limit is not over it.
        amounts: fen, each up to MAX_FEN; the sum is exact, it neither wraps nor saturates.
    """
    return limit is not None and sum(amounts) > limit


def parse_yuan(text: str) -> Fen:
    """Read an amount of yuan: one to 13 digits, then at most two decimals.

    Raises:
        BadAmount: a sign before an amount is `negative`, a third decimal is `too_many_decimals`
            (even a zero: nothing is rounded), everything else is `bad_number`.
    """
    matched = _YUAN.fullmatch(text)
    if matched is None:
        raise _bad_amount(text)
    whole, decimals = matched.groups(default="")
    return Fen(int(whole) * _FEN_PER_YUAN + int(decimals.ljust(2, "0")))


def yuan(fen: Fen) -> str:
    """Write fen as yuan for people: `1,234.50`."""
    whole, rest = divmod(fen, _FEN_PER_YUAN)
    return f"{whole:,}.{rest:02}"


def _bad_amount(text: str) -> BadAmount:
    unsigned = text.removeprefix("-")
    readable = _YUAN.fullmatch(unsigned) or _YUAN_WITH_MORE_DECIMALS.fullmatch(unsigned)
    if readable and unsigned != text:
        return BadAmount("negative", "an amount is never less than zero, and never has a sign")
    if readable:
        return BadAmount("too_many_decimals", "a yuan has 100 fen: at most two decimals")
    return BadAmount("bad_number", "an amount of yuan is 1 to 13 digits, then at most a point and two decimals")
