"""What a customer arranged once happens by itself, within what was arranged, and once for each payment."""

from __future__ import annotations

import pytest

from dcep.errors import BadInput, DcepError
from dcep.messages.classes import WalletClass
from dcep.money import Fen
from dcep.operators.exchange.orders import Cause, State
from dcep.operators.mandates import Mandate
from tests.town import evidence_of, open_wallet
from tests.unit.operators.street import Street


def _agree(street: Street, *, daily: int = 0, above: int | None = None) -> None:
    mandate = Mandate(wallet=street.li, top_up_daily=Fen(daily), sweep_above=None if above is None else Fen(above))
    street.bank.mandates.agree(mandate, now=street.town.now)


def _refused(street: Street, amount: int) -> bytes:
    """Return a payment of Li's that the ledger has refused for want of money."""
    wire = street.li_signs.pay(street.bakery, Fen(amount), expires_at=street.town.economy.midnight)
    assert street.send(wire) == "insufficient_funds"
    return wire


def test_a_payment_that_lacks_money_gets_exactly_what_it_lacks(street: Street) -> None:
    """Brought twice it is topped up once, and signed anew it settles."""
    _agree(street, daily=1_000)
    street.exchange(street.li, 200, "e1")
    payment = _refused(street, 700)

    first = street.bank.mandates.top_up(payment, now=street.town.now)
    street.rest()
    again = street.bank.mandates.top_up(payment, now=street.town.now)
    street.rest()

    assert first is not None
    assert first == again
    assert street.bank.saga.order(first).cause is Cause.TOP_UP
    assert street.deposit(1) == 100_000 - 700
    anew = street.li_signs.pay(street.bakery, Fen(700), expires_at=street.town.economy.midnight)
    assert street.send(anew) == "settled"
    assert (street.balance(street.li), street.balance(street.bakery)) == (0, 700)


def test_a_payment_that_lacks_nothing_is_left_alone(street: Street) -> None:
    """Nothing is exchanged that nobody needs."""
    _agree(street, daily=1_000)
    refused = _refused(street, 700)
    street.exchange(street.li, 700, "e1")

    assert street.bank.mandates.top_up(refused, now=street.town.now) is None
    settled = street.li_signs.pay(street.bakery, Fen(1), expires_at=street.town.economy.midnight)
    assert street.send(settled) == "settled"
    with pytest.raises(DcepError, match="payment_lacked_nothing"):
        street.bank.mandates.top_up(settled, now=street.town.now)


def test_a_day_s_top_ups_stay_within_what_was_arranged(street: Street) -> None:
    """Exactly as much is allowed; what was given back does not count; the next day begins anew."""
    _agree(street, daily=1_000)
    payments = [_refused(street, amount) for amount in (400, 600, 1)]
    first, second = (street.bank.mandates.top_up(payment, now=street.town.now) for payment in payments[:2])

    with pytest.raises(DcepError, match="over_mandate"):
        street.bank.mandates.top_up(payments[2], now=street.town.now)

    street.rest()
    street.town.next_day()
    tomorrow = street.bank.mandates.top_up(_refused(street, 1_500), now=street.town.now)
    street.rest()
    assert first is not None
    assert second is not None
    assert tomorrow is not None
    assert {street.bank.saga.order(order).state for order in (first, second, tomorrow)} == {State.SETTLED}


def test_nobody_tops_up_a_wallet_but_its_holder(street: Street) -> None:
    """A payment that the holder did not sign moves nothing, nor one without a mandate, nor after it was revoked."""
    other = street.town.wallet(street.li, "thief")
    stolen = other.pay(street.bakery, Fen(5), expires_at=street.town.economy.midnight)
    good = _refused(street, 6)
    with pytest.raises(DcepError, match="no_mandate"):
        street.bank.mandates.top_up(good, now=street.town.now)
    _agree(street, daily=1_000)

    with pytest.raises(BadInput, match="bad_signature"):
        street.bank.mandates.top_up(good[:-1] + bytes([good[-1] ^ 1]), now=street.town.now)
    assert street.send(stolen) != "settled"
    with pytest.raises(DcepError, match="payment_lacked_nothing"):
        street.bank.mandates.top_up(stolen, now=street.town.now)
    street.bank.mandates.revoke(street.li)
    with pytest.raises(DcepError, match="no_mandate"):
        street.bank.mandates.top_up(good, now=street.town.now)

    assert street.deposit(1) == 100_000


def test_what_lies_above_the_mark_is_due_and_the_wallet_sweeps_it(street: Street) -> None:
    """The operator says how much; the money moves by the holder's signature alone."""
    _agree(street, above=300)
    before = street.bank.mandates.due(street.li)
    street.exchange(street.li, 1_000, "e1")
    due = street.bank.mandates.due(street.li)

    redemption = street.li_signs.redeem(street.vault(), due, expires_at=street.town.economy.midnight)
    order = street.bank.mandates.sweep(redemption, now=street.town.now)
    street.rest()

    assert (before, due) == (0, 700)
    assert street.bank.saga.order(order).cause is Cause.SWEEP
    assert (street.balance(street.li), street.deposit(1)) == (300, 99_700)
    assert street.bank.mandates.due(street.li) == street.bank.mandates.due(street.bakery) == 0


def test_a_mandate_arranges_something_for_a_customer_with_a_deposit(street: Street) -> None:
    """Anything else is refused before it is kept."""
    nameless = open_wallet(street.town, street.bank, evidence_of(9, WalletClass.IV), WalletClass.IV, "nameless")

    with pytest.raises(BadInput, match="bad_mandate"):
        _agree(street)
    with pytest.raises(BadInput, match="bad_amount"):
        _agree(street, daily=10**16)
    with pytest.raises(DcepError, match="no_deposit_account"):
        street.bank.mandates.agree(Mandate(wallet=nameless, top_up_daily=Fen(5), sweep_above=None), now=street.town.now)
