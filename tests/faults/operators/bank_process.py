"""A bank as a process that can be killed: ledgers, databases and core system in one folder.

    python -m tests.faults.operators.bank_process FOLDER

It asks for every order of the plan again at each start, as customers do who have heard nothing, says `ready` when it
has come up, and `done` when all have ended.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from dcep.ids import WalletId
from dcep.messages.classes import WalletClass
from dcep.messages.signed import decode
from dcep.money import Fen
from dcep.operators.bank import Bank
from dcep.operators.exchange.deposits import SimulatedCoreBanking
from dcep.operators.exchange.orders import Order
from dcep.operators.store import open_store
from tests.town import BANK, Town, evidence_of, open_wallet, rest

ORDERS: Final = 1_000
REDEMPTIONS: Final = 20
ACCOUNT: Final = "ACCT000001"
FUNDS: Final = Fen(10_000_000)
_CHUNK: Final = 50


def amount_of(number: int) -> Fen:
    """Return what an order of the plan exchanges."""
    return Fen(1 + number * 7_919 % 1_000)


class Process:
    """All that the bank's process has open."""

    def __init__(self, town: Town, bank: Bank, core: SimulatedCoreBanking) -> None:
        self.town, self.bank, self.core = town, bank, core

    @property
    def wallet(self) -> WalletId:
        (wallet,) = self.bank.names.wallets_of(evidence_of(1, WalletClass.I).identity)
        return wallet

    def prepare(self) -> None:
        """Open the customer's account and wallet."""
        self.core.open_account(ACCOUNT)
        self.core.fund("opening", ACCOUNT, FUNDS, now=self.town.now)
        open_wallet(self.town, self.bank, evidence_of(1, WalletClass.I), WalletClass.I, "li")

    def ask(self, number: int) -> str:
        """Ask for an order of the plan, for the first time or again."""
        return self.bank.saga.exchange(self.wallet, amount_of(number), key=f"e{number}", now=self.town.now)

    def redeem(self) -> list[str]:
        """Bring the redemptions of the plan: the wallet's first numbers, a fen more each."""
        holder, vault = self.town.wallet(self.wallet, "li"), self.town.seal(BANK, vault=True).account
        until = self.town.economy.midnight
        wires = [holder.redeem(vault, Fen(1 + number), expires_at=until) for number in range(REDEMPTIONS)]
        assert len({decode(wire, self.town.economy.network).id for wire in wires}) == REDEMPTIONS
        return [self.bank.saga.redeem(wire, now=self.town.now) for wire in wires]

    def run(self) -> list[Order]:
        """Ask for everything and carry it on to its end."""
        placed = []
        for number in range(ORDERS):
            placed.append(self.ask(number))
            if number % _CHUNK == _CHUNK - 1:
                self.bank.advance(self.town.now)
            if number == ORDERS // 2:
                placed += self.redeem()
        rest(self.bank, self.town.now)
        return [self.bank.saga.order(order) for order in placed]


@contextmanager
def opened(folder: Path) -> Iterator[Process]:
    """Open the process's folder."""
    with ExitStack() as stack:
        town = Town(folder / "currency")
        stack.callback(town.close)
        store = open_store(f"sqlite:///{folder / 'bank.db'}")
        stack.callback(store.dispose)
        core = SimulatedCoreBanking(f"sqlite:///{folder / 'core.db'}")
        stack.callback(core.close)
        yield Process(town, town.bank(store, core), core)


if __name__ == "__main__":
    with opened(Path(sys.argv[1])) as process:
        print("ready", flush=True)  # noqa: T201  its parent waits for it
        process.run()
        print("done", flush=True)  # noqa: T201
