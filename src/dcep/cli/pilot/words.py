"""A score-board in words: a table for people, a document for programs."""

from __future__ import annotations

from typing import Any

from dcep.ids import OperatorId
from dcep.messages.reports.gate import is_passed, judge
from dcep.messages.reports.scores import ScoreBoard, ScoreLine, ranking
from dcep.money import Fen, yuan
from dcep.services.topology import OPERATORS


def board_lines(board: ScoreBoard) -> list[str]:
    """Return a board as lines of a table, whoever leads first."""
    lines = {line.operator: line for line in board.lines}
    head = (
        f"  {'':>2}  {'operator':<10}{'points':>7}{'active':>10}{'kept':>12}{'payments p50/p95':>20}"
        f"{'orders p50/p95':>20}{'cost each':>11}{'conflicts':>10}{'moved':>14}"
    )
    rows = [
        f"  {rank.place:>2}  {name_of(rank.operator):<10}{rank.points:>7}{_row(lines[rank.operator])}"
        for rank in ranking(board.lines)
    ]
    return ["", f"The operators' race in phase {board.phase}", head, *rows]


def name_of(operator: OperatorId) -> str:
    """Return what an operator is called, its number where nobody here knows it."""
    return OPERATORS.get(operator, f"{operator:03}")


def _row(line: ScoreLine) -> str:
    return (
        f"{f'{line.active}/{line.wallets}':>10}{f'{line.kept}/{line.attempts}':>12}"
        f"{f'{_ms(line.payment_p50)} / {_ms(line.payment_p95)} ms':>20}"
        f"{f'{_ms(line.order_p50)} / {_ms(line.order_p95)} ms':>20}"
        f"{f'{_ms(line.cost_each)} ms':>11}{line.conflicts:>10}{yuan(Fen(line.moved)):>14}"
    )


def _ms(us: int) -> str:
    return f"{us / 1_000:.1f}" if us < 100_000 else f"{us // 1_000}"


def board_document(board: ScoreBoard) -> dict[str, Any]:
    """Return a board as a JSON document."""
    places = {rank.operator: rank for rank in ranking(board.lines)}
    return {
        "phase": board.phase,
        "network": board.network.hex(),
        "is_final": bool(board.is_final),
        "began_at_ms": board.began_at,
        "at_ms": board.at,
        "law_holds": bool(board.law_holds),
        "wallets_agree": bool(board.wallets_agree),
        "movements": board.movements,
        "books": board.books.hex(),
        "attempts": board.attempts.hex(),
        "gate": {"passed": is_passed(board), "criteria": [criterion._asdict() for criterion in judge(board)]},
        "lines": [
            {
                "operator": f"{line.operator:03}",
                "place": places[line.operator].place if line.operator in places else None,
                "points": places[line.operator].points if line.operator in places else 0,
                "wallets": line.wallets,
                "active": line.active,
                "settled": line.settled,
                "moved_fen": line.moved,
                "conflicts": line.conflicts,
                "attempts": line.attempts,
                "kept": line.kept,
                "payment_p50_us": line.payment_p50,
                "payment_p95_us": line.payment_p95,
                "order_p50_us": line.order_p50,
                "order_p95_us": line.order_p95,
                "cost_us": line.cost,
            }
            for line in board.lines
        ],
    }
