"""A day that went well has no break; each kind of break, planted, is found and named, and nothing else is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import delete, insert, select, text, update

from dcep.clock import day_of
from dcep.errors import BadInput
from dcep.money import Fen
from dcep.operators.exchange.orders import State
from dcep.operators.reconciliation import Break, BreakKind
from dcep.operators.store import messages, orders
from tests.repo.tracked import text_of
from tests.town import BANK, STOCK
from tests.unit.operators.street import Street


class BankingDay:
    """A day on which one order of each ending was carried to its end."""

    def __init__(self, street: Street) -> None:
        self.street, self.day = street, day_of(street.town.now)
        self.settled = street.exchange(street.li, 2_000, "settled")
        self.second = street.exchange(street.li, 300, "second")
        self.refused = street.exchange(street.li, 10**9, "refused")
        wire = street.li_signs.redeem(street.vault(), Fen(500), expires_at=street.town.economy.midnight)
        self.redeemed = street.bank.saga.redeem(wire, now=street.town.now)
        street.rest()

    def breaks(self) -> list[Break]:
        """End the day, and reconcile it."""
        self.street.town.next_day()
        return self.street.bank.reconciliation.reconcile(self.day, allocated=STOCK, now=self.street.town.now)

    def write(self, statement: Any) -> None:
        """Change the operator's own books behind its back."""
        with self.street.bank.outbox._store.begin() as connection:
            connection.execute(statement)

    def book(self, statement: str, **values: object) -> None:
        """Change the core system's books behind everybody's back."""
        with self.street.core._store.begin() as connection:
            connection.execute(text(statement), values)


@pytest.fixture
def day(street: Street) -> BankingDay:
    """Return the day."""
    return BankingDay(street)


def test_a_day_that_went_well_has_no_break(day: BankingDay) -> None:
    """Settled, refused and redeemed orders: four books, one story."""
    assert day.breaks() == []


def test_orders_that_are_still_under_way_are_no_break(day: BankingDay) -> None:
    """Between two legs the books differ by what the state says, and not by a fen more."""
    saga, now = day.street.bank.saga, day.street.town.now
    saga.exchange(day.street.li, 7, key="debited", now=now)
    saga.debit(now)
    saga.exchange(day.street.li, 9, key="accepted", now=now)

    assert day.breaks() == []


def test_what_the_ledger_has_settled_unheard_is_no_break(day: BankingDay) -> None:
    """The bytes arrived, the answer did not: the ledger is asked."""
    saga, now = day.street.bank.saga, day.street.town.now
    order = saga.exchange(day.street.li, 7, key="unheard", now=now)
    saga.debit(now)
    saga.pay(now)
    with day.street.bank.outbox._store.begin() as connection:
        (wire,) = connection.execute(select(messages.c.wire).where(messages.c.order_id == order)).one()
    assert day.street.send(wire) == "settled"

    assert day.breaks() == []


def test_a_day_is_reconciled_when_it_has_ended(day: BankingDay) -> None:
    """Before, every book is right to differ."""
    with pytest.raises(BadInput, match="day_not_over"):
        day.street.bank.reconciliation.reconcile(day.day, allocated=STOCK, now=day.street.town.now)


def _booking_unknown(day: BankingDay) -> str:
    day.street.core.credit("stray", "ACCT000001", Fen(3), now=day.street.town.now)
    return "stray"


def _booking_missing(day: BankingDay) -> str:
    for table in ("entries", "bookings"):
        day.book(f"DELETE FROM {table} WHERE order_id = :order", order=day.settled)  # noqa: S608  a constant
    return day.settled


def _booking_unexpected(day: BankingDay) -> str:
    day.street.core.reverse(day.settled, now=day.street.town.now)
    return day.settled


def _booking_differs(day: BankingDay) -> str:
    day.book("UPDATE bookings SET amount_fen = 1999 WHERE order_id = :order", order=day.settled)
    return day.settled


def _payment_missing(day: BankingDay) -> str:
    day.write(delete(messages).where(messages.c.order_id == day.settled))
    return day.settled


