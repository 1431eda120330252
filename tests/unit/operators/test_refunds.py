"""Refunds together are never more than the payment, however many are brought, and whatever becomes of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from dcep.errors import BadInput, DcepError
from dcep.ids import CommandId
from dcep.messages.signed import decode
from dcep.money import Fen
from dcep.operators.refunds import RefundState
from tests.unit.operators.street import BOTH_DATABASES, Street

pytestmark = BOTH_DATABASES


@pytest.fixture
def payment(street: Street) -> bytes:
    """Return a payment of 1,000 fen from Li to the bakery that has settled."""
    street.exchange(street.li, 1_000, "e1")
    wire = street.li_signs.pay(street.bakery, Fen(1_000), expires_at=street.town.economy.midnight)
    assert street.send(wire) == "settled"
    return wire


def _refund(street: Street, payment: bytes, amount: int) -> bytes:
    original = decode(payment, street.town.economy.network).id
    return street.bakery_signs.refund(street.li, Fen(amount), original, expires_at=street.town.economy.midnight)


def test_refunds_up_to_the_payment_settle_and_one_fen_more_is_refused(street: Street, payment: bytes) -> None:
    """Exactly the payment may go back; the same bytes brought again are one refund."""
    first, second, third = (_refund(street, payment, amount) for amount in (400, 600, 1))
    taken = [street.bank.refunds.refund(payment, wire, now=street.town.now) for wire in (first, second, first)]

    with pytest.raises(DcepError, match="refund_over_original"):
        street.bank.refunds.refund(payment, third, now=street.town.now)

    street.rest()
    assert {street.bank.refunds.state(each) for each in taken} == {(RefundState.SETTLED, "")}
    assert (street.balance(street.li), street.balance(street.bakery)) == (1_000, 0)


def test_a_refund_that_never_was_leaves_its_amount_free(street: Street, payment: bytes) -> None:
    """The ledger refused it, for the merchant had spent the money: it may be tried again."""
    spent = street.bakery_signs.pay(street.li, Fen(900), expires_at=street.town.economy.midnight)
    assert street.send(spent) == "settled"
    refused = street.bank.refunds.refund(payment, _refund(street, payment, 1_000), now=street.town.now)
    street.rest()
    street.exchange(street.bakery, 900, "e2")

    again = street.bank.refunds.refund(payment, _refund(street, payment, 1_000), now=street.town.now)
    street.rest()

    assert street.bank.refunds.state(refused) == (RefundState.REFUSED, "insufficient_funds")
    assert street.bank.refunds.state(again) == (RefundState.SETTLED, "")


def test_refunds_that_come_at_once_are_added_up(street: Street, payment: bytes) -> None:
    """Eight of 300 fen, from eight threads: three go through, in whatever order."""
    wires = [_refund(street, payment, 300) for _ in range(8)]

    def bring(wire: bytes) -> str:
        try:
            street.bank.refunds.refund(payment, wire, now=street.town.now)
        except DcepError as refused:
            return refused.code
        return "taken"

    with ThreadPoolExecutor(max_workers=8) as threads:
        answers = list(threads.map(bring, wires))
    street.rest()

    assert sorted(answers) == ["refund_over_original"] * 5 + ["taken"] * 3
    assert street.balance(street.li) == 900


def test_a_refund_undoes_a_payment_that_was(street: Street, payment: bytes) -> None:
    """Not one that never settled, not another's, not to somebody else, not another command."""
    town, until = street.town, street.town.economy.midnight
    unsent = street.li_signs.pay(street.bakery, Fen(5), expires_at=until)
    to_oneself = street.bakery_signs.refund(
        street.bakery, Fen(5), decode(payment, town.economy.network).id, expires_at=until
    )
    of_another = street.bakery_signs.refund(street.li, Fen(5), CommandId(bytes(32)), expires_at=until)

    with pytest.raises(DcepError, match="original_not_settled"):
        street.bank.refunds.refund(unsent, _refund(street, unsent, 5), now=town.now)
    for refund in (to_oneself, of_another):
        with pytest.raises(BadInput, match="other_payment"):
            street.bank.refunds.refund(payment, refund, now=town.now)
    with pytest.raises(BadInput, match="other_command"):
        street.bank.refunds.refund(payment, payment, now=town.now)
    with pytest.raises(DcepError, match="order_unknown"):
        street.bank.refunds.state("0" * 64)
