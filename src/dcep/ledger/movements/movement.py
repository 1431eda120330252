"""A movement: what one settled command did to one wallet, as the wallet's own operator may know it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from dcep.clock import UnixMs
from dcep.ids import CommandId, WalletId
from dcep.messages.layout import Hash, Seq
from dcep.money import Fen


class MovementKind(StrEnum):
    """What happened, as the wallet sees it."""

    OPENED = "opened"
    CLASS_SET = "class_set"
    POLICY_SET = "policy_set"
    FROZEN = "frozen"
    UNFROZEN = "unfrozen"
    CLOSED = "closed"
    PAID = "paid"
    RECEIVED = "received"
    REFUND_PAID = "refund_paid"
    REFUND_RECEIVED = "refund_received"
    RETURNED = "returned"
    HELD = "held"
    HOLD_CAPTURED = "hold_captured"
    CAPTURE_RECEIVED = "capture_received"
    HOLD_RELEASED = "hold_released"
    EXCHANGE_PAID = "exchange_paid"
    EXCHANGED = "exchanged"
    REDEEMED = "redeemed"
    REDEMPTION_RECEIVED = "redemption_received"
    ALLOCATED = "allocated"
    RETURNED_TO_ISSUER = "returned_to_issuer"
    ISSUED = "issued"
    ALLOCATION_SENT = "allocation_sent"
    WITHDRAWN = "withdrawn"
    TAKEN_BACK = "taken_back"


class Effect(StrEnum):
    """What the amount did to the balance."""

    IN = "in"
    OUT = "out"
    NONE = "none"


class Movement(NamedTuple):
    """One command's effect on one wallet; (seq, place, part) is its place in the order of the log.

    `amount` is what the command was about, fen; it went into the balance, out of it, or did nothing to it, as money
    that a freeze has locked. `command` is the id that whoever paid knows, on whichever ledger that was; `refers_to` the
    payment that a refund undoes, or the hold. `policy` is the encoded policy of `opened` and `policy_set`, `epoch` its
    version. `memo` says what a payment is for; None where it says nothing, or has come from another ledger.
    """

    seq: Seq
    place: int
    part: int
    at: UnixMs
    kind: MovementKind
    wallet: WalletId
    counterparty: WalletId | None
    amount: Fen
    effect: Effect
    command: CommandId
    refers_to: CommandId | None = None
    wallet_class: int | None = None
    policy: bytes | None = None
    epoch: int | None = None
    memo: Hash | None = None

    @property
    def change(self) -> int:
        """What the balance changed by, fen."""
        match self.effect:
            case Effect.IN:
                return self.amount
            case Effect.OUT:
                return -self.amount
            case Effect.NONE:
                return 0
