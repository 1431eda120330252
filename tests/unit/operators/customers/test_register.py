"""What evidence is enough for, whose wallet is whose, and that nobody sees another bank's customers."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from dcep.errors import BadInput, DcepError, Unavailable
from dcep.messages.classes import WalletClass
from dcep.operators.bank import Bank
from dcep.operators.customers.real_names import (
    CustomerId,
    EntityEvidence,
    Evidence,
    PersonEvidence,
    SimulatedKyc,
    record,
    require_enough,
)
from dcep.operators.exchange.deposits import SimulatedCoreBanking
from dcep.operators.store import customers, open_store, transaction
from tests.town import OTHER_BANK, Town, evidence_of, open_wallet, resident_number
from tests.unit.operators.street import BOTH_DATABASES

_FIRM = EntityEvidence(
    name="Example Bakery Ltd",
    credit_code="91110000MA00000000",
    representative=resident_number(7),
    phone="+8613800000000",
    deposit_account="FIRM0001",
)
_CLASSES = [WalletClass.I, WalletClass.II, WalletClass.III, WalletClass.IV]


@pytest.mark.parametrize("shown", _CLASSES)
@pytest.mark.parametrize("wanted", _CLASSES)
def test_evidence_is_enough_for_its_class_and_for_every_lesser_one(shown: WalletClass, wanted: WalletClass) -> None:
    """The table of docs/reference/operators.md, every pair of it."""
    best = evidence_of(1, shown).best_class

    assert best == shown
    if wanted >= shown:
        require_enough(best, wanted)
    else:
        with pytest.raises(DcepError, match="evidence_insufficient"):
            require_enough(best, wanted)


def test_a_firm_gets_no_wallet_of_a_person_and_a_person_none_of_a_firm() -> None:
    """What a firm may pay is agreed with the firm: the classes of persons are not below it."""
    for best, wanted in ((_FIRM.best_class, WalletClass.IV), (WalletClass.I, WalletClass.CORPORATE)):
        with pytest.raises(DcepError, match="evidence_insufficient"):
            require_enough(best, wanted)

    require_enough(_FIRM.best_class, WalletClass.CORPORATE)


@pytest.mark.parametrize(
    "evidence",
    [
        PersonEvidence(phone="13800000000"),
        PersonEvidence(phone="+0013800000000"),
        PersonEvidence(phone="+8613800000000", name="Li"),
        PersonEvidence(phone="+8613800000000", document="P12345"),
        PersonEvidence(phone="+8613800000000", deposit_account="ACCT0001"),
        replace(evidence_of(1, WalletClass.I), document="9'; DROP"),
        replace(evidence_of(1, WalletClass.I), name="L" * 141),
        replace(_FIRM, credit_code="91110000MA0000000I"),
        replace(_FIRM, deposit_account=""),
    ],
)
def test_evidence_that_cannot_be_is_wrong_input(bank: Bank, town: Town, evidence: Evidence) -> None:
    """Nothing of it is kept."""
    with pytest.raises(BadInput, match="bad_evidence"):
        bank.customers.register(evidence, now=town.now)

    assert bank.names.wallets_of(evidence.identity) == []


def test_an_identity_number_with_a_wrong_check_digit_is_declined() -> None:
    """It is all that the stand-in can find out by itself."""
    number = resident_number(1)
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")

    with pytest.raises(DcepError, match="evidence_declined"):
        SimulatedKyc().check(PersonEvidence(phone="+8613800000000", name="Li", document=wrong))
    assert SimulatedKyc().check(evidence_of(1, WalletClass.III)) == "simulated"


def test_the_stand_in_says_so_at_start(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever reads the log knows that nobody's identity was checked."""
    with caplog.at_level(logging.WARNING):
        SimulatedKyc()

    assert "SimulatedKyc" in caplog.text


def test_one_person_has_several_wallets_and_one_name(town: Town, bank: Bank) -> None:
    """The same document is the same customer, whatever else is shown with it."""
    person = evidence_of(1, WalletClass.I)

    first = open_wallet(town, bank, person, WalletClass.I, "first")
    second = open_wallet(
        town, bank, replace(person, deposit_account="", phone="+491700000000"), WalletClass.III, "second"
    )

    assert bank.names.wallets_of(person.identity) == sorted([first, second])
    assert bank.names.name_of(first) == bank.names.name_of(second) == person.name
    (customer,) = {
        wallet.customer for wallet in bank.customers.wallets_of(bank.customers.register(person, now=town.now))
    }
    assert all(wallet.deposit_account == "ACCT000001" for wallet in bank.customers.wallets_of(customer))


