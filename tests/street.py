"""A network in real time, founded for a test: its ledgers in this process (Hall), or each in one of its own (Town)."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count as serials_from
from itertools import islice
from pathlib import Path
from typing import Final, Self

import httpx

from dcep.clock import UnixMs
from dcep.crypto.keys import derive
from dcep.crypto.suites import Signer
from dcep.identity.certificates import Subject
from dcep.ids import TIER1, LedgerId, NetworkId, OperatorId, WalletId, wallet_id
from dcep.issuance.officers import Officer, Proposal, board_of
from dcep.issuance.orders import IssuingVault
from dcep.issuance.rules import read_rules
from dcep.ledger.client import Line, open_line
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder
from dcep.ledger.native import RustEngine
from dcep.ledger.relay import carry
from dcep.ledger.remote import RemoteLine
from dcep.ledger.timekeeping import Teller
from dcep.messages.classes import OperatorStatus, WalletClass
from dcep.messages.commands.governance import SetOperator
from dcep.messages.layout import Code, Key, LockId, Version
from dcep.messages.signatory import Signatory, single_key
from dcep.money import Fen
from dcep.operators.registrar import Registrar
from dcep.operators.vault import Vault
from dcep.services import machine
from dcep.services.founding import Founders, found, genesis_of
from dcep.simulation.economy import require_settled
from dcep.wallet.payments import Wallet
from tests.institutions import LEDGER, Institutions

BANK: Final = OperatorId(1)
SHARD: Final = LedgerId(0)
_PATIENCE_S: Final = 60.0
_LIFE_MS: Final = 3_600_000


def key(*labels: str | int) -> Signer:
    """Return the key of an actor; the same in every run."""
    return Signer(derive(bytes(32), *labels))


def later() -> UnixMs:
    """Return when what is signed now expires."""
    return UnixMs(machine.now() + _LIFE_MS)


def plain_client() -> httpx.Client:
    """Return a client of this machine's services; it needs nobody's certificates, which would be read for each."""
    return httpx.Client(trust_env=False, verify=False, timeout=30)  # noqa: S501  plain HTTP on the loopback


class Process:
    """A ledger's process; may be killed and started again."""

    def __init__(self, module: str, settings: Path, port: int, *, wait: bool = True) -> None:
        self.port, self.url = port, f"http://127.0.0.1:{port}"
        self.log = settings.with_suffix(".log")
        self._line = [sys.executable, "-m", module, "--settings", str(settings)]
        # What stands before the line when it is started: a limit of the machine's.
        self.wrapper: list[str] = []
        self.start(wait=wait)

    def start(self, *, wait: bool = True) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen([*self.wrapper, *self._line], stdout=log, stderr=log)
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        end = time.monotonic() + _PATIENCE_S
        with plain_client() as client:
            while time.monotonic() < end:
                assert self._process.poll() is None, self.log.read_text()
                with suppress(httpx.TransportError):
                    if client.get(f"{self.url}/readyz").status_code == 200:
                        return
                time.sleep(0.05)
        raise AssertionError(f"not ready: {self.log.read_text()}")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        self._process.terminate()
        return self._process.wait(_PATIENCE_S)

    def wait(self) -> int:
        return self._process.wait(_PATIENCE_S)

    @property
    def pid(self) -> int:
        return self._process.pid

    def end(self) -> None:
        if self._process.poll() is None:
            self.kill()


