"""The supply law while money moves: polled as fast as it can be, over the real ledgers, it is never false."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Final

import pytest

from dcep.clock import UnixMs
from dcep.errors import Unavailable
from dcep.ids import TIER1
from dcep.issuance.supply import Cut, Supply, take_cut
from dcep.ledger.client import Statement
from dcep.messages.classes import WalletClass
from dcep.messages.commands.issuance import Allocate, Withdraw
from dcep.messages.layout import Number
from dcep.messages.signatory import Signatory, single_key
from dcep.money import Fen
from dcep.operators.registrar import Registrar
from dcep.operators.vault import Vault
from dcep.wallet.payments import Wallet
from tests.unit.issuance.realm import BANK, HOUR, SHARD, Bank, Realm

MOST_POLLS: Final = 20_000
AMOUNT: Final = Fen(900)


class Town:
    """Operator 1 with a vault and two wallets, and the central bank, each at work in a thread of its own."""

    def __init__(self, realm: Realm) -> None:
        self.realm, self.until = realm, UnixMs(realm.now + HOUR)
        admission, keys = realm.admission(), realm.keys
        registrar = Registrar(Signatory(realm.network, admission.registrar, keys.signer("registrar", BANK)))
        self.vault = Vault(Signatory(realm.network, admission.vault, keys.signer("vault", BANK)))
        self.wallets = [
            Wallet(Signatory(realm.network, realm.wallet(name), keys.signer("holder", name))) for name in ("li", "wang")
        ]
        for wallet in self.wallets:
            policy = single_key(wallet.signatory.signer)
            realm.shard.submit([registrar.open(wallet.id, WalletClass.I, policy, expires_at=self.until)])

    def issue(self, bank: Bank, turn: int) -> None:
        """Issue and allocate, and withdraw what has come back."""
        issued = bank.issue_through(f"issue-{turn}", AMOUNT)
        bank.carry_through(
            f"allocate-{turn}", Allocate(shard=SHARD, operator=BANK, amount=AMOUNT, lock=issued.content.lock)
        )
        back = self.realm.tier1.sums().issuing_vault
        if back:
            bank.carry_through(f"withdraw-{turn}", Withdraw(operator=BANK, amount=Fen(back)))

    def serve(self) -> None:
        """Exchange, take redemptions, and return something to the issuing vault."""
        li = self.wallets[0]
        self.realm.shard.submit([self.vault.exchange(li.id, Fen(300), expires_at=self.until)])
        self.realm.shard.submit([li.redeem(self.vault.wallet, Fen(100), expires_at=self.until)])
        self.realm.shard.submit([self.vault.return_to_issuer(Fen(150), expires_at=self.until)])

    def pay(self) -> None:
        """Pay there and back."""
        li, wang = self.wallets
        wire = wang.pay(li.id, Fen(3), expires_at=self.until)
        self.realm.shard.submit([wire])


@contextmanager
def at_work(*tasks: Callable[[], None]) -> Iterator[None]:
    """Repeat each task in a thread until the end; a task that fails fails the test."""
    over, failures = Event(), []

    def repeat(task: Callable[[], None]) -> None:
        try:
            while not over.is_set():
                task()
        except BaseException as failure:
            failures.append(failure)

    threads = [Thread(target=repeat, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert failures == []


@pytest.fixture
def realm(tmp_path: Path) -> Iterator[Realm]:
    """Return a realm that has admitted operator 1."""
    realm = Realm(tmp_path)
    bank = realm.bank()
    bank.carry_through("admit-1", realm.admission())
    realm.carry()
    bank.close()
    yield realm
    realm.close()


@pytest.mark.parametrize("pictures", [8, pytest.param(100, marks=pytest.mark.long)])
def test_the_supply_law_is_never_false_while_money_moves(realm: Realm, pictures: int) -> None:
    """Issue, allocation, exchange, payment, redemption, return, withdrawal at once; each poll is a consistent cut."""
    town, bank = Town(realm), realm.bank()
    turns = iter(range(10**6))
    tasks = (lambda: town.issue(bank, next(turns)), realm.carry, town.serve, town.pay)

    seen: set[Supply] = set()
    broken, polls, a_moment = [], 0, Event()
    with at_work(*tasks):
        while not is_enough(seen, pictures) and polls < MOST_POLLS:
            cut = take_cut(realm.tier1, [realm.shard], lambda: bank.reserve.locked().locked_fen)
            seen.add(cut.supply)
            broken += [] if cut.law_holds else [cut]
            polls += 1
            a_moment.wait(0.01)

    bank.close()
    assert broken == []
    assert is_enough(seen, pictures)


def is_enough(seen: set[Supply], pictures: int) -> bool:
    """Tell whether so many different pictures were seen, of money on its way and of money that was withdrawn."""
    return (
        len(seen) >= pictures
        and any(supply.in_transit_fen for supply in seen)
        and any(supply.withdrawn_fen for supply in seen)
    )


class Told:
    """A ledger that says the same whenever it is asked."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement

    def statement(self) -> Statement:
        """Say it again."""
        return self._statement


