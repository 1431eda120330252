"""Worlds to measure in: one shard with as many wallets as wanted, each with money, built straight into the log.

What builds the world carries zeros for signatures: a frame's worker vouches for them, as it does on a replay, and the
engine judges everything else. Nobody audits these folders; they end with the benchmark.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count as count_from
from itertools import islice
from pathlib import Path
from typing import Final

from dcep.clock import day_of_date
from dcep.crypto.suites import Signer
from dcep.ids import OperatorId, WalletId, wallet_id
from dcep.issuance.rules import read_rules
from dcep.ledger.client import WorkerLine
from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.log.segments import SEGMENT_BYTES
from dcep.ledger.native import RustEngine
from dcep.ledger.worker.writer import Writer
from dcep.messages.classes import WalletClass
from dcep.messages.commands.payments import Pay
from dcep.messages.commands.vaults import Exchange
from dcep.messages.commands.wallets import Open
from dcep.messages.frames import join
from dcep.messages.kinds import KIND_OF
from dcep.messages.layout import Epoch
from dcep.messages.outcomes import SETTLED
from dcep.messages.policies import SingleKey
from dcep.messages.signatory import Signatory, sign_bodies, single_key
from dcep.messages.signed import NO_MEMO
from dcep.money import Fen
from dcep.simulation.economy import Economy, Operator
from dcep.simulation.opening import open_economy

# As many payments as fill a frame of 256 KiB.
FULL_BATCH: Final = 1_489
_SEED: Final = bytes(32)
_BANK: Final = OperatorId(1)
_OPENING: Final = Fen(10**9)
# A frame has at most 1 MiB.
_FRAME_RECORDS: Final = 4_096
_HEAD: Final = struct.Struct(">QQQIB")
_TO_AND_AMOUNT: Final = struct.Struct(">QQ")
_PAY: Final = KIND_OF[Pay].number


class World:
    """A shard whose wallets all have money; class I, so that no limit stops them."""

    def __init__(self, economy: Economy, data: Path) -> None:
        self.economy, self.data = economy, data
        economy.begin_day(day_of_date("2021-01-01"))
        economy.admit([_BANK])
        money = Fen(10**17)
        economy.issue({_BANK: money})
        economy.allocate({_BANK: money})
        self.wallets: list[WalletId] = []
        self.signatories: list[Signatory] = []
        self._numbers: list[int] = []
        self._opened = count_from(1)
        self._exchanged = count_from(1)
        self.worker, self._idle = economy.keys.signer("worker", "shard", 0), economy.keys.signer("idle")
        self.writer = Writer(self.line.ledger, self.worker)
        self._idle_proof = _proof(self._idle)

    @property
    def line(self) -> WorkerLine:
        """The line to the shard."""
        return self.economy.shard.line

    @property
    def log_bytes(self) -> int:
        """Bytes of the shard's log."""
        return self._bytes("log")

    @property
    def header_bytes(self) -> int:
        """Bytes of the shard's headers and outcomes."""
        return self._bytes("headers")

    def _bytes(self, what: str) -> int:
        return sum(file.stat().st_size for file in (self.data / "ledger" / "shard-000" / what).iterdir())

    # Wallets.

    def add_signing(self, count: int) -> None:
        """Open wallets with a key each, and give them money."""
        keys = self.economy.keys
        wallets = [wallet_id(_BANK, 10**11 + place) for place in range(count)]
        signers = [keys.signer("holder", place) for place in range(count)]
        network = self.economy.network
        self.signatories = [Signatory(network, wallet, signer) for wallet, signer in zip(wallets, signers, strict=True)]
        self._open(wallets, [single_key(signer) for signer in signers])
        self._give_money(wallets)

    def add_unsigned(self, count: int) -> None:
        """Open wallets under one key that nobody uses, and give them money."""
        first = 2 * 10**11
        self.wallets = [wallet_id(_BANK, serial) for serial in range(first, first + count)]
        self._numbers = [0] * count
        policy = single_key(self._idle)
        self._open(self.wallets, [policy] * count)
        self._give_money(self.wallets)

    def _open(self, wallets: Sequence[WalletId], policies: Sequence[SingleKey]) -> None:
        desk, kind = self._desk, KIND_OF[Open].number
        proof = _proof(desk.registrar_signer)
        fields = (
            wallet.to_bytes(8) + bytes((WalletClass.I,)) + policy.encode()
            for wallet, policy in zip(wallets, policies, strict=True)
        )
        opens = (
            self._record(desk.registrar_wallet, number, kind, field, proof)
            for field, number in zip(fields, self._opened, strict=False)
        )
        self._settle(opens)

    def _give_money(self, wallets: Sequence[WalletId]) -> None:
        desk, kind = self._desk, KIND_OF[Exchange].number
        proof = _proof(desk.vault_signer)
        exchanges = (
            self._record(desk.vault.wallet, number, kind, _TO_AND_AMOUNT.pack(wallet, _OPENING), proof)
            for wallet, number in zip(wallets, self._exchanged, strict=False)
        )
        self._settle(exchanges)

    def _settle(self, records: Iterable[bytes]) -> None:
        records = iter(records)
        while batch := list(islice(records, 2 * _FRAME_RECORDS)):
            self.append(bodies_of(batch), len(batch))

    # Records straight to the log and the engine.

    def pay_unsigned(self, payer: int, receiver: int) -> bytes:
        """Return the record of the next payment of one unsigned wallet to another."""
        self._numbers[payer] += 1
        fields = _TO_AND_AMOUNT.pack(self.wallets[receiver], 1)
        return self._record(self.wallets[payer], self._numbers[payer], _PAY, fields, self._idle_proof)

    def append(self, bodies: Sequence[bytes], count: int) -> None:
        """Let the worker's writer append frames of these bodies, each behind a flush of its own, and apply them.

        All `count` commands must settle.
        """
        now = self.economy.now
        frames = [self.writer.write(body, now) for body in bodies]
        if sum(frame.result().outcomes.count(SETTLED) for frame in frames) != count:
            raise AssertionError("a payment of a benchmark was refused: it measures something else")

    def _record(self, account: WalletId, number: int, kind: int, fields: bytes, proof: bytes) -> bytes:
        head = _HEAD.pack(account, number, self.economy.midnight, Epoch(1), kind)
        return head + fields + NO_MEMO + proof

    # Signed payments.

    def sign_payments(self, count: int) -> list[bytes]:
        """Return signed payments of one fen, each wallet to the next, in turn."""
        signatories, midnight = self.signatories, self.economy.midnight
        places = [at % len(signatories) for at in range(count)]
        payers = [signatories[place] for place in places]
        bodies = [
            payer.body(Pay(receiver=signatories[place - 1].account, amount=Fen(1)), midnight)
            for payer, place in zip(payers, places, strict=True)
        ]
        return sign_bodies(payers, bodies)

    @property
    def _desk(self) -> Operator:
        return self.economy.operators[_BANK]


def bodies_of(records: Sequence[bytes]) -> list[bytes]:
    """Return the bodies of frames that hold the records."""
    return [join(records[at : at + _FRAME_RECORDS]) for at in range(0, len(records), _FRAME_RECORDS)]


def _proof(signer: Signer) -> bytes:
    """Return a policy and a signature of zeros."""
    return single_key(signer).encode() + b"\x01\x00" + bytes(64)


@contextmanager
def world_in(data: Path, make: EngineMaker = RustEngine, *, segment_bytes: int = SEGMENT_BYTES) -> Iterator[World]:
    """Make a world in a data folder."""
    rules = read_rules("ecny-2021")
    with open_economy(data, rules, make, lambda: _SEED, segment_bytes=segment_bytes) as economy:
        world = World(economy, data)
        try:
            yield world
        finally:
            world.writer.close()


@contextmanager
def new_world(make: EngineMaker = RustEngine) -> Iterator[World]:
    """Make a world in a folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="dcep-bench-") as folder, world_in(Path(folder), make) as world:
        yield world


def in_batches(wires: Sequence[bytes], size: int = FULL_BATCH) -> list[Sequence[bytes]]:
    """Cut payments into batches."""
    return [wires[at : at + size] for at in range(0, len(wires), size)]
