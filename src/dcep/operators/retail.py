"""What an operator asks of its line to the retail ledger; `ledger.client` has it, in one process or over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from dcep.clock import UnixMs
from dcep.ids import WalletId
from dcep.messages.outcomes import Outcome
from dcep.money import Fen


class Answered(Protocol):
    """An answer of the ledger."""

    @property
    def outcome(self) -> Outcome: ...


class Held(Protocol):
    """An account as it stands."""

    @property
    def balance(self) -> Fen: ...

    @property
    def locked(self) -> Fen: ...

    @property
    def wallet_class(self) -> int: ...

    @property
    def standing(self) -> int: ...


class Stands(Protocol):
    """What the newest header of the ledger says."""

    @property
    def now(self) -> UnixMs: ...


class RetailLine(Protocol):
    """A line to the retail ledger."""

    def submit(self, wires: Sequence[bytes]) -> Sequence[Answered]:
        """Send commands and wait for their answers, in order; raise Unavailable where the same must be sent again."""
        ...

    def history(self, wire: bytes) -> Answered:
        """Return what became of a command, without sending it."""
        ...

    def account(self, wallet: WalletId) -> Held | None:
        """Return an account as it stands."""
        ...

    def standing(self) -> Stands:
        """Return what the newest header says: its time is the one that expiry is judged by."""
        ...
