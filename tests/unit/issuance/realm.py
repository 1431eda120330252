"""A central bank over two real ledgers in memory, with a clock that the test turns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shutil import copy
from typing import Final

from sqlalchemy import event

from dcep.clock import UnixMs, day_of_date, start_of
from dcep.ids import TIER1, CommandId, LedgerId, OperatorId, WalletId, wallet_id
from dcep.issuance.central_bank import CentralBank
from dcep.issuance.officers import Officer
from dcep.issuance.reserves.iso20022 import answer
from dcep.issuance.reserves.settlement import SimulatedSettlement
from dcep.issuance.reserves.transfers import Accounts
from dcep.issuance.rules import read_rules
from dcep.issuance.store import Order
from dcep.ledger.client import AccountView, Answer, Standing, Statement, WorkerLine
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import LedgerFolder
from dcep.ledger.log.memory import MemoryHeaders, MemoryLog
from dcep.ledger.relay import carry
from dcep.ledger.snapshots import SnapshotStore
from dcep.ledger.timekeeping import tick
from dcep.ledger.worker.opening import OpenLedger
from dcep.messages.classes import OperatorStatus
from dcep.messages.commands.governance import SetOperator
from dcep.messages.commands.vaults import Return
from dcep.messages.genesis import encode_genesis, network_of
from dcep.messages.layout import Code, Number, Seq, Version
from dcep.messages.signatory import Signatory, single_key
from dcep.money import Fen
from dcep.simulation.economy import Keys, genesis_of

START: Final = start_of(day_of_date("2026-03-02"))
HOUR: Final = 3_600_000
SHARD: Final = LedgerId(0)
BANK: Final = OperatorId(1)
RICHES: Final = Fen(10**9)
DATABASE: Final = "central-bank.db"


class Killed(BaseException):
    """The process died here."""


class Fuse:
    """Counts the steps that a process could die at, and kills it at one of them."""

    def __init__(self, at: int | None = None) -> None:
        self.burnt, self._at = 0, at

    def burn(self) -> None:
        """Come one step further."""
        self.burnt += 1
        if self.burnt == self._at:
            raise Killed


class FusedLine:
    """A line that may break before the ledger hears anything, and behind its answer."""

    def __init__(self, line: WorkerLine, fuse: Fuse) -> None:
        self._line, self._fuse = line, fuse

    def submit(self, wires: Sequence[bytes]) -> Sequence[Answer]:
        """Send, unless killed before; answer, unless killed behind."""
        if not wires:
            return []
        self._fuse.burn()
        answers = self._line.submit(wires)
        self._fuse.burn()
        return answers

    def standing(self) -> Standing:
        """Ask the line."""
        return self._line.standing()

    def account(self, wallet: WalletId) -> AccountView | None:
        """Ask the line."""
        return self._line.account(wallet)

    def statement(self) -> Statement:
        """Ask the line."""
        return self._line.statement()


class Realm:
    """Two ledgers, the officers, the supervisors, and the file of the central bank's database.

    Args:
        folder: where the database lies.
        tables: a database with its tables and nothing in them, to begin with: making them takes longer than a test.
    """

    def __init__(self, folder: Path, seed: bytes = bytes(32), *, tables: Path | None = None) -> None:
        if tables is not None:
            copy(tables, folder / DATABASE)
        self.keys, self.now, self._height = Keys(seed), START, 0
        self.genesis = genesis_of(self.keys, read_rules("ecny-2021"))
        self.network = network_of(encode_genesis(self.genesis))
        self.officers = self.keys.officers()
        self.supervisors = [
            Officer(name=f"supervisor {place}", site=1, signer=self.keys.signer("supervision", place))
            for place in range(1, 4)
        ]
        self.settlement = SimulatedSettlement()
        self.settlement.deposit(BANK, RICHES)
        self.url = f"sqlite:///{folder / DATABASE}"
        self.tier1, self.shard = self._line(TIER1, "tier1"), self._line(SHARD, "shard", 0)
        self.tell()

    def _line(self, ledger: LedgerId, *worker: str | int) -> WorkerLine:
        place = LedgerFolder(root=Path("nowhere"), ledger=ledger)
        opened = OpenLedger(
            encode_genesis(self.genesis),
            ledger,
            PythonEngine,
            log=MemoryLog(self.network, ledger),
            headers=MemoryHeaders(),
            snapshots=SnapshotStore(place),
        )
        signer = self.keys.signer("worker", *worker)
        opened.replay(signer)
        return WorkerLine(opened, signer, lambda: self.now)

    def tell(self, later: int = 0) -> None:
        """Let so much time pass, and both ledgers hear it."""
        self.now, self._height = UnixMs(self.now + later), self._height + 1
        wire = tick(self.network, self.keys.signer("central bank"), Seq(self._height), self.now)
        for line in (self.tier1, self.shard):
            line.submit([wire])

    def carry(self) -> None:
        """Carry what waits between the ledgers, both ways."""
        carry(self.tier1, self.shard)
        carry(self.shard, self.tier1)

    def admission(self, operator: OperatorId = BANK) -> SetOperator:
        """Return the order that admits an operator."""
        registrar, vault = (wallet_id(operator, self.keys.number(name, operator)) for name in ("registrar", "vault"))
        return SetOperator(
            operator=operator,
            shard=SHARD,
            replaces=Version(0),
            status=Code(OperatorStatus.ADMITTED),
            registrar=registrar,
            registrar_policy=single_key(self.keys.signer("registrar", operator)),
            vault=vault,
            vault_policy=single_key(self.keys.signer("vault", operator)),
        )

    def wallet(self, holder: str) -> WalletId:
        """Return the number of a holder's wallet at operator 1."""
        return wallet_id(BANK, self.keys.number("wallet", holder))

    def return_order(self, amount: Fen, number: int = 1) -> bytes:
        """Return the wire with which operator 1 returns money to the issuing vault."""
        signer = self.keys.signer("vault", BANK)
        vault = Signatory(self.network, self.admission().vault, signer, number=Number(number))
        return vault.sign(Return(amount=amount), UnixMs(self.now + HOUR))

    def bank(self, fuse: Fuse | None = None) -> Bank:
        """Start the central bank's process."""
        return Bank(self, fuse or Fuse())

    def close(self) -> None:
        """Stop both ledgers."""
        self.tier1.close()
        self.shard.close()


