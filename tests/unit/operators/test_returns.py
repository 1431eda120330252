"""Money goes back to the issuing vault once, and the supply law holds; what expires is signed anew for an hour."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.operators.exchange.saga import PATIENCE_MS
from dcep.operators.store import messages
from tests.town import STOCK
from tests.unit.operators.street import Street


def _state(street: Street, order: str) -> tuple[str, str]:
    entry = street.bank.book.entry(order)
    return entry.state, entry.code


def test_what_is_returned_is_in_the_issuing_vault_and_nowhere_else(street: Street) -> None:
    """Issued less withdrawn is what it was; the vault has less, and tier 1 as much more."""
    order = street.bank.returns.order(700, by="staff", key="r", now=street.town.now)
    street.rest()
    street.town.economy.carry()

    supply = street.town.economy.supply()

    assert _state(street, order) == ("settled", "")
    assert street.balance(street.vault()) == STOCK - 700
    assert (supply.issuing_vault_fen, supply.in_transit_fen, supply.law_holds) == (700, 0, True)
    assert street.bank.returns.returned() == 700


def test_a_return_that_expired_is_signed_anew_under_the_number_that_is_free(street: Street) -> None:
    """It was stored and never sent: the ledger says that it never will happen, and the money goes back once."""
    taken_at = street.town.now
    order = street.bank.returns.order(700, by="staff", key="r", now=taken_at)
    street.bank.returns.advance(taken_at)
    street.town.next_day()

    street.bank.outbox.deliver({"return": street.bank.returns.take}, street.town.now)
    waiting = _state(street, order)
    # By the bank's own clock, which is behind: a day of the town is longer than an order's patience.
    street.bank.returns.advance(taken_at)
    street.rest()

    assert waiting == ("wanted", "")
    assert _state(street, order) == ("settled", "")
    assert street.balance(street.vault()) == STOCK - 700


def test_a_return_gives_up_after_an_hour(street: Street) -> None:
    """Whoever ordered it has long looked after the money in another way."""
    order = street.bank.returns.order(700, by="staff", key="r", now=street.town.now)

    street.bank.returns.advance(UnixMs(street.town.now + PATIENCE_MS))
    street.rest()

    assert _state(street, order) == ("refused", "gave_up")
    assert street.balance(street.vault()) == STOCK


def test_the_books_of_a_day_know_of_a_return_that_was_not_heard_of(street: Street) -> None:
    """The bytes arrived, the answer did not: the ledger is asked."""
    day = street.town.day
    street.bank.returns.order(700, by="staff", key="r", now=street.town.now)
    street.bank.returns.advance(street.town.now)
    with street.bank.outbox._store.begin() as connection:
        (wire,) = connection.execute(select(messages.c.wire).where(messages.c.topic == "return")).one()
    assert street.send(wire) == "settled"
    street.town.next_day()

    breaks = street.bank.reconciliation.reconcile(day, allocated=STOCK, now=street.town.now)

    assert breaks == []


def test_an_order_to_return_names_an_amount_and_its_key_belongs_to_it(street: Street) -> None:
    """The same key with another amount is another order by mistake."""
    street.bank.returns.order(700, by="staff", key="r", now=street.town.now)

    with pytest.raises(BadInput, match="idempotency_key_reused"):
        street.bank.returns.order(701, by="staff", key="r", now=street.town.now)
    with pytest.raises(BadInput, match="bad_amount"):
        street.bank.returns.order(0, by="staff", key="n", now=street.town.now)
