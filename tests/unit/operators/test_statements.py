"""A statement is a camt.053 that a strict parser reads, and its entries lead from one balance to the other."""

from __future__ import annotations

from decimal import Decimal  # noqa: TID251  the amounts of the message, as its parser gives them

import pytest

from dcep.clock import Day, day_of
from dcep.errors import BadInput
from dcep.money import Fen
from dcep.operators.statements import read_statement, statement
from tests.unit.operators.street import Street


def test_the_entries_of_a_day_lead_from_its_opening_to_its_closing_balance(street: Street) -> None:
    """Money out is a debit of the deposit, money back a credit."""
    street.town.next_day()
    street.exchange(street.li, 30_000, "e1")
    wire = street.li_signs.redeem(street.vault(), Fen(5_005), expires_at=street.town.economy.midnight)
    street.bank.saga.redeem(wire, now=street.town.now)
    street.rest()

    today = day_of(street.town.now)
    (read,) = read_statement(
        statement(street.core, "ACCT000001", today, today, now=street.town.now)
    ).bk_to_cstmr_stmt.stmt

    opening, closing = read.bal
    changes = [entry.amt.value * (1 if entry.cdt_dbt_ind.value == "CRDT" else -1) for entry in read.ntry]
    assert (opening.amt.value, closing.amt.value) == (Decimal("1000.00"), Decimal("750.05"))
    assert sorted(changes) == [Decimal("-300.00"), Decimal("50.05")]
    assert opening.amt.value + sum(changes) == closing.amt.value
    assert {entry.amt.ccy for entry in read.ntry} == {"CNY"}
    assert read.acct.id.othr.id == "ACCT000001"


def test_a_quiet_day_has_no_entries_and_two_equal_balances(street: Street) -> None:
    """The day after has what the day before closed with."""
    street.exchange(street.li, 1, "e1")
    tomorrow = Day(day_of(street.town.now) + 1)

    data = statement(street.core, "ACCT000001", tomorrow, tomorrow, now=street.town.now)
    (read,) = read_statement(data).bk_to_cstmr_stmt.stmt

    assert [balance.amt.value for balance in read.bal] == [Decimal("999.99")] * 2
    assert read.ntry == []


def test_a_month_s_entries_stand_under_their_own_days(street: Street) -> None:
    """The statement of both days opens with the first and closes with the last."""
    first = day_of(street.town.now)
    street.exchange(street.li, 100, "e1")
    street.town.next_day()
    street.exchange(street.li, 20, "e2")

    data = statement(street.core, "ACCT000001", first, Day(first + 30), now=street.town.now)
    (read,) = read_statement(data).bk_to_cstmr_stmt.stmt

    assert [balance.amt.value for balance in read.bal] == [Decimal("0.00"), Decimal("998.80")]
    days = [str(entry.bookg_dt.dt) for entry in read.ntry]
    assert days == ["2021-01-01", "2021-01-01", "2021-01-02"]


def test_a_statement_names_nobody(street: Street) -> None:
    """It goes through other hands before it comes to whoever it is for."""
    today = day_of(street.town.now)

    data = statement(street.core, "ACCT000001", today, today, now=street.town.now)

    assert b"Person" not in data
    assert b"+86138" not in data


def test_there_is_no_statement_of_an_account_that_is_not_there(street: Street) -> None:
    """And none is invented."""
    with pytest.raises(BadInput, match="account_unknown"):
        statement(street.core, "NOWHERE", day_of(street.town.now), day_of(street.town.now), now=street.town.now)
