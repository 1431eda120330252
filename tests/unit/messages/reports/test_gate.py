"""The gate before the second phase: every criterion alone keeps it shut."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dcep.clock import UnixMs
from dcep.ids import NetworkId, OperatorId
from dcep.messages.layout import Code, Hash, Number, Seq
from dcep.messages.reports.gate import is_passed, judge
from dcep.messages.reports.scores import ScoreBoard, ScoreLine


def _line(operator: int, **other: int) -> ScoreLine:
    told = {"wallets": 10, "active": 9, "settled": 100, "moved": 5_000, "conflicts": 0, "attempts": 100, "kept": 99}
    times = {"payment_p50": 0, "payment_p95": 5_000_000, "order_p50": 0, "order_p95": 15_000_000, "cost": 1}
    return ScoreLine(operator=OperatorId(operator), **told | times | other)  # type: ignore[arg-type]


_BOARD = ScoreBoard(
    network=NetworkId(bytes(16)),
    phase=Code(1),
    is_final=Code(1),
    began_at=UnixMs(1),
    at=UnixMs(2),
    law_holds=Code(1),
    wallets_agree=Code(1),
    since=Seq(1),
    phase_since=Seq(1),
    upto=Seq(9),
    movements=Number(1),
    books=Hash(bytes(32)),
    attempts=Hash(bytes(32)),
    lines=(_line(1), _line(2)),
)


def test_a_phase_that_just_meets_every_criterion_passes() -> None:
    """Exactly what was told is enough."""
    assert is_passed(_BOARD)
    assert len(judge(_BOARD)) == 9


@pytest.mark.parametrize(
    ("board", "missed"),
    [
        (replace(_BOARD, is_final=Code(0)), "the phase has ended"),
        (replace(_BOARD, law_holds=Code(0)), "the law of the supply holds"),
        (replace(_BOARD, wallets_agree=Code(0)), "every balance is the sum of its movements"),
        (replace(_BOARD, lines=(_line(1), _line(2, attempts=0, kept=0))), "operators that took part"),
        (replace(_BOARD, lines=(_line(1), _line(2, active=8))), "wallets in use, at each"),
        (replace(_BOARD, lines=(_line(1), _line(2, kept=98))), "answers as the rules say, at each"),
        (replace(_BOARD, lines=(_line(1), _line(2, conflicts=1))), "conflicts"),
        (replace(_BOARD, lines=(_line(1), _line(2, payment_p95=5_000_001))), "payments, 95 of 100 within"),
        (replace(_BOARD, lines=(_line(1), _line(2, order_p95=15_000_001))), "orders, 95 of 100 within"),
    ],
)
def test_each_criterion_alone_keeps_the_gate_shut(board: ScoreBoard, missed: str) -> None:
    """One operator that falls behind is enough: residents did not choose the average."""
    assert [criterion.name for criterion in judge(board) if not criterion.passed] == [missed]
    assert not is_passed(board)


def test_a_board_without_operators_passes_nothing() -> None:
    """An empty race proves nothing."""
    assert not is_passed(replace(_BOARD, lines=()))
