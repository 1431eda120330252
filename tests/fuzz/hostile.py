"""Bytes that were right once: flipped, cut, put in, repeated, spliced, with numbers as large and small as they go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hypothesis import strategies as st

# Lengths and counts of one, two, four and eight bytes, at their ends and in the middle.
EXTREMES: Final = tuple(
    number.to_bytes(width)
    for width in (1, 2, 4, 8)
    for number in (0, 1, 2 ** (8 * width - 1) - 1, 2 ** (8 * width - 1), 2 ** (8 * width) - 1)
)
_FEW: Final = st.sampled_from([0, 1, 1, 1, 2, 2, 3, 5])
_LONGEST: Final = 300


@st.composite
def mutated(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """Return one of the seeds after a few mutations; sometimes bytes that have nothing to do with it."""
    if draw(st.integers(0, 19)) == 0:
        return draw(st.binary(max_size=_LONGEST))
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(_FEW)):
        _mutate(draw, data, seeds)
    return bytes(data)


def _mutate(draw: st.DrawFn, data: bytearray, seeds: Sequence[bytes]) -> None:
    at = draw(st.integers(0, len(data)))
    match draw(st.sampled_from(["flip", "extreme", "cut", "drop", "insert", "repeat", "splice"])):
        case "flip":
            if at < len(data):
                data[at] ^= 1 << draw(st.integers(0, 7))
        case "extreme":
            piece = draw(st.sampled_from(EXTREMES))
            data[at : at + len(piece)] = piece
        case "cut":
            del data[at:]
        case "drop":
            del data[at : at + draw(st.integers(1, 40))]
        case "insert":
            data[at:at] = draw(st.binary(min_size=1, max_size=8))
        case "repeat":
            piece = bytes(data[at : at + draw(st.integers(1, 40))])
            data[at:at] = piece * draw(st.sampled_from([1, 2, 7, 40]))
        case "splice":
            other = draw(st.sampled_from(seeds))
            data[at:] = other[draw(st.integers(0, len(other))) :]
