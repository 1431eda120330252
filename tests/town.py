"""A town with one bank: both ledgers in memory, and an operator's whole business over a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from dcep.clock import Day, UnixMs, day_of_date
from dcep.crypto.suites import Signer
from dcep.ids import TIER1, LedgerId, OperatorId, WalletId
from dcep.issuance.rules import read_rules
from dcep.ledger.client import WorkerLine
from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import LedgerFolder
from dcep.ledger.log.memory import MemoryHeaders, MemoryLog
from dcep.ledger.native import RustEngine
from dcep.ledger.snapshots import SnapshotStore
from dcep.ledger.worker.opening import OpenLedger
from dcep.messages.classes import WalletClass
from dcep.messages.genesis import encode_genesis, network_of
from dcep.messages.signatory import Signatory, single_key
from dcep.money import Fen
from dcep.operators.bank import Bank
from dcep.operators.exchange.deposits import CoreBanking, SimulatedCoreBanking
from dcep.operators.outbox import Seal
from dcep.operators.real_names import Evidence, PersonEvidence, SimulatedKyc
from dcep.operators.retail import RetailLine
from dcep.operators.store import open_store
from dcep.simulation.economy import SHARD, Economy, Keys, genesis_of
from dcep.wallet.payments import Wallet

BANK: Final = OperatorId(1)
OTHER_BANK: Final = OperatorId(2)
STOCK: Final = Fen(10_000_000_000)
FIRST_DAY: Final = day_of_date("2021-01-01")
# Resident identity numbers with right check digits: 17 digits of our own choice and what GB 11643 makes of them.
_CHECKS: Final = "10X98765432"
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def resident_number(person: int) -> str:
    """Return the identity number of nobody: a region that is none, and the right check digit."""
    digits = f"99{person:015}"
    return digits + _CHECKS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]


def evidence_of(person: int, wallet_class: WalletClass) -> PersonEvidence:
    """Return what person number so and so shows for a class of wallets."""
    account = f"ACCT{person:06}" if wallet_class <= WalletClass.II else ""
    is_named = wallet_class < WalletClass.IV
    return PersonEvidence(
        phone=f"+86138{person:08}",
        name=f"Person {person}" if is_named else "",
        document=resident_number(person) if is_named else "",
        deposit_account=account,
        face_to_face=wallet_class is WalletClass.I,
    )


class Town:
    """Two banks that are admitted, each with money in its vault; the town's time stands until it is told on."""

    def __init__(self) -> None:
        keys = Keys(bytes(31) + b"t")
        genesis = genesis_of(keys, read_rules("ecny-2021"))
        tier1 = self._line(
            genesis_bytes := encode_genesis(genesis), TIER1, PythonEngine, keys.signer("worker", "tier1")
        )
        shard = self._line(genesis_bytes, SHARD, RustEngine, keys.signer("worker", "shard", 0))
        self.economy = Economy(keys, genesis, tier1, shard)
        self.line, self.tier1 = shard, tier1
        self.day = FIRST_DAY
        self.economy.begin_day(self.day)
        self.economy.admit([BANK, OTHER_BANK])
        self.economy.issue({BANK: STOCK, OTHER_BANK: STOCK})
        self.economy.allocate({BANK: STOCK, OTHER_BANK: STOCK})
        self._drawn = 0

    def _line(self, genesis: bytes, ledger: LedgerId, make: EngineMaker, signer: Signer) -> WorkerLine:
        network = network_of(genesis)
        place = LedgerFolder(root=Path("nowhere"), ledger=ledger)
        opened = OpenLedger(
            genesis,
            ledger,
            make,
            log=MemoryLog(network, ledger),
            headers=MemoryHeaders(),
            snapshots=SnapshotStore(place),
        )
        opened.replay(signer)
        return WorkerLine(opened, signer, lambda: self.now)

    @property
    def now(self) -> UnixMs:
        """00:00 of the town's day."""
        return self.economy.now

    def next_day(self) -> None:
        """Let a day begin: whatever was signed the day before, and not heard, has expired."""
        self.day = Day(self.day + 1)
        self.economy.begin_day(self.day)

    def draw(self, bound: int) -> int:
        """Return the next number that nobody can foresee but this town's tests."""
        self._drawn += 1
        return self.economy.keys.number("drawn", self._drawn) % bound

    def seal(self, operator: OperatorId, *, vault: bool = False) -> Seal:
        """Return an operator's account that opens wallets, or its vault."""
        desk = self.economy.operators[operator]
        if vault:
            return Seal(account=desk.vault.wallet, signer=desk.vault_signer)
        return Seal(account=desk.registrar_wallet, signer=desk.registrar_signer)

    def bank(
        self, store: Engine, core: CoreBanking, *, operator: OperatorId = BANK, line: RetailLine | None = None
    ) -> Bank:
        """Return an operator's business over a database and its bank's core system."""
        return Bank(
            store,
            line or self.line,
            self.economy.network,
            operator=operator,
            registrar=self.seal(operator),
            vault=self.seal(operator, vault=True),
            core=core,
            kyc=SimulatedKyc(),
            draw=self.draw,
        )

    def holder(self, name: str) -> Signer:
        """Return a holder's key."""
        return self.economy.keys.signer("holder", name)

    def wallet(self, number: WalletId, name: str) -> Wallet:
        """Return what the holder of an open wallet signs with."""
        return Wallet(Signatory(self.economy.network, number, self.holder(name)))

    def close(self) -> None:
        """Close both ledgers."""
        self.line.close()
        self.tier1.close()


@contextmanager
def open_town(url: str, core_url: str) -> Iterator[tuple[Town, Bank, SimulatedCoreBanking]]:
    """Open a town and one bank over its database and its core system's; close all."""
    town, store, core = Town(), open_store(url), SimulatedCoreBanking(core_url)
    try:
        yield town, town.bank(store, core), core
    finally:
        core.close()
        store.dispose()
        town.close()


def rest(bank: Bank, now: UnixMs) -> None:
    """Carry everything on until nothing moves."""
    for _ in range(1_000):
        if not bank.advance(now):
            return
    raise AssertionError("the bank does not come to rest")


def open_wallet(town: Town, bank: Bank, evidence: Evidence, wallet_class: WalletClass, name: str) -> WalletId:
    """Register a customer and open a wallet for him, under the key of a name."""
    customer = bank.customers.register(evidence, now=town.now)
    policy = single_key(town.holder(name))
    order = bank.desk.open_wallet(customer, wallet_class, policy, key=f"open-{name}", now=town.now)
    rest(bank, town.now)
    wallet = bank.desk.order(order).wallet
    assert wallet is not None
    return wallet