def _payment_unexpected(day: BankingDay) -> str:
    day.write(update(orders).where(orders.c.order_id == day.settled).values(state=State.REFUSED))
    return day.settled


def _paid_twice(day: BankingDay) -> str:
    day.write(update(messages).where(messages.c.order_id == day.second).values(order_id=day.settled))
    return day.settled


def _message_missing(day: BankingDay) -> str:
    day.write(update(orders).where(orders.c.order_id == day.settled).values(state=State.PAYING))
    return day.settled


def _answer_differs(day: BankingDay) -> str:
    day.write(update(messages).where(messages.c.order_id == day.redeemed).values(answer="expired"))
    return day.redeemed


def _vault_short(day: BankingDay) -> str:
    vault = day.street.town.economy.operators[BANK].vault
    vault._signatory.next_number = type(vault._signatory.next_number)(40)
    until = day.street.town.economy.midnight
    assert day.street.send(vault.exchange(day.street.li, Fen(1), expires_at=until)) == "settled"
    return "vault"


def _vault_over(day: BankingDay) -> str:
    until = day.street.town.economy.midnight
    assert day.street.send(day.street.li_signs.redeem(day.street.vault(), Fen(1), expires_at=until)) == "settled"
    return "vault"


def _clearing_differs(day: BankingDay) -> str:
    day.book("UPDATE accounts SET balance_fen = balance_fen + 1 WHERE account = 'CLEARING'")
    return "clearing"


def _order_stuck(day: BankingDay) -> str:
    values = {"order_id": "0" * 32, "kind": "exchange", "cause": "customer", "digest": "", "wallet": day.street.li}
    day.write(
        insert(orders).values(
            values
            | {"deposit_account": "ACCT000001", "amount_fen": 1, "state": State.ACCEPTED, "code": ""}
            | {"taken_at_ms": day.street.town.now - 1, "moved_at_ms": day.street.town.now}
        )
    )
    return "0" * 32


_PLANTED: Final[dict[BreakKind, Callable[[BankingDay], str]]] = {
    BreakKind.BOOKING_UNKNOWN: _booking_unknown,
    BreakKind.BOOKING_MISSING: _booking_missing,
    BreakKind.BOOKING_UNEXPECTED: _booking_unexpected,
    BreakKind.BOOKING_DIFFERS: _booking_differs,
    BreakKind.PAYMENT_MISSING: _payment_missing,
    BreakKind.PAYMENT_UNEXPECTED: _payment_unexpected,
    BreakKind.PAID_TWICE: _paid_twice,
    BreakKind.MESSAGE_MISSING: _message_missing,
    BreakKind.ANSWER_DIFFERS: _answer_differs,
    BreakKind.VAULT_SHORT: _vault_short,
    BreakKind.VAULT_OVER: _vault_over,
    BreakKind.CLEARING_DIFFERS: _clearing_differs,
    BreakKind.ORDER_STUCK: _order_stuck,
}


@pytest.mark.parametrize("kind", BreakKind)
def test_a_planted_break_is_found_and_named(day: BankingDay, kind: BreakKind) -> None:
    """Its kind and its subject; other breaks may follow from it, but none of another order."""
    subject = _PLANTED[kind](day)

    breaks = day.breaks()

    assert (kind, subject) in {(found.kind, found.subject) for found in breaks}
    follow = {found.subject for found in breaks} - {subject, "vault", "clearing"}
    assert follow <= ({day.second} if kind is BreakKind.PAID_TWICE else set())


def test_the_reference_names_every_kind_of_break() -> None:
    """Whoever finds one at midnight can look it up."""
    page = text_of(Path("docs/reference/operators.md")).partition("## Reconciliation")[2]

    cells = re.findall(r"^\| ((?:`[a-z_]+`(?: · )?)+) \|", page, re.MULTILINE)

    assert re.findall(r"[a-z_]+", " ".join(cells)) == [str(kind) for kind in BreakKind]
