"""Payments, told in the language of the ledger."""

from __future__ import annotations

import pytest

from tests.language import play


def test_a_payment_is_judged_by_what_was_spent_that_day() -> None:
    """One fen over the day is too much, and what was refused does not count."""
    scene = play(
        """
        rules  T  cap 2_000  single 500  daily 1_000  annual 1_200
        open   li      T  1_650
        open   bakery  T  0
        pay    li  bakery  500  2021-12-30  settled
        pay    li  bakery  499  2021-12-30  settled
        pay    li  bakery  2    2021-12-30  over_daily_limit
        """
    )

    spent = scene.spent("li")

    assert spent == 999


def test_a_count_that_is_full_stays_full() -> None:
    """Without limits a day may see more than 64 bits of payments; the count must not turn round to nothing."""
    scene = play(
        """
        open   li    T
        open   wang  T
        forge  1 0  payment zhou@1 li 18_446_744_073_709_551_615
        pay    li    wang  18_446_744_073_709_551_615
        pay    wang  li    18_446_744_073_709_551_615
        pay    li    wang  1
        """
    )

    assert scene.spent("li") == 2**64 - 1
    assert scene.balance("li") == 2**64 - 2


def test_a_play_says_which_line_had_another_answer() -> None:
    """Who changes a rule must see at once where the law is told otherwise."""
    with pytest.raises(AssertionError, match="line 2: pay li bakery 5 settled: the answer is receiver_unknown"):
        play("open li T 10\npay li bakery 5 settled")
