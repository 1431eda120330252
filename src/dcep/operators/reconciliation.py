"""Reconciliation 对账 at the end of a day: orders, outbox, deposits and ledger against one another, each break named.

Four books tell of the same money: the operator's orders, the messages that it sent, the core system's bookings, and the
ledger. Each is asked, none is believed; where two differ, the break says which order, and what each of them says.

1. The core system's bookings of the day against the orders: what each state must have booked, and may have.
2. The messages against the orders: how often an order was paid for, by the answers that are stored.
3. The answers that are stored against the ledger's own.
4. The vault's balance, and the core system's clearing account, against the sum of all orders; what was returned to the
   issuing vault is among them.
5. Orders that should have ended long ago.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, Engine, func, or_, select

from dcep.clock import DAY_MS, Day, UnixMs, start_of
from dcep.errors import BadInput
from dcep.ids import WalletId
from dcep.ledger.client import Line
from dcep.messages.outcomes import Status
from dcep.money import Fen
from dcep.operators.exchange.deposits import CLEARING, Booking, CoreBanking, Leg
from dcep.operators.exchange.orders import FINAL, Kind, Order, State, orders_where
from dcep.operators.store import messages, orders, transaction

_PAID: Final = "settled"
# An order taken before midnight was booked before midnight, perhaps: no order lives longer than this.
_MARGIN_MS: Final = 2 * DAY_MS


class BreakKind(StrEnum):
    """What differs."""

    BOOKING_UNKNOWN = "booking_unknown"
    BOOKING_MISSING = "booking_missing"
    BOOKING_UNEXPECTED = "booking_unexpected"
    BOOKING_DIFFERS = "booking_differs"
    PAYMENT_MISSING = "payment_missing"
    PAYMENT_UNEXPECTED = "payment_unexpected"
    PAID_TWICE = "paid_twice"
    MESSAGE_MISSING = "message_missing"
    ANSWER_DIFFERS = "answer_differs"
    VAULT_SHORT = "vault_short"
    VAULT_OVER = "vault_over"
    CLEARING_DIFFERS = "clearing_differs"
    ORDER_STUCK = "order_stuck"


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Where two books differ; `subject` is an order's id, or `vault` or `clearing`."""

    kind: BreakKind
    subject: str
    says: str


# What the core system must have booked in a state, and what it may have booked besides: the leg that is under way.
_MUST: Final[dict[tuple[Kind, State], frozenset[Leg]]] = {
    (Kind.EXCHANGE, State.ACCEPTED): frozenset(),
    (Kind.EXCHANGE, State.DEBITED): frozenset({Leg.DEBIT}),
    (Kind.EXCHANGE, State.PAYING): frozenset({Leg.DEBIT}),
    (Kind.EXCHANGE, State.REVERSING): frozenset({Leg.DEBIT}),
    (Kind.EXCHANGE, State.REVERSED): frozenset({Leg.DEBIT, Leg.REVERSAL}),
    (Kind.EXCHANGE, State.SETTLED): frozenset({Leg.DEBIT}),
    (Kind.EXCHANGE, State.REFUSED): frozenset(),
    (Kind.REDEEM, State.COLLECTING): frozenset(),
    (Kind.REDEEM, State.COLLECTED): frozenset(),
    (Kind.REDEEM, State.SETTLED): frozenset({Leg.CREDIT}),
    (Kind.REDEEM, State.REFUSED): frozenset(),
}
_UNDER_WAY: Final[dict[State, Leg]] = {
    State.ACCEPTED: Leg.DEBIT,
    State.REVERSING: Leg.REVERSAL,
    State.COLLECTED: Leg.CREDIT,
}
# Whether the ledger has settled the order's command, by the order's state; it may have where the state is not here.
_PAYMENTS: Final[dict[tuple[Kind, State], int]] = {
    (Kind.EXCHANGE, State.ACCEPTED): 0,
    (Kind.EXCHANGE, State.DEBITED): 0,
    (Kind.EXCHANGE, State.REVERSING): 0,
    (Kind.EXCHANGE, State.REVERSED): 0,
    (Kind.EXCHANGE, State.REFUSED): 0,
    (Kind.EXCHANGE, State.SETTLED): 1,
    (Kind.REDEEM, State.REFUSED): 0,
    (Kind.REDEEM, State.COLLECTED): 1,
    (Kind.REDEEM, State.SETTLED): 1,
}


