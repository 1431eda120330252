"""Money that is kept apart for somebody until it is taken or given back."""

from __future__ import annotations

from dataclasses import dataclass

from dcep.clock import UnixMs
from dcep.ids import CommandId, WalletId
from dcep.messages.commands.conditions import Condition, Evidence
from dcep.money import Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Keep money for the receiver, who may be paid by `capture_if` until `until`.

    By `release_if` it may go back before, and from then on by anybody.
    """

    receiver: WalletId
    amount: Fen
    until: UnixMs
    capture_if: Condition
    release_if: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Pay the receiver of a hold, all of it or a part."""

    hold: CommandId
    amount: Fen
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Give the rest of a hold back to its payer, and end it."""

    hold: CommandId
    evidence: Evidence