class Bank:
    """One life of the central bank's process."""

    def __init__(self, realm: Realm, fuse: Fuse) -> None:
        self.realm, self.fuse = realm, fuse
        self.ledgers = {TIER1: FusedLine(realm.tier1, fuse), SHARD: FusedLine(realm.shard, fuse)}
        self.central_bank = CentralBank(realm.url, realm.genesis, self.ledgers)
        self.store, self.reserve = self.central_bank.store, self.central_bank.reserve
        self.desk, self.governance = self.central_bank.desk, self.central_bank.governance
        event.listen(self.store.engine, "commit", lambda _: fuse.burn())
        if self.store.engine.dialect.name == "sqlite":
            # A process dies here, never the machine: nothing need reach the disk.
            connection = self.store.engine.raw_connection()
            connection.cursor().execute("PRAGMA synchronous = OFF")
            connection.close()

    def sign(self, officer: Officer, order_id: str) -> Order:
        """Let an officer sign the bytes that now wait."""
        proposed = self.desk.proposed(order_id)
        signature = officer.signer.sign(proposed.proposal.body)
        return self.approve(proposed.command, officer, signature)

    def approve(self, command: CommandId, officer: Officer, signature: bytes) -> Order:
        """Bring an officer's signature."""
        return self.desk.approve(command, officer.signer.public, signature, now=self.realm.now)

    def request(self, order_id: str, content: object) -> Order:
        """Ask for an order now."""
        return self.desk.request(order_id, content, now=self.realm.now)

    def propose(self, order_id: str) -> CommandId:
        """Propose an order now, and return the id of its bytes."""
        return self.desk.propose(order_id, now=self.realm.now).command

    def send(self) -> list[Order]:
        """Send what is due now, to the ledgers and then to the settlement system."""
        changed, _ = self.central_bank.work(self.settle, now=self.realm.now)
        return changed

    def settle(self, message: bytes) -> list[bytes]:
        """Bring a message to the settlement system, and its answers back, unless killed before or behind."""
        self.fuse.burn()
        answers = answer(self.realm.settlement, message, Accounts())
        self.fuse.burn()
        return answers

    def issue(self, order_id: str, amount: Fen = Fen(70_000), operator: OperatorId = BANK) -> Order:
        """Ask for an issue now, and let its reserves be locked."""
        self.desk.issue(order_id, operator, amount, now=self.realm.now)
        self.reserve.send_due(self.settle, now=self.realm.now)
        return self.desk.order(order_id)

    def issue_through(self, order_id: str, amount: Fen = Fen(70_000), *, by: Sequence[Officer] | None = None) -> Order:
        """Take an issue from wherever it stands to its end, as somebody would who knows of no crash."""
        return self.carry_through(order_id, self.issue(order_id, amount).content, by=by)

    def carry_through(self, order_id: str, content: object, *, by: Sequence[Officer] | None = None) -> Order:
        """Take an order from wherever it stands to its end, as somebody would who knows of no crash."""
        self.request(order_id, content)
        return self.finish(order_id, by=by)

    def finish(self, order_id: str, *, by: Sequence[Officer] | None = None) -> Order:
        """Propose an order, let the officers sign it, and send it."""
        self.propose(order_id)
        for officer in by or self.realm.officers[:3]:
            self.sign(officer, order_id)
        self.send()
        return self.desk.order(order_id)

    def close(self) -> None:
        """End this life."""
        self.store.close()