class Reconciliation:
    """The four books of one operator.

    Args:
        returned: tells what has left the vault for the issuing vault since the beginning.
    """

    def __init__(
        self, store: Engine, line: Line, core: CoreBanking, vault: WalletId, returned: Callable[[], Fen]
    ) -> None:
        self._store, self._line, self._core, self._vault = store, line, core, vault
        self._returned = returned

    def reconcile(self, day: Day, *, allocated: Fen, now: UnixMs) -> list[Break]:
        """Return every break of a day's orders, and of the sums since the beginning; none is the good answer.

        Args:
            day: a day that has ended; asked while nothing moves, or what moves meanwhile may look like a break.
            allocated: what the central bank has allocated to the vault since the beginning; what was returned is known.

        Raises:
            BadInput: `day_not_over`.
            Unavailable: one of the books cannot be read: ask again.
        """
        since, until = start_of(day), start_of(Day(day + 1))
        if now < until:
            raise BadInput("day_not_over", "a day is reconciled when it has ended")
        with transaction(self._store) as connection:
            moved = orders.c.moved_at_ms.between(since, until - 1)
            of_the_day = orders_where(connection, or_(moved, orders.c.state.not_in(FINAL)))
            sent = _messages_of(connection, [order.id for order in of_the_day])
        bookings = self._core.bookings(UnixMs(max(0, since - _MARGIN_MS)), now)
        return [
            *self._bookings(of_the_day, [each for each in bookings if each.leg is not Leg.FUNDING], since, until),
            *(found for order in of_the_day for found in self._payments(order, sent[order.id])),
            *self._sums(allocated),
            *_stuck(of_the_day, now),
        ]

    # 1.

    def _bookings(
        self, of_the_day: list[Order], bookings: list[Booking], since: UnixMs, until: UnixMs
    ) -> Iterator[Break]:
        booked: dict[str, list[Booking]] = defaultdict(list)
        for booking in bookings:
            booked[booking.order_id].append(booking)
        known = self._known(list(booked))
        for booking in bookings:
            if booking.order_id not in known and since <= booking.booked_at < until:
                yield Break(
                    kind=BreakKind.BOOKING_UNKNOWN,
                    subject=booking.order_id,
                    says=f"the core system booked a {booking.leg} of {booking.amount} fen, and no order asked for it",
                )
        for order in of_the_day:
            yield from _against(order, booked[order.id])

    def _known(self, ids: list[str]) -> set[str]:
        known: set[str] = set()
        with transaction(self._store) as connection:
            for at in range(0, len(ids), 500):
                found = select(orders.c.order_id).where(orders.c.order_id.in_(ids[at : at + 500]))
                known |= {row.order_id for row in connection.execute(found)}
        return known

    # 2. and 3.

    def _payments(self, order: Order, sent: list[tuple[bytes, str | None]]) -> Iterator[Break]:
        answers = Counter(answer for _, answer in sent)
        wanted = _PAYMENTS.get((order.kind, order.state))
        if wanted is None and not answers[None]:
            says = f"the order is {order.state}, and nothing waits in the outbox for it"
            yield Break(kind=BreakKind.MESSAGE_MISSING, subject=order.id, says=says)
        if answers[_PAID] > 1:
            says = f"the ledger has settled {answers[_PAID]} commands of one order"
            yield Break(kind=BreakKind.PAID_TWICE, subject=order.id, says=says)
        elif wanted is not None and answers[_PAID] != wanted:
            kind = BreakKind.PAYMENT_MISSING if wanted else BreakKind.PAYMENT_UNEXPECTED
            says = f"the order is {order.state}, and of its commands {answers[_PAID]} have settled"
            yield Break(kind=kind, subject=order.id, says=says)
        for wire, answer in sent:
            told = self._line.history(wire).outcome
            if answer is not None and told.is_final and told.code != answer:
                says = f"the outbox says {answer}, the ledger {told.code}"
                yield Break(kind=BreakKind.ANSWER_DIFFERS, subject=order.id, says=says)

    # 4.

    def _sums(self, allocated: Fen) -> Iterator[Break]:
        with transaction(self._store) as connection:
            paid = _sum(connection, Kind.EXCHANGE, State.SETTLED)
            collected = _sum(connection, Kind.REDEEM, State.SETTLED, State.COLLECTED)
            debited = _sum(connection, Kind.EXCHANGE, State.SETTLED, State.PAYING, State.DEBITED)
            credited = _sum(connection, Kind.REDEEM, State.SETTLED)
            open_legs = _sum(connection, Kind.EXCHANGE, State.ACCEPTED, State.REVERSING)
            open_credits = _sum(connection, Kind.REDEEM, State.COLLECTED)
        paid += self._settled_unheard(Kind.EXCHANGE)
        collected += self._settled_unheard(Kind.REDEEM)
        account = self._line.account(self._vault)
        vault, expected = 0 if account is None else account.balance, allocated - self._returned() - paid + collected
        if vault != expected:
            kind = BreakKind.VAULT_SHORT if vault < expected else BreakKind.VAULT_OVER
            says = f"the vault has {vault} fen, by the orders it should have {expected}"
            yield Break(kind=kind, subject="vault", says=says)
        clearing, least = self._core.balance(CLEARING), debited - credited - open_credits
        if not least <= clearing <= debited - credited + open_legs:
            says = f"the clearing account has {clearing} fen, by the orders it should have {debited - credited}"
            yield Break(kind=BreakKind.CLEARING_DIFFERS, subject="clearing", says=says)

    def _settled_unheard(self, kind: Kind) -> int:
        """Return what the ledger has settled of orders that have not heard of it, fen."""
        waiting = (
            select(messages.c.wire, orders.c.amount_fen)
            .join(orders, orders.c.order_id == messages.c.order_id)
            .where(messages.c.answer.is_(None), orders.c.kind == kind)
        )
        with transaction(self._store) as connection:
            rows = connection.execute(waiting).all()
        return sum(row.amount_fen for row in rows if self._line.history(row.wire).outcome.status is Status.SETTLED)


