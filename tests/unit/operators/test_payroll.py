"""A payroll is paid as a whole by the operator alone, once its last line is stored."""

from __future__ import annotations

import pytest

from dcep.errors import BadInput, DcepError
from dcep.ids import WalletId
from dcep.money import Fen
from dcep.operators.payroll import MAX_LINES, Line
from tests.town import OTHER_BANK
from tests.unit.operators.street import BOTH_DATABASES, Street


def _lines(street: Street, count: int) -> list[Line]:
    return [Line(street.li if place % 2 else street.bakery, Fen(10 + place)) for place in range(count)]


@BOTH_DATABASES
def test_every_line_is_paid_from_the_employer_s_deposit(street: Street) -> None:
    """A line for a stranger is noted with its code, and stops nobody else's pay."""
    stranger = street.town.economy.new_wallet(OTHER_BANK, "stranger").id
    lines = [Line(street.li, Fen(500)), Line(stranger, Fen(70)), Line(street.li, Fen(500)), Line(street.bakery, Fen(9))]

    payroll = street.bank.payrolls.submit(street.bakery, lines, key="may", now=street.town.now)
    street.rest()

    assert dict(street.bank.payrolls.report(payroll)) == {"settled": 3, "not_your_customer": 1}
    assert (street.balance(street.li), street.balance(street.bakery)) == (1_000, 9)
    assert (street.deposit(1), street.deposit(2)) == (100_000, 100_000 - 1_009)


def test_the_same_payroll_sent_again_pays_nobody_twice(street: Street) -> None:
    """With another line the key is refused."""
    lines = _lines(street, 6)
    first = street.bank.payrolls.submit(street.bakery, lines, key="may", now=street.town.now)
    street.rest()
    paid = street.deposit(2)

    again = street.bank.payrolls.submit(street.bakery, lines, key="may", now=street.town.now)
    street.rest()

    assert first == again
    assert street.deposit(2) == paid == 100_000 - sum(line.amount for line in lines)
    with pytest.raises(BadInput, match="idempotency_key_reused"):
        street.bank.payrolls.submit(street.bakery, lines[:-1], key="may", now=street.town.now)


def test_nobody_is_paid_before_the_last_line_is_stored(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was cut off sends the same again: what was stored is not stored twice."""

    class Cut(Exception):
        pass

    lines = _lines(street, 600)
    payrolls = street.bank.payrolls
    stored = 0
    load = payrolls._load

    def cut_after_one(*arguments: object) -> bool:
        nonlocal stored
        if stored == 1:
            raise Cut
        stored += 1
        return load(*arguments)  # type: ignore[arg-type]  # handed through as they came

    with monkeypatch.context() as patched:
        patched.setattr(payrolls, "_load", cut_after_one)
        with pytest.raises(Cut):
            payrolls.submit(street.bakery, lines, key="may", now=street.town.now)
        moved = street.bank.advance(street.town.now)

    payroll = payrolls.submit(street.bakery, lines, key="may", now=street.town.now)
    released = [payrolls.release(street.town.now) for _ in range(3)]

    assert moved == 0
    assert released == [500, 100, 0]
    assert dict(payrolls.report(payroll)) == {"accepted": 600}


def test_wrong_payrolls_are_never_begun(street: Street) -> None:
    """Not an empty one, not one that is too long, not a line of nothing, not of a stranger."""
    stranger = WalletId(street.town.economy.new_wallet(OTHER_BANK, "stranger").id)

    with pytest.raises(BadInput, match="bad_payroll"):
        street.bank.payrolls.submit(street.bakery, [], key="k", now=street.town.now)
    with pytest.raises(BadInput, match="bad_payroll"):
        street.bank.payrolls.submit(
            street.bakery, [Line(street.li, Fen(1))] * (MAX_LINES + 1), key="k", now=street.town.now
        )
    with pytest.raises(BadInput, match="bad_amount"):
        street.bank.payrolls.submit(street.bakery, [Line(street.li, Fen(0))], key="k", now=street.town.now)
    with pytest.raises(DcepError, match="not_your_customer"):
        street.bank.payrolls.submit(stranger, _lines(street, 1), key="k", now=street.town.now)
