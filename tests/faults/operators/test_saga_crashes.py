"""The operator's process ends at every step of every saga, and is started again: nothing is lost or moved twice."""

from __future__ import annotations

import random  # noqa: TID251  where the process is killed is drawn from a seed that the test prints
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dcep.ids import WalletId
from dcep.messages.classes import WalletClass
from dcep.messages.signatory import single_key
from dcep.money import Fen
from dcep.operators.bank import Bank
from dcep.operators.exchange.deposits import SimulatedCoreBanking
from dcep.operators.exchange.orders import State
from dcep.operators.store import open_store
from dcep.wallet.payments import Wallet
from tests.faults.operators.books import require_law
from tests.faults.operators.fuse import Fuse, FusedCore, FusedLine, Killed
from tests.town import BANK, STOCK, Town, evidence_of, open_wallet, rest

_CAP_OF_III = 2_000_000


@dataclass
class Street:
    """Li has a wallet of class II, Wang one of class III; both have deposits. The bank's process can be killed."""

    town: Town
    core: SimulatedCoreBanking
    url: str
    fuse: Fuse
    store: Engine
    bank: Bank
    li: WalletId
    wang: WalletId
    holder: Wallet

    @property
    def vault(self) -> WalletId:
        return self.town.economy.operators[BANK].vault.wallet

    def restart(self, *, at: int = 0) -> None:
        """Begin a process over what the one before it left; it ends at a step."""
        self.store.dispose()
        self.fuse = Fuse(at)
        self.store = self.fuse.guard(open_store(self.url))
        self.fuse.steps = 0
        line, core = FusedLine(self.town.line, self.fuse), FusedCore(self.core, self.fuse)
        self.bank = self.town.bank(self.store, core, line=line)

    def require_law(self) -> int:
        """Check the law with a database of nobody's process."""
        store = open_store(self.url)
        try:
            return require_law(self.town.line, self.vault, self.core, store, stock=STOCK)
        finally:
            store.dispose()

    def holdings(self) -> tuple[int, int, int, int]:
        """Return deposit and wallet of Li, then of Wang."""
        wallets = [self.town.line.account(wallet) for wallet in (self.li, self.wang)]
        li, wang = [account.balance if account else -1 for account in wallets]
        return self.core.balance("ACCT000001"), li, self.core.balance("ACCT000002"), wang


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    """Return the street; Li has exchanged 10,000 fen."""
    town, url = Town(), f"sqlite:///{tmp_path / 'bank.db'}"
    store, core = open_store(url), SimulatedCoreBanking(f"sqlite:///{tmp_path / 'core.db'}")
    bank = town.bank(store, core)
    for person in (1, 2):
        core.open_account(f"ACCT{person:06}")
        core.fund(f"f{person}", f"ACCT{person:06}", Fen(3_000_000), now=town.now)
    li = open_wallet(town, bank, evidence_of(1, WalletClass.II), WalletClass.II, "li")
    wang = open_wallet(town, bank, evidence_of(2, WalletClass.II), WalletClass.III, "wang")
    bank.saga.exchange(li, 10_000, key="opening", now=town.now)
    rest(bank, town.now)
    street = Street(town, core, url, Fuse(), store, bank, li, wang, town.wallet(li, "li"))
    yield street
    street.store.dispose()
    core.close()
    town.close()


def _day_at_the_bank(street: Street, day: int) -> Callable[[], list[str]]:
    """Return what customers ask for on a day, each by its key, so that they can ask again; the answer is the orders."""
    town, until = street.town, street.town.economy.midnight
    collected = street.holder.redeem(street.vault, Fen(30), expires_at=until)
    refused = street.holder.redeem(street.vault, Fen(10**9), expires_at=until)

    def ask() -> list[str]:
        bank, now = street.bank, town.now
        customer = bank.customers.register(evidence_of(3, WalletClass.III), now=now)
        bank.desk.open_wallet(customer, WalletClass.III, single_key(town.holder("new")), key=f"o{day}", now=now)
        return [
            bank.saga.exchange(street.li, 100, key=f"settles-{day}", now=now),
            bank.saga.exchange(street.li, 10**9, key=f"too-much-{day}", now=now),
            bank.saga.exchange(street.wang, _CAP_OF_III + 1, key=f"over-cap-{day}", now=now),
            bank.saga.redeem(collected, now=now),
            bank.saga.redeem(refused, now=now),
        ]

    return ask


