"""The window of a lane, and the time that frames carry: the furniture of the law."""

from __future__ import annotations

import pytest

from dcep.clock import UnixMs
from dcep.ledger.engine.lanes import Window
from dcep.ledger.engine.shard_time import ShardTime
from dcep.messages.layout import Number


@pytest.mark.parametrize(("jump", "used"), [(1, 0b11), (2, 0b101), (63, 1 << 63 | 1), (64, 1), (65, 1), (10**12, 1)])
def test_a_jump_shifts_by_at_most_the_whole_word(jump: int, used: int) -> None:
    """A shift by 64 is undefined in half of the world's languages: here it leaves nothing."""
    window = Window()

    window.use(Number(jump), settled=True)

    assert (window.high, window.used, window.settled) == (jump, used, 1)


def test_number_zero_is_used_before_anything_is() -> None:
    """Numbers count from 1, and a fresh window has no special case."""
    window = Window()

    assert window.is_used(Number(0))
    assert not window.is_used(Number(1))
    assert not window.is_superseded(Number(0))


def test_the_edges_of_the_window() -> None:
    """63 below the highest is the last that counts, 64 above it the last that may come."""
    window = Window(high=100, used=1)

    assert not window.is_superseded(Number(37))
    assert window.is_superseded(Number(36))
    assert not window.is_too_far(Number(164))
    assert window.is_too_far(Number(165))


def test_time_is_the_newest_that_was_heard() -> None:
    """Neither a late frame nor a late tick turns it back."""
    time = ShardTime()

    time.hear_tick(UnixMs(100))
    time.advance(UnixMs(150))
    time.hear_tick(UnixMs(120))
    time.advance(UnixMs(90))

    assert (time.now, time.told) == (150, 120)
    assert not time.is_ahead(UnixMs(180), UnixMs(60))
    assert time.is_ahead(UnixMs(181), UnixMs(60))