def _against(order: Order, booked: list[Booking]) -> Iterator[Break]:
    legs, must = {booking.leg for booking in booked}, _MUST[order.kind, order.state]
    for leg in sorted(must - legs):
        says = f"the order is {order.state}, and the core system has booked no {leg}"
        yield Break(kind=BreakKind.BOOKING_MISSING, subject=order.id, says=says)
    for leg in sorted(legs - must - {_UNDER_WAY.get(order.state)}):
        says = f"the order is {order.state}, and the core system has booked a {leg}"
        yield Break(kind=BreakKind.BOOKING_UNEXPECTED, subject=order.id, says=says)
    for booking in booked:
        if (booking.account, booking.amount) != (order.deposit_account, order.amount):
            says = f"the order moves {order.amount} fen, the {booking.leg} {booking.amount}, or another account"
            yield Break(kind=BreakKind.BOOKING_DIFFERS, subject=order.id, says=says)


# 5.


def _stuck(of_the_day: list[Order], now: UnixMs) -> Iterator[Break]:
    for order in of_the_day:
        if not order.is_final and now - order.taken_at > DAY_MS:
            says = f"the order was taken more than a day ago and is {order.state}"
            yield Break(kind=BreakKind.ORDER_STUCK, subject=order.id, says=says)


def _messages_of(connection: Connection, ids: list[str]) -> dict[str, list[tuple[bytes, str | None]]]:
    sent: dict[str, list[tuple[bytes, str | None]]] = defaultdict(list)
    for at in range(0, len(ids), 500):
        found = select(messages).where(messages.c.order_id.in_(ids[at : at + 500])).order_by(messages.c.message)
        for row in connection.execute(found):
            sent[row.order_id].append((row.wire, row.answer))
    return sent


def _sum(connection: Connection, kind: Kind, *states: State) -> int:
    added = select(func.coalesce(func.sum(orders.c.amount_fen), 0)).where(
        orders.c.kind == kind, orders.c.state.in_(states)
    )
    return int(connection.execute(added).scalar_one())