def allocated(realm: Realm) -> Cut:
    """Issue and allocate, carry, and return the cut."""
    bank = realm.bank()
    Town(realm).issue(bank, 0)
    realm.carry()
    cut = take_cut(realm.tier1, [realm.shard], lambda: bank.reserve.locked().locked_fen)
    bank.close()
    return cut


def test_money_without_reserves_breaks_the_law(realm: Realm) -> None:
    """One fen less in the reserve account is enough."""
    whole = allocated(realm)

    short = take_cut(Told(whole.tier1), [Told(whole.shards[0])], lambda: whole.reserve_fen - 1)

    assert (whole.law_holds, short.law_holds) == (True, False)


def test_money_that_a_shard_took_in_and_nobody_sent_breaks_the_law(realm: Realm) -> None:
    """It never fits, however often it is read: it is no matter of the moment."""
    whole = allocated(realm)
    (shard,) = whole.shards
    flows = [
        replace(flow, received=Number(flow.received + 1)) if flow.peer == TIER1 else flow
        for flow in shard.standing.flows
    ]
    forged = replace(shard, standing=replace(shard.standing, flows=tuple(flows)))

    cut = take_cut(Told(whole.tier1), [Told(forged)], lambda: whole.reserve_fen)

    assert (cut.fits, cut.law_holds) == (False, False)


def test_a_fen_that_a_shard_made_breaks_the_law(realm: Realm) -> None:
    """The counters fit, and the count of the money does not."""
    whole = allocated(realm)
    (shard,) = whole.shards
    richer = replace(shard, sums=replace(shard.sums, vaults=shard.sums.vaults + 1))

    cut = take_cut(Told(whole.tier1), [Told(richer)], lambda: whole.reserve_fen)

    assert (cut.fits, cut.law_holds) == (True, False)


def test_statements_of_different_moments_are_read_again(realm: Realm) -> None:
    """A shard that was read after an allocation does not fit a tier 1 that was read before it."""
    bank = realm.bank()
    before = realm.tier1.statement()
    bank.close()
    after = allocated(realm)
    readings = iter([before, before, after.tier1])

    class Late:
        def statement(self) -> Statement:
            return next(readings)

    cut = take_cut(Late(), [Told(after.shards[0])], lambda: after.reserve_fen)

    assert (cut.tier1, cut.law_holds) == (after.tier1, True)


def test_reserves_that_never_stand_still_give_no_cut(realm: Realm) -> None:
    """Nothing is said of the law rather than something wrong."""
    whole = allocated(realm)
    readings = iter(range(10**6))

    with pytest.raises(Unavailable, match="no_cut"):
        take_cut(Told(whole.tier1), [Told(whole.shards[0])], lambda: next(readings))