_ENDINGS = [
    (State.SETTLED, ""),
    (State.REFUSED, "insufficient_deposit"),
    (State.REVERSED, "receiver_cannot_accept"),
    (State.SETTLED, ""),
    (State.REFUSED, "insufficient_funds"),
]


def test_killed_at_any_step_everything_ends_and_counts_once(street: Street) -> None:
    """Each step in turn is the last one of its process; the customers ask again, and nobody has more or less."""
    step, was_killed = 0, True
    while was_killed:
        step += 1
        before = street.holdings()
        ask = _day_at_the_bank(street, step)
        street.restart(at=step)
        try:
            ask()
            rest(street.bank, street.town.now)
            was_killed = False
            street.fuse.at = 0
        except Killed:
            street.require_law()
            street.restart()
        placed = ask()
        rest(street.bank, street.town.now)

        li, wallet, wang, other = before
        assert [(each.state, each.code) for each in map(street.bank.saga.order, placed)] == _ENDINGS, f"step {step}"
        assert street.holdings() == (li - 100 + 30, wallet + 100 - 30, wang, other), f"step {step}"
        assert street.require_law() == 0

    assert step > 30, "the fuse counts steps"
    opened = street.bank.names.wallets_of(evidence_of(3, WalletClass.III).identity)
    assert len(opened) == step


def test_an_order_that_expires_while_the_process_is_dead_still_ends(street: Street) -> None:
    """A day passes after each kill: what was signed has expired, and is paid anew or given back, never both."""
    step, was_killed = 0, True
    while was_killed:
        step += 1
        before = street.holdings()
        street.restart(at=step)
        order = ""
        try:
            order = street.bank.saga.exchange(street.li, 100, key=f"e{step}", now=street.town.now)
            rest(street.bank, street.town.now)
            was_killed = False
            street.fuse.at = 0
        except Killed:
            street.require_law()
            street.restart()
            street.town.next_day()
        rest(street.bank, street.town.now)

        li, wallet, wang, other = before
        paid = street.holdings()[1] - wallet
        assert paid in (0, 100)
        assert street.holdings() == (li - paid, wallet + paid, wang, other), f"step {step}"
        assert not order or street.bank.saga.order(order).is_final
        assert street.require_law() == 0

    assert step > 8, "the fuse counts steps"


@pytest.mark.long
def test_a_thousand_exchanges_survive_a_process_that_is_killed_again_and_again(street: Street) -> None:
    """Every process lives for some random steps; the law holds at each of their ends."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # noqa: T201  whoever finds a break wants to see it again
    chance = random.Random(seed)
    waiting = [(f"e{n}", chance.randrange(1, 2_000)) for n in range(1_000)]
    amounts, placed, kills = dict(waiting), set[str](), 0
    before = street.holdings()

    while waiting or kills == 0 or street.require_law():
        street.restart(at=chance.randrange(1, 500))
        try:
            for key, amount in list(waiting[:50]):
                placed.add(street.bank.saga.exchange(street.li, amount, key=key, now=street.town.now))
                waiting.remove((key, amount))
            rest(street.bank, street.town.now)
        except Killed:
            kills += 1
            street.require_law()

    street.restart()
    rest(street.bank, street.town.now)
    total = sum(amounts.values())
    assert len(placed) == 1_000
    assert {street.bank.saga.order(order).state for order in placed} == {State.SETTLED}
    assert street.holdings()[:2] == (before[0] - total, before[1] + total)
    assert street.require_law() == 0
    assert kills > 10