def test_a_foreign_phone_number_alone_opens_a_nameless_wallet(town: Town, bank: Bank) -> None:
    """Class IV asks for nothing else, and keeps nothing else."""
    wallet = open_wallet(town, bank, PersonEvidence(phone="+14155550100"), WalletClass.IV, "guest")

    account = town.line.account(wallet)

    assert bank.names.name_of(wallet) == ""
    assert account is not None
    assert account.wallet_class == WalletClass.IV


def test_a_nameless_holder_who_shows_a_document_keeps_the_wallet_and_gets_a_better_class(
    town: Town, bank: Bank
) -> None:
    """The wallet then stands beside those that the customer of that document had before."""
    person = evidence_of(1, WalletClass.II)
    named = open_wallet(town, bank, person, WalletClass.II, "named")
    nameless = open_wallet(town, bank, PersonEvidence(phone="+14155550100"), WalletClass.IV, "nameless")

    order = bank.desk.upgrade(nameless, person, WalletClass.III, key="up", now=town.now)
    while bank.advance(town.now):
        pass

    account = town.line.account(nameless)
    assert bank.desk.order(order).state == "done"
    assert account is not None
    assert account.wallet_class == WalletClass.III
    assert bank.names.wallets_of(person.identity) == sorted([named, nameless])


def test_nobody_takes_over_the_wallet_of_somebody_known(town: Town, bank: Bank) -> None:
    """Another person's document moves no wallet, and her evidence changes nothing of his."""
    wallet = open_wallet(town, bank, evidence_of(1, WalletClass.III), WalletClass.III, "his")

    with pytest.raises(DcepError, match="already_named"):
        bank.desk.upgrade(wallet, evidence_of(2, WalletClass.I), WalletClass.I, key="up", now=town.now)

    with pytest.raises(DcepError, match="evidence_insufficient"):
        bank.desk.upgrade(wallet, PersonEvidence(phone="+14155550100"), WalletClass.IV, key="up", now=town.now)
    assert bank.names.name_of(wallet) == "Person 1"


def test_less_evidence_later_takes_nothing_away(town: Town, bank: Bank) -> None:
    """Who has shown his bank account before may leave it out today."""
    customer = bank.customers.register(evidence_of(1, WalletClass.I), now=town.now)

    again = bank.customers.register(evidence_of(1, WalletClass.III), now=town.now)
    open_wallet(town, bank, evidence_of(1, WalletClass.III), WalletClass.I, "li")

    assert again == customer
    assert [wallet.deposit_account for wallet in bank.customers.wallets_of(customer)] == ["ACCT000001"]


def test_a_bank_sees_its_own_customers_alone(
    town: Town, bank: Bank, core: SimulatedCoreBanking, tmp_path: Path
) -> None:
    """Of another bank's wallet it knows no name, and gives no order about it."""
    store = open_store(f"sqlite:///{tmp_path / 'other.db'}")
    other = town.bank(store, core, operator=OTHER_BANK)
    wallet = open_wallet(town, bank, evidence_of(1, WalletClass.III), WalletClass.III, "li")

    orders: tuple[Callable[[], object], ...] = (
        lambda: other.names.name_of(wallet),
        lambda: other.desk.set_class(wallet, WalletClass.IV, key="k", now=town.now),
        lambda: other.desk.close(wallet, key="k", now=town.now),
        lambda: other.desk.unfreeze(wallet, "basis", by="Wang", key="k", now=town.now),
    )
    for ask in orders:
        with pytest.raises(DcepError, match="not_your_customer"):
            ask()

    assert other.names.wallets_of(evidence_of(1, WalletClass.III).identity) == []
    store.dispose()


@BOTH_DATABASES
def test_an_error_of_the_database_tells_nobody_s_name(town: Town, bank: Bank, new_database: Callable[[], str]) -> None:
    """Whatever the log keeps of it: neither the values of the statement nor the one that was there already."""
    store = open_store(new_database())
    person = evidence_of(1, WalletClass.I)

    def register_twice() -> None:
        with transaction(store) as connection:
            for customer in ("a", "b"):
                connection.execute(insert(customers).values(customer=customer, registered_at_ms=0))
                record(connection, CustomerId(customer), person, "simulated", is_new=True, now=town.now)

    with pytest.raises(Unavailable, match="database_busy") as refused:
        register_twice()

    told = "".join(traceback.format_exception(refused.value))
    store.dispose()
    assert person.document not in told
    assert person.name not in told
    assert person.name not in repr(person)
