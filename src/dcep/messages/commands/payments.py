"""Pay, refund, cancel."""

from __future__ import annotations

from dataclasses import dataclass

from dcep.ids import CommandId, WalletId
from dcep.money import Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """Pay the receiver."""

    receiver: WalletId
    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Pay back; `original` is the command id of the payment that is undone."""

    receiver: WalletId
    amount: Fen
    original: CommandId


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Use a number up, so that whatever else was signed under it is dead."""