class Citizens:
    """Everybody who signs in a network that was founded for a test, over lines to its two ledgers."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.officers = [Officer(name=f"officer {n}", site=n % 2, signer=key("officer", n)) for n in range(3)]
        founders = Founders(
            officers=[officer.seat() for officer in self.officers],
            needed=2,
            sites=2,
            supervision=single_key(key("central bank")),
            members=single_key(key("central bank")),
            tier1_worker=Key(key("tier1").public),
            shard_workers=[Key(key("shard").public)],
        )
        self.genesis = genesis_of(founders, read_rules("ecny-2021"), bytes(32))
        self.network: NetworkId = found(data, self.genesis)
        self._serials = serials_from(1_000)
        # The first wallet that is opened.
        self.bakery = wallet_id(BANK, 1_000)
        self.vault_wallet, self.registrar_wallet = wallet_id(BANK, 1), wallet_id(BANK, 2)
        self.vault = Vault(Signatory(self.network, self.vault_wallet, key("vault")))
        self.issuing_vault = IssuingVault(self.network, board_of(self.officers, needed=2))
        self.registrar = Registrar(Signatory(self.network, self.registrar_wallet, key("registrar")))

    def open_bank(self, tier1: Line, shard: Line, carry: Callable[[], object], money: Fen) -> None:
        """Admit the bank, issue and allocate money to it, and wait until it has arrived."""
        vault = self.issuing_vault
        lock = LockId(bytes(16))
        seat = SetOperator(
            operator=BANK,
            shard=SHARD,
            replaces=Version(0),
            status=Code(OperatorStatus.ADMITTED),
            registrar=self.registrar_wallet,
            registrar_policy=single_key(key("registrar")),
            vault=self.vault_wallet,
            vault_policy=single_key(key("vault")),
        )
        for proposal in (
            vault.order(seat, expires_at=later()),
            vault.issue(BANK, money, lock, expires_at=later()),
            vault.allocate(SHARD, BANK, money, lock, expires_at=later()),
        ):
            require_settled(tier1.submit([self.approved(proposal)]))
        end = time.monotonic() + _PATIENCE_S
        while (account := shard.account(self.vault_wallet)) is None or account.balance != money:
            assert time.monotonic() < end, "the money has not arrived"
            carry()

    def new_wallets(self, shard: Line, count: int, money: Fen) -> list[Wallet]:
        """Open wallets with money in each."""
        numbers = list(islice(self._serials, count))
        wallets = [Wallet(Signatory(self.network, wallet_id(BANK, n), key("holder", n))) for n in numbers]
        opened = [
            self.registrar.open(wallet.id, WalletClass.I, single_key(wallet.signatory.signer), expires_at=later())
            for wallet in wallets
        ]
        filled = [self.vault.exchange(wallet.id, money, expires_at=later()) for wallet in wallets]
        for wires in (opened, filled):
            # One lane takes 64 numbers at once.
            for start in range(0, count, 64):
                require_settled(shard.submit(wires[start : start + 64]))
        return wallets

    def approved(self, proposal: Proposal) -> bytes:
        """Return an order that enough officers have signed."""
        for officer in self.officers[:2]:
            proposal.approve(officer)
        return proposal.wire()


class Town(Citizens):
    """The network's ledgers in processes of their own."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        for name in ("tier1", "shard", "central bank"):
            (data / "keys" / name.replace(" ", "-")).write_bytes(derive(bytes(32), name))
        self.institutions = Institutions(data / "identity")
        self.institutions.papers(LEDGER)
        self.client = plain_client()
        self._lines: dict[tuple[LedgerId, Subject], RemoteLine] = {}
        self.tier1_port, self.shard_port = free_ports(2)
        self._write_settings()
        self.tier1 = Process("dcep.services.tier1", data / "tier1.toml", self.tier1_port)
        self.shard = Process("dcep.services.ledger", data / "shard.toml", self.shard_port)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        for line in self._lines.values():
            line.close()
        self.shard.end()
        self.tier1.end()

    def line(self, place: LedgerId = SHARD, *, by: Subject = LEDGER) -> RemoteLine:
        """Return somebody's line to one of the ledgers; it is closed with the town."""
        if (place, by) not in self._lines:
            url, seal = self.tier1.url if place == TIER1 else self.shard.url, self.institutions.seal(by)
            self._lines[place, by] = RemoteLine(url, self.network, place, seal=seal, patience_s=15.0)
        return self._lines[place, by]

    def balance(self, wallet: WalletId) -> int:
        account = self.line().account(wallet)
        assert account is not None
        return account.balance

    def _write_settings(self) -> None:
        relay, trust = self.institutions.party(LEDGER), f'trust = "{self.institutions.trust}"\n'
        (self.data / "tier1.toml").write_text(
            f'data = "."\nport = {self.tier1_port}\nworker_key = "keys/tier1"\nmembers_key = "keys/central-bank"\n'
            f"tell_every_s = 1.0\n{trust}"
        )
        (self.data / "shard.toml").write_text(
            f'data = "."\nport = {self.shard_port}\nworker_key = "keys/shard"\n{trust}'
            f'key = "{relay.key}"\ncertificate = "{relay.certificate}"\n'
            f'tier1_url = "http://127.0.0.1:{self.tier1_port}"\ncarry_every_s = 0.05\n'
        )


class Hall(Citizens):
    """The network's ledgers in this process; nobody tells the time but who asks for it."""

    def __init__(self, data: Path, opened: ExitStack) -> None:
        super().__init__(data)
        folder = opened.enter_context(Folder.open(data, is_shared=True))
        # How far the workers' clock is ahead of the machine's.
        self.ahead_ms = 0
        self.tier1 = open_line(folder, TIER1, PythonEngine, key("tier1"), self.now)
        opened.callback(self.tier1.close)
        self.shard = open_line(folder, SHARD, RustEngine, key("shard"), self.now)
        opened.callback(self.shard.close)
        self.teller = Teller(self.tier1, key("central bank"), self.now)
        self.tell()

    def now(self) -> UnixMs:
        """Return the time of the workers' clock."""
        return UnixMs(machine.now() + self.ahead_ms)

    def tell(self) -> None:
        """Let tier 1 tell the time, and both ledgers hear it."""
        self.shard.submit([self.teller.tell().wire])

    def carry(self) -> None:
        """Carry what waits, both ways."""
        carry(self.tier1, self.shard)
        carry(self.shard, self.tier1)


@contextmanager
def hall(data: Path) -> Iterator[Hall]:
    """Found a network in a folder and open its ledgers here; they end with the block."""
    with ExitStack() as opened:
        made = Hall(data, opened)
        made.open_bank(made.tier1, made.shard, made.carry, Fen(10**12))
        yield made


@contextmanager
def town(data: Path) -> Iterator[Town]:
    """Found a network in a folder and start its ledgers; they end with the block."""
    made = Town(data)
    with made:
        made.open_bank(made.line(TIER1), made.line(), lambda: time.sleep(0.05), Fen(10**12))
        yield made


def free_ports(count: int) -> list[int]:
    """Return ports of this machine on which nobody listens."""
    with_sockets = [socket.socket() for _ in range(count)]
    try:
        for each in with_sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in with_sockets]
    finally:
        for each in with_sockets:
            each.close()
