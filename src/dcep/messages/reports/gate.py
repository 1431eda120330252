"""The gate between the phases: criteria that were told before, judged by the last score-board of phase 1 alone.

Whoever has the signed board comes to the same judgement. What is wanted here was not published for the real pilot: the
numbers are this project's, and stand in docs/reference/pilot-command.md.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from dcep.messages.reports.scores import ScoreBoard

ACTIVATION: Final = 90
SUCCESS: Final = 99
PAYMENT_P95_US: Final = 5_000_000
ORDER_P95_US: Final = 15_000_000


class Criterion(NamedTuple):
    """What is wanted, in which measure, and what was seen."""

    name: str
    wanted: str
    seen: str
    passed: bool


def judge(board: ScoreBoard) -> list[Criterion]:
    """Return each criterion with what the board says of it; the gate is passed if all of them are."""
    lines = board.lines
    running = [line for line in lines if line.wallets and line.attempts]
    activation = min((line.active * 100 // line.wallets for line in running), default=0)
    success = min((line.kept * 100 // line.attempts for line in running), default=0)
    conflicts = sum(line.conflicts for line in lines)
    payment = max((line.payment_p95 for line in running), default=0)
    order = max((line.order_p95 for line in running), default=0)
    return [
        Criterion("the phase has ended", "yes", _yes(board.is_final), bool(board.is_final)),
        Criterion("the law of the supply holds", "yes", _yes(board.law_holds), bool(board.law_holds)),
        Criterion(
            "every balance is the sum of its movements", "yes", _yes(board.wallets_agree), bool(board.wallets_agree)
        ),
        Criterion("operators that took part", f"all {len(lines)}", str(len(running)), len(running) == len(lines) > 0),
        Criterion("wallets in use, at each", f"{ACTIVATION} %", f"{activation} %", activation >= ACTIVATION),
        Criterion("answers as the rules say, at each", f"{SUCCESS} %", f"{success} %", success >= SUCCESS),
        Criterion("conflicts", "none", str(conflicts), conflicts == 0),
        Criterion("payments, 95 of 100 within", _ms(PAYMENT_P95_US), _ms(payment), payment <= PAYMENT_P95_US),
        Criterion("orders, 95 of 100 within", _ms(ORDER_P95_US), _ms(order), order <= ORDER_P95_US),
    ]


def is_passed(board: ScoreBoard) -> bool:
    """Return whether the second phase may begin."""
    return all(criterion.passed for criterion in judge(board))


def _yes(flag: int) -> str:
    return "yes" if flag else "no"


def _ms(us: int) -> str:
    return f"{us // 1_000:,} ms"
