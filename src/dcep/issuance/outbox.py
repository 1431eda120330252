"""The outbox: what officers have approved is sent until the ledger's answer is final.

1. What waits is read, with the very bytes that were stored when the last officer signed.
2. It is sent. Nothing of the store is held meanwhile; a lost answer is healed by sending again.
3. Each final answer is recorded in one transaction with what follows from it.
4. An order lapses only when its bytes are certainly dead: `expired` or `never_processed`; or the ledger does not hear
   it and demands a newer board, for epochs only grow. A proposal lapses when the ledger's own time is past its expiry.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dcep.clock import UnixMs
from dcep.errors import Unavailable
from dcep.ids import LedgerId
from dcep.issuance.desk import Ledger, epoch_in_force
from dcep.issuance.reserve import Reserve
from dcep.issuance.states import State
from dcep.issuance.store import Order, Rows
from dcep.messages.commands.governance import SetBoard
from dcep.messages.commands.issuance import Issue, Withdraw
from dcep.messages.layout import Epoch
from dcep.messages.outcomes import Outcome, Status
from dcep.messages.refusals import NotProcessed

_AT_ONCE: Final = 64
_STATES: Final = {
    Status.SETTLED: State.SETTLED,
    Status.REFUSED: State.REFUSED,
    Status.EXPIRED: State.LAPSED,
    Status.NEVER_PROCESSED: State.LAPSED,
}


class Outbox:
    """Sends approved orders, and lets those lapse that have died."""

    def __init__(self, reserve: Reserve, ledgers: Mapping[LedgerId, Ledger]) -> None:
        self._store, self._reserve, self._ledgers = reserve.store, reserve, ledgers

    def send_due(self, *, now: UnixMs) -> list[Order]:
        """Send all that waits, once, and return the orders that have changed.

        A ledger that cannot answer now leaves its orders as they are: call again.
        """
        changed = []
        for name, ledger in self._ledgers.items():
            try:
                changed += self._send(name, ledger, now)
                changed += self._lapse(name, ledger, now)
            except Unavailable:
                continue
        return changed

    def _send(self, name: LedgerId, ledger: Ledger, now: UnixMs) -> list[Order]:
        # 1.
        with self._store.transaction() as rows:
            waiting = rows.waiting(State.APPROVED, name)
        changed = []
        for start in range(0, len(waiting), _AT_ONCE):
            batch = waiting[start : start + _AT_ONCE]
            # 2.
            answers = ledger.submit([wire for _, _, wire in batch if wire is not None])
            epochs = [epoch_in_force(ledger, order.given) for order, _, _ in batch]
            # 3.
            with self._store.transaction() as rows:
                for (order, proposed, _), answer, epoch in zip(batch, answers, epochs, strict=True):
                    is_old = epoch > proposed.epoch
                    changed += self._record(rows, order, answer.outcome, is_old=is_old, now=now)
        return changed

    def _record(self, rows: Rows, order: Order, outcome: Outcome, *, is_old: bool, now: UnixMs) -> list[Order]:
        if rows.order(order.id) != order:
            # Somebody else has recorded the same answer meanwhile.
            return []
        state = _STATES.get(outcome.status)
        # 4.
        if _is_unheard(outcome) and is_old:
            return [rows.move(order, State.LAPSED, now=now, code="board_changed")]
        if state is None:
            rows.remember_answer(order, outcome.code)
            return []
        settled = state is State.SETTLED
        changed = [rows.move(order, state, now=now, code="" if settled else outcome.code)]
        return [*changed, *self._follow(rows, order, state, now)]

    def _follow(self, rows: Rows, order: Order, state: State, now: UnixMs) -> list[Order]:
        """Do what follows from a final answer, in its transaction; return the other orders that it changed."""
        match order.content, state:
            case (Withdraw(), State.SETTLED) | (Issue(), State.REFUSED):
                self._reserve.send_back(rows, order, now=now)
            case SetBoard(), State.SETTLED:
                return _begin_board(rows, order, now)
        return []

    def _lapse(self, name: LedgerId, ledger: Ledger, now: UnixMs) -> list[Order]:
        ledger_time = ledger.standing().now
        with self._store.transaction() as rows:
            return [
                rows.move(order, State.LAPSED, now=now, code="expired")
                for order, proposed, _ in rows.waiting(State.PROPOSED, name)
                if proposed.expires_at <= ledger_time
            ]


def _is_unheard(outcome: Outcome) -> bool:
    return outcome.status is Status.NOT_PROCESSED and outcome.reason == NotProcessed.NOT_AUTHORISED


def _begin_board(rows: Rows, order: Order, now: UnixMs) -> list[Order]:
    """Let the new board be known, and what waits for the old one lapse."""
    epoch = Epoch(order.content.replaces + 1)
    rows.keep_policy(order.given.account, epoch, order.content.board)
    return [
        rows.move(waiting, State.LAPSED, now=now, code="board_changed")
        for waiting, proposed, _ in rows.waiting(State.PROPOSED, order.given.ledger)
        if proposed.epoch < epoch and waiting.given.account == order.given.account
    ]
