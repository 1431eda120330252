"""The reserve account: what makes a lock, what does not, and the way back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from dcep.errors import BadInput, DcepError
from dcep.ids import OperatorId
from dcep.issuance.central_bank import simulated_settlement
from dcep.issuance.reserves.account import Verdict
from dcep.issuance.reserves.books import entries
from dcep.issuance.reserves.iso20022 import read_transfer, write_entry
from dcep.issuance.reserves.settlement import SimulatedSettlement
from dcep.issuance.reserves.transfers import MAX_AMOUNT, SIMULATED, Accounts, Entry
from dcep.issuance.states import State
from dcep.messages.commands.issuance import Allocate, Issue, Withdraw
from dcep.messages.layout import LockId
from dcep.money import Fen
from tests.unit.issuance.realm import BANK, HOUR, RICHES, SHARD, Bank

AMOUNT: Final = Fen(70_000)
_POOR: Final = OperatorId(2)


def asked(bank: Bank) -> Entry:
    """Ask for an issue whose transfer is not sent yet; return the entry that will match it."""
    order = bank.desk.issue("issue", BANK, AMOUNT, now=bank.realm.now)
    return Entry(
        id="E1",
        reference=order.content.lock.hex(),
        account=Accounts().reserve,
        amount=AMOUNT,
        currency="CNY",
        is_credit=True,
        is_booked=True,
        assurance="",
        at=bank.realm.now,
    )


def told(bank: Bank, *entries: Entry) -> list[Verdict]:
    """Bring entries, a message each, and return what was made of them."""
    judged = [bank.reserve.take(write_entry(entry), now=bank.realm.now) for entry in entries]
    return [one.verdict for each in judged for one in each]


def test_nothing_is_proposed_before_its_reserves_are_locked(bank: Bank) -> None:
    """No officer is asked to sign for money that is not there."""
    entry = asked(bank)

    with pytest.raises(DcepError, match="wrong_state"):
        bank.propose("issue")

    assert told(bank, entry) == [Verdict.MATCHED]
    assert bank.desk.order("issue").state is State.REQUESTED
    assert bank.reserve.locked().locked_fen == AMOUNT


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"is_booked": False}, Verdict.NOT_BOOKED),
        ({"reference": "0" * 32}, Verdict.REFERENCE_UNKNOWN),
        ({"account": "SETTLEMENT-001"}, Verdict.ACCOUNT_DIFFERS),
        ({"is_credit": False}, Verdict.DIRECTION_DIFFERS),
        ({"currency": "USD"}, Verdict.CURRENCY_DIFFERS),
        ({"amount": Fen(AMOUNT - 1)}, Verdict.AMOUNT_DIFFERS),
        ({"amount": Fen(AMOUNT + 1)}, Verdict.AMOUNT_DIFFERS),
    ],
)
def test_an_entry_that_differs_makes_no_lock_and_is_named(bank: Bank, change: dict[str, Any], verdict: Verdict) -> None:
    """One fen less, and nothing is issued; the right entry makes the lock afterwards."""
    entry = asked(bank)

    first, second = told(bank, replace(entry, **change), replace(entry, id="E2"))

    assert (first, second) == (verdict, Verdict.MATCHED)
    named = [odd.verdict for odd in entries(bank.store, is_odd=True)]
    assert named == ([] if verdict is Verdict.NOT_BOOKED else [verdict])


def test_an_entry_counts_once(bank: Bank) -> None:
    """Told again it is a duplicate; another one for the same transfer is money that nobody asked for."""
    entry = asked(bank)

    verdicts = told(bank, entry, entry, replace(entry, id="E2"), replace(entry, amount=Fen(1)))

    assert verdicts == [Verdict.MATCHED, Verdict.DUPLICATE, Verdict.BOOKED_TWICE, Verdict.ENTRY_REUSED]
    assert bank.reserve.locked().booked_fen == AMOUNT
    assert [odd.verdict for odd in entries(bank.store, is_odd=True)] == [Verdict.BOOKED_TWICE, Verdict.ENTRY_REUSED]


def test_an_announced_entry_makes_the_lock_when_it_is_booked(bank: Bank) -> None:
    """The announcement bears the number of the entry to come."""
    entry = asked(bank)

    verdicts = told(bank, replace(entry, is_booked=False), entry)

    assert verdicts == [Verdict.NOT_BOOKED, Verdict.MATCHED]


def test_an_operator_without_means_gets_nothing_until_it_has_them(bank: Bank) -> None:
    """Its transfer waits for liquidity, and is sent again after a minute."""
    settlement = bank.realm.settlement
    waiting = bank.issue("issue", AMOUNT, operator=_POOR)
    settlement.deposit(_POOR, AMOUNT)

    at_once = bank.issue("issue", AMOUNT, operator=_POOR)
    bank.realm.tell(later=60_000)
    later = bank.issue("issue", AMOUNT, operator=_POOR)

    assert [order.state for order in (waiting, at_once, later)] == [
        State.AWAITING_RESERVES,
        State.AWAITING_RESERVES,
        State.REQUESTED,
    ]
    assert settlement.free_fen(_POOR) == 0


def test_the_lock_id_follows_from_the_order(bank: Bank) -> None:
    """Nobody chooses a lock that backs another issue."""
    with pytest.raises(BadInput, match="bad_order"):
        bank.request("issue", Issue(operator=BANK, amount=AMOUNT, lock=LockId(bytes(16))))

    assert bank.issue("one").content.lock != bank.issue("two").content.lock


@pytest.mark.parametrize("amount", [0, MAX_AMOUNT + 1])
def test_an_amount_that_no_message_can_tell_is_wrong_input(bank: Bank, amount: int) -> None:
    """It is at least one fen, and the largest has 18 digits."""
    with pytest.raises(BadInput, match="bad_amount"):
        bank.issue("issue", Fen(amount))


def test_an_answer_that_nobody_can_read_holds_nothing_up(bank: Bank) -> None:
    """The transfer waits and is sent again; those behind it are locked."""
    for name in ("first", "second"):
        bank.desk.issue(name, BANK, AMOUNT, now=bank.realm.now)
    answers = iter([[b"garbage"], None])

    bank.reserve.send_due(lambda message: next(answers) or bank.settle(message), now=bank.realm.now)

    assert [bank.desk.order(name).state for name in ("first", "second")] == [State.AWAITING_RESERVES, State.REQUESTED]


def test_reserves_go_back_when_the_ledger_refuses_the_issue(bank: Bank) -> None:
    """Operator 2 was never admitted: its money must not stay where it backs nothing."""
    bank.realm.settlement.deposit(_POOR, AMOUNT)
    order = bank.issue("issue", AMOUNT, operator=_POOR)

    refused = bank.carry_through("issue", order.content)

    assert (refused.state, refused.code) == (State.REFUSED, "operator_unknown")
    assert bank.reserve.locked().locked_fen == bank.realm.settlement.locked_fen == 0
    assert bank.realm.settlement.free_fen(_POOR) == AMOUNT


def test_reserves_of_an_issue_go_back_only_when_its_bytes_are_dead(bank: Bank) -> None:
    """While officers could still complete them somewhere, the money behind them stays."""
    bank.issue("issue", AMOUNT)
    bank.propose("issue")

    with pytest.raises(DcepError, match="wrong_state"):
        bank.desk.abandon("issue", now=bank.realm.now)

    bank.realm.tell(later=13 * HOUR)
    bank.send()
    bank.desk.abandon("issue", now=bank.realm.now)
    bank.send()
    assert bank.realm.settlement.free_fen(BANK) == RICHES
    assert bank.reserve.locked().locked_fen == 0


def withdrawn(bank: Bank) -> None:
    """Issue, allocate, let the operator return all of it, and withdraw."""
    realm = bank.realm
    issue = bank.issue_through("issue", AMOUNT)
    lock = issue.content.lock
    bank.carry_through("allocate", Allocate(shard=SHARD, operator=BANK, amount=AMOUNT, lock=lock))
    realm.carry()
    realm.shard.submit([realm.return_order(AMOUNT)])
    realm.carry()
    bank.carry_through("withdraw", Withdraw(operator=BANK, amount=AMOUNT))


def test_a_withdrawal_sends_the_reserves_back(bank: Bank) -> None:
    """The operator has its central-bank money again, and the entry on the reserve account is a debit that matches."""
    withdrawn(bank)

    locked = bank.reserve.locked()
    assert bank.desk.order("withdraw").state is State.SETTLED
    assert (locked.booked_fen, locked.released_fen, locked.locked_fen) == (AMOUNT, AMOUNT, 0)
    assert bank.realm.settlement.free_fen(BANK) == RICHES
    assert entries(bank.store, is_odd=True) == []
    assert bank.reserve.locked_of(BANK) == 0


def test_the_stand_in_comes_back_as_it_was(bank: Bank) -> None:
    """It lives in memory: the transfers that were booked are carried out again, each once."""
    bank.issue_through("first", Fen(1_000))
    withdrawn(bank)
    bank.realm.settlement = SimulatedSettlement()
    bank.realm.settlement.deposit(BANK, RICHES)

    for message in bank.reserve.booked_messages() * 2:
        bank.settle(message)

    assert (bank.realm.settlement.locked_fen, bank.realm.settlement.free_fen(BANK)) == (1_000, RICHES - 1_000)


def test_a_central_bank_that_starts_again_finds_its_stand_in_as_it_was(bank: Bank) -> None:
    """An operator that has spent its means cannot spend them once more."""
    send = simulated_settlement(bank.reserve, {BANK: AMOUNT})
    bank.desk.issue("first", BANK, AMOUNT, now=bank.realm.now)
    bank.central_bank.work(send, now=bank.realm.now)

    send_again = simulated_settlement(bank.reserve, {BANK: AMOUNT})
    bank.desk.issue("second", BANK, AMOUNT, now=bank.realm.now)
    bank.central_bank.work(send_again, now=bank.realm.now)

    assert [bank.desk.order(name).state for name in ("first", "second")] == [State.REQUESTED, State.AWAITING_RESERVES]


def test_what_a_stand_in_told_of_says_so(bank: Bank) -> None:
    """Nobody takes simulated reserves for real ones, wherever they are shown."""
    bank.issue("issue", AMOUNT)

    assert bank.reserve.locked().assurance == SIMULATED


def test_a_transfer_names_the_lock_the_accounts_and_the_amount(bank: Bank) -> None:
    """What the settlement system reads is what the order says."""
    order = bank.issue("issue", AMOUNT)

    (message,) = bank.reserve.booked_messages()
    transfer = read_transfer(message, Accounts())

    assert (transfer.reference, transfer.operator, transfer.amount) == (order.content.lock, BANK, AMOUNT)
