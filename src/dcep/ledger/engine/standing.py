"""The face that both engines show to the worker, the audit and the tests: whole batches of bytes in, bytes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dcep.clock import UnixMs
from dcep.ids import LedgerId, WalletId
from dcep.messages.headers import Flow
from dcep.messages.layout import Hash, Key, Lane, Number, Version
from dcep.messages.outcomes import Outcome
from dcep.money import Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A frame that counts: its commands, their ids (32 bytes each), their outcomes, and the RFC 6962 root over both."""

    count: int
    ids: bytes
    outcomes: bytes
    root: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a signed header says of the state: folded time, money, the vault lane's window, versions in force, flows.

    `clock_bound` is how far the rules in force let a frame be ahead of tier 1; no header carries it.
    """

    now: UnixMs
    told: UnixMs
    total: int
    vault_high: Number
    vault_used: int
    board: Version
    workers: Version
    rules: Version
    clock_bound: UnixMs
    flows: tuple[Flow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Where the money of a ledger is, fen, counted account by account; on tier 1 also what was issued and withdrawn."""

    wallets: int
    vaults: int
    issuing_vault: int
    locked: int
    suspense: int
    alarms: int
    issued: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """An account as it stands, for those who ask; `high`, `used`, `settled` are the window of its first lane."""

    wallet: WalletId
    wallet_class: int
    balance: Fen
    locked: Fen
    in_flight: Fen
    spent_today: Fen
    spent_this_year: Fen
    epoch: int
    standing: int
    frozen_to_pay: bool
    frozen_to_receive: bool
    closed: bool
    high: Number
    used: int
    settled: int


class Engine(Protocol):
    """One ledger's state and law."""

    def apply(self, worker: Key, time: UnixMs, body: bytes) -> Applied | None:
        """Fold a frame whose worker's signature was verified; None if it is skipped."""
        ...

    def hear(self, body: bytes) -> list[Outcome | None]:
        """Say of each record in a frame's body what may be answered before the append, None where it must be judged."""
        ...

    def standing(self) -> Standing:
        """Return what a header says."""
        ...

    def sums(self) -> Sums:
        """Count the money."""
        ...

    def account(self, wallet: WalletId) -> AccountView | None:
        """Return an account."""
        ...

    def balances(self) -> list[tuple[WalletId, Fen]]:
        """Return every account's balance in opening order."""
        ...

    def window(self, wallet: WalletId, lane: Lane) -> tuple[Number, int, int]:
        """Return high, used and settled of a lane; a fresh window where there is none."""
        ...

    def outbound(self, peer: LedgerId, n: Number) -> bytes | None:
        """Return a message that the peer has not acknowledged."""
        ...

    def acked(self, peer: LedgerId) -> Number:
        """Return how many messages the peer has acknowledged."""
        ...

    def is_worker(self, key: Key) -> bool:
        """Return whether frames by this key count now."""
        ...

    def chunks(self) -> list[bytes]:
        """Return the whole state in canonical bytes."""
        ...

    def root(self) -> Hash:
        """Return the root of the whole state."""
        ...


class EngineMaker(Protocol):
    """Make an engine at its genesis, or from a snapshot's chunks."""

    def __call__(self, genesis: bytes, ledger: LedgerId, chunks: Sequence[bytes] | None = None) -> Engine: ...
