"""What the central bank and the settlement system say to each other about reserves, before it is written as XML."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dcep.clock import UnixMs
from dcep.ids import NetworkId, OperatorId
from dcep.messages.layout import LockId
from dcep.money import Fen

# An amount of an ISO 20022 message has at most 18 digits, two of them fen.
MAX_AMOUNT: Final = Fen(10**18 - 1)
SIMULATED: Final = "assurance: simulated"
_TAG: Final = b"dres"


class Direction(StrEnum):
    """Which way reserves go: to the reserve account, where they are locked, or back to the operator."""

    LOCK = "lock"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The numbers of the accounts: the reserve account, and what stands before an operator's number in its own."""

    reserve: str = "RESERVE"
    operator_prefix: str = "SETTLEMENT-"

    def of(self, operator: OperatorId) -> str:
        """Return the number of an operator's settlement account."""
        return f"{self.operator_prefix}{operator:03}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Central-bank money from one account to another; `reference` is the lock id and names the transfer for ever."""

    reference: LockId
    direction: Direction
    operator: OperatorId
    amount: Fen
    at: UnixMs


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry on an account, as its keeper tells it.

    `id` is the keeper's own reference of the entry, `reference` that of the transfer behind it, in hex; `assurance` is
    empty, or says that a stand-in wrote it.
    """

    id: str
    reference: str
    account: str
    amount: Fen
    currency: str
    is_credit: bool
    is_booked: bool
    assurance: str
    at: UnixMs


def reference_of(network: NetworkId, order_id: str, direction: Direction) -> LockId:
    """Return the reference of an order's transfer; of an issue it is the lock id, which counts once."""
    return LockId(hashlib.sha256(_TAG + network + direction.encode() + b"\0" + order_id.encode()).digest()[:16])
