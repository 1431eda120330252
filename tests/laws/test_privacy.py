"""Who somebody is stands in his own operator's database, and nowhere else in the system."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from dcep.clock import day_of
from dcep.messages.classes import Scope, WalletClass
from dcep.messages.signatory import single_key
from dcep.money import Fen
from dcep.operators.bank import Bank
from dcep.operators.customers.real_names import PersonEvidence
from dcep.operators.exchange.deposits import SimulatedCoreBanking
from dcep.operators.payroll import Line
from dcep.operators.statements import statement
from dcep.operators.store import open_store
from tests.town import BANK, OTHER_BANK, STOCK, Town, evidence_of, rest


def _planted(person: int) -> PersonEvidence:
    """Return the evidence of somebody whose name, document and phone number nobody else has."""
    wallet_class = (WalletClass.I, WalletClass.II, WalletClass.III, WalletClass.IV)[person % 4]
    evidence = evidence_of(person, wallet_class)
    return replace(evidence, name=f"Zhuge-{person:04}-Liang") if evidence.name else evidence


def _open_all(town: Town, bank: Bank, core: SimulatedCoreBanking, people: int) -> None:
    """Let people open a wallet each; some of those with a deposit exchange some of it."""
    for person in range(people):
        evidence = _planted(person)
        customer = bank.customers.register(evidence, now=town.now)
        policy = single_key(town.holder(f"person {person}"))
        bank.desk.open_wallet(customer, evidence.best_class, policy, key=f"open-{person}", now=town.now)
    rest(bank, town.now)
    for person in range(0, people, 20):
        (wallet,) = bank.names.wallets_of(_planted(person).identity)
        core.open_account(f"ACCT{person:06}")
        core.fund(f"fund-{person}", f"ACCT{person:06}", Fen(10_000), now=town.now)
        bank.saga.exchange(wallet, 100 + person, key=f"exchange-{person}", now=town.now)
    rest(bank, town.now)


def _do_business(town: Town, bank: Bank, other: Bank, core: SimulatedCoreBanking) -> bytes:
    """Pay across the banks, freeze, refuse, redeem, pay wages, refund; return a statement."""
    now, until = town.now, town.economy.midnight
    first, second = (bank.names.wallets_of(_planted(person).identity)[0] for person in (0, 20))
    guest = other.customers.register(evidence_of(5_000, WalletClass.IV), now=now)
    there = other.desk.open_wallet(guest, WalletClass.IV, single_key(town.holder("guest")), key="guest", now=now)
    rest(other, now)
    abroad = other.desk.order(there).wallet
    assert abroad is not None
    holder = town.wallet(first, "person 0")
    payments = [holder.pay(abroad, Fen(5), expires_at=until), holder.pay(abroad, Fen(10**9), expires_at=until)]
    town.line.submit(payments)
    bank.desk.freeze(second, Scope.PAY, "court order 17", by="Wang", key="freeze", now=now)
    bank.saga.redeem(holder.redeem(town.seal(BANK, vault=True).account, Fen(7), expires_at=until), now=now)
    bank.payrolls.submit(first, [Line(second, Fen(3)), Line(abroad, Fen(4))], key="wages", now=now)
    with pytest.raises(Exception, match="not_your_customer"):
        other.names.name_of(first)
    rest(bank, now)
    today = day_of(now)
    town.next_day()
    assert bank.reconciliation.reconcile(today, allocated=STOCK, now=town.now) == []
    return statement(core, "ACCT000000", today, today, now=town.now)


def _files(*places: Path) -> Iterator[tuple[Path, bytes]]:
    for place in places:
        for file in [place] if place.is_file() else sorted(place.rglob("*")):
            if file.is_file():
                yield file, file.read_bytes()


@pytest.mark.parametrize("people", [100, pytest.param(1_000, marks=pytest.mark.long)])
def test_names_are_found_in_one_database_and_nowhere_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, people: int
) -> None:
    """Not on a ledger, in its index or keys, at the core system, at another operator, in a statement or in any log."""
    caplog.set_level(logging.DEBUG)
    own, away, deposits = tmp_path / "own", tmp_path / "away", tmp_path / "deposits"
    for folder in (own, away, deposits):
        folder.mkdir()
    with ExitStack() as stack:
        town = Town(tmp_path / "currency")
        stack.callback(town.close)
        store, other_store = open_store(f"sqlite:///{own / 'bank.db'}"), open_store(f"sqlite:///{away / 'bank.db'}")
        stack.callback(store.dispose)
        stack.callback(other_store.dispose)
        core = SimulatedCoreBanking(f"sqlite:///{deposits / 'core.db'}")
        stack.callback(core.close)
        bank, other = town.bank(store, core), town.bank(other_store, core, operator=OTHER_BANK)

        _open_all(town, bank, core, people)
        written = _do_business(town, bank, other, core)
        town.line.checkpoint()

    kept = b"".join(data for _, data in _files(own))
    elsewhere = dict(_files(tmp_path / "currency", away, deposits))
    elsewhere[Path("log")] = caplog.text.encode()
    elsewhere[Path("statement")] = written
    secrets = [
        secret.encode()
        for person in range(people)
        for secret in (_planted(person).name, _planted(person).document, _planted(person).phone)
        if secret
    ]
    assert len(secrets) > 2 * people
    assert [secret for secret in secrets if secret not in kept] == []
    assert sum(len(data) for data in elsewhere.values()) > 100_000
    assert [path for path, data in elsewhere.items() if any(secret in data for secret in secrets)] == []
