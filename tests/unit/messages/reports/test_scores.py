"""A score-board says what was signed, and its ranks are anybody's arithmetic."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.ids import CommandId, NetworkId, OperatorId, WalletId
from dcep.messages.layout import Code, Hash, Malformed, Number, Seq
from dcep.messages.reports.scores import (
    Booked,
    Books,
    ScoreBoard,
    ScoreLine,
    attempt_leaf,
    percentile,
    ranking,
    read_board,
    sign_board,
)

_OFFICE = Signer(bytes(32))


def _line(operator: int, **other: int) -> ScoreLine:
    told = {"wallets": 10, "active": 10, "settled": 100, "moved": 5_000, "conflicts": 0, "attempts": 100, "kept": 100}
    times = {"payment_p50": 5_000, "payment_p95": 9_000, "order_p50": 50_000, "order_p95": 90_000, "cost": 1_000_000}
    return ScoreLine(operator=OperatorId(operator), **told | times | other)  # type: ignore[arg-type]


def _board(*lines: ScoreLine) -> ScoreBoard:
    return ScoreBoard(
        network=NetworkId(bytes(16)),
        phase=Code(1),
        is_final=Code(1),
        began_at=UnixMs(1),
        at=UnixMs(2),
        law_holds=Code(1),
        wallets_agree=Code(1),
        since=Seq(10),
        phase_since=Seq(20),
        upto=Seq(90),
        movements=Number(3),
        books=Hash(bytes(32)),
        attempts=Hash(bytes(32)),
        lines=lines,
    )


def test_a_board_is_read_only_as_it_was_signed() -> None:
    """A bit anywhere in it is another board, which nobody has signed."""
    message = sign_board(_board(_line(1), _line(2)), _OFFICE)

    read = read_board(message)

    assert read.board == _board(_line(1), _line(2))
    assert list(read.policy.keys()) == [(_OFFICE.suite, _OFFICE.public)]
    for at in range(len(message)):
        with pytest.raises(Malformed):
            read_board(message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :])


@pytest.mark.parametrize(
    "board",
    [
        _board(_line(2), _line(1)),
        _board(_line(1), _line(1)),
        _board(_line(1, active=11)),
        _board(_line(1, kept=101)),
        replace(_board(_line(1)), phase=Code(3)),
        replace(_board(_line(1)), law_holds=Code(2)),
    ],
)
def test_a_board_that_cannot_be_is_not_signed(board: ScoreBoard) -> None:
    """A line twice, or a part that is more than the whole, would be read in two ways."""
    with pytest.raises(Malformed):
        sign_board(board, _OFFICE)


def test_who_is_behind_nobody_in_anything_leads() -> None:
    """A point for each other one that an operator is not behind, in each of six races."""
    slow, dear, wrong = _line(2, payment_p95=10_000), _line(3, cost=9_000_000), _line(4, conflicts=1, kept=99)

    ranks = ranking([_line(1), slow, dear, wrong, _line(5, wallets=0, active=0)])

    assert [(rank.place, rank.operator) for rank in ranks] == [(1, 1), (2, 2), (2, 3), (4, 4)]
    assert [rank.points for rank in ranks] == [18, 15, 15, 12]


@given(st.lists(st.integers(0, 2**33), min_size=1, max_size=50), st.integers(1, 100))
def test_a_percentile_is_a_time_that_was_seen(times: list[int], hundredths: int) -> None:
    """So many of a hundred were not slower, and one less would not be enough; the longest that fits stands for more."""
    found = percentile(times, hundredths)

    within = sum(min(time, 2**32 - 1) <= found for time in times)
    assert within * 100 >= hundredths * len(times)
    assert sum(min(time, 2**32 - 1) < found for time in times) * 100 < hundredths * len(times)


def test_the_books_of_other_movements_are_others() -> None:
    """Every field of a movement is in the hash; so is their order."""
    first = Booked(1, 0, 0, WalletId(7), 1, 500, CommandId(bytes(32)))
    others = [
        first._replace(**{name: getattr(first, name) + 1}) for name in ("seq", "place", "part", "effect", "amount")
    ]
    pairs = [(first, other) for other in others] + [(other, first) for other in others]

    digests = {_digest(first), *(_digest(*pair) for pair in pairs)}

    assert len(digests) == 1 + len(pairs)


def test_attempts_that_differ_anywhere_have_other_leaves() -> None:
    """A length stands before each part: no two attempts run together into the same bytes."""
    told = [("a", b"b", "settled", 1), ("ab", b"", "settled", 1), ("a", b"b", "settled", 2), ("a", b"bs", "ettled", 1)]

    leaves = {attempt_leaf(*each) for each in told}

    assert len(leaves) == len(told)


def _digest(*moved: Booked) -> bytes:
    books = Books()
    for each in moved:
        books.add(each)
    return books.digest()
