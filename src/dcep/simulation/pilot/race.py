"""The horse race 赛马: from the ledger's books and what the wallets wrote down to the lines of a score-board."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from dcep.clock import UnixMs
from dcep.crypto import merkle
from dcep.ids import CommandId, NetworkId, OperatorId, WalletId, operator_of
from dcep.messages.layout import Code, Count, Hash, Number, Seq, Sum
from dcep.messages.reports.scores import LONGEST_US, ScoreBoard, ScoreLine, attempt_leaf, percentile
from dcep.simulation.pilot.books import Customers, LedgerBooks
from dcep.simulation.pilot.journal import End
from dcep.simulation.pilot.script import SETTLED, Verb

# What a wallet asks its operator for; everything else it brings to the ledger itself.
_ORDERS: Final = frozenset({Verb.OPEN, Verb.EXCHANGE, Verb.REDEEM})


class Seen(NamedTuple):
    """What is known beside the ledger's books when a board is made.

    `costs` is each operator's processor time in the phase, microseconds; `balances` what the operators say that the
    pilot's wallets hold, None while the phase goes on.
    """

    ends: list[End]
    costs: Mapping[OperatorId, int]
    balances: Mapping[WalletId, int] | None
    law_holds: bool


def board_of(
    network: NetworkId, phase: int, books: LedgerBooks, seen: Seen, *, racing: Iterable[OperatorId], **times: UnixMs
) -> ScoreBoard:
    """Return the board of a phase; `times` are `began_at` and `at`. It is the last one if balances were seen."""
    ends: dict[OperatorId, list[End]] = defaultdict(list)
    for end in seen.ends:
        ends[OperatorId(end.operator)].append(end)
    wrong = wrong_balances(books, seen.balances or {})
    lines = tuple(
        line_of(operator, books, ends[operator], seen.costs.get(operator, 0), wrong[operator])
        for operator in sorted(racing)
    )
    return ScoreBoard(
        network=network,
        phase=Code(phase),
        is_final=Code(seen.balances is not None),
        began_at=times["began_at"],
        at=times["at"],
        law_holds=Code(seen.law_holds),
        wallets_agree=Code(seen.balances is not None and not any(wrong.values())),
        since=Seq(books.since),
        phase_since=Seq(books.phase_since),
        upto=Seq(books.books.upto),
        movements=Number(books.books.count),
        books=books.books.digest(),
        attempts=attempts_root(seen.ends),
        lines=lines,
    )


def attempts_root(ends: Iterable[End]) -> Hash:
    """Return the Merkle root over the attempts of a phase, in the order of their keys."""
    ordered = sorted(ends, key=lambda end: end.key)
    return Hash(merkle.root([attempt_leaf(end.key, end.command, end.answer, _us(end)) for end in ordered]))


def wrong_balances(books: LedgerBooks, balances: Mapping[WalletId, int]) -> dict[OperatorId, int]:
    """Return for each operator how many of these wallets do not hold what their movements add up to."""
    wrong: dict[OperatorId, int] = defaultdict(int)
    for wallet, balance in balances.items():
        wrong[operator_of(wallet)] += books.balances.get(wallet, 0) != balance
    return wrong


def untold(books: LedgerBooks, ends: Iterable[End]) -> int:
    """Return how many attempts a wallet believes to have settled, of which the ledger knows nothing."""
    return sum(
        end.answer == SETTLED and bool(end.command) and CommandId(end.command) not in books.commands for end in ends
    )


def line_of(operator: OperatorId, books: LedgerBooks, ends: Sequence[End], cost: int, wrong: int) -> ScoreLine:
    """Return one operator's line; `wrong` is how many of its wallets hold something else than the ledger says."""
    customers = books.customers.get(operator, Customers())
    orders = [end.took_us for end in ends if end.verb in _ORDERS and end.took_us is not None]
    payments = [end.took_us for end in ends if end.verb not in _ORDERS and end.took_us is not None]
    return ScoreLine(
        operator=operator,
        wallets=Count(customers.wallets),
        active=Count(books.active_at(operator)),
        settled=Count(customers.settled),
        moved=Sum(customers.moved_fen),
        conflicts=Count(wrong + untold(books, ends)),
        attempts=Count(len(ends)),
        kept=Count(sum(end.kept for end in ends)),
        payment_p50=percentile(payments, 50),
        payment_p95=percentile(payments, 95),
        order_p50=percentile(orders, 50),
        order_p95=percentile(orders, 95),
        cost=Number(cost),
    )


def _us(end: End) -> int:
    return LONGEST_US if end.took_us is None else min(end.took_us, LONGEST_US)
