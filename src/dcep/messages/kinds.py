"""Every command: its number, its record, its chapter, who has the authority, and where it is law.

The table is vectors/commands.tsv in Python; a test compares them line by line.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dcep.messages.commands import (
    channel,
    freezing,
    governance,
    holds,
    issuance,
    payments,
    policies,
    timekeeping,
    vaults,
    wallets,
)


class Authority(StrEnum):
    """Who may give the command. The last four carry no account and no number."""

    HOLDER = "holder"
    ANY_ACCOUNT = "any account"
    REGISTRAR = "registrar"
    HOLDER_OR_REGISTRAR = "holder or registrar"
    REGISTRAR_OR_SUPERVISION = "registrar or supervision"
    VAULT = "vault"
    BOARD = "board"
    PROOF = "proof"
    MEMBERS = "members"
    WORKER = "worker"


UNNUMBERED: Final = frozenset({Authority.PROOF, Authority.MEMBERS, Authority.WORKER})


class Ledgers(StrEnum):
    """On which ledgers a command is law."""

    RETAIL = "retail"
    TIER1 = "tier1"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One line of the table."""

    number: int
    name: str
    record: type
    chapter: str
    authority: Authority
    ledgers: Ledgers

    @property
    def is_numbered(self) -> bool:
        """Return whether the command is given by an account under a number."""
        return self.authority not in UNNUMBERED


def _kind(number: int, name: str, record: type, authority: Authority, ledgers: Ledgers) -> Kind:
    chapter = record.__module__.rpartition(".")[2]
    return Kind(number=number, name=name, record=record, chapter=chapter, authority=authority, ledgers=ledgers)


_A, _L = Authority, Ledgers
KINDS: Final[dict[int, Kind]] = {
    kind.number: kind
    for kind in (
        _kind(0x01, "open", wallets.Open, _A.REGISTRAR, _L.RETAIL),
        _kind(0x02, "set_class", wallets.SetClass, _A.REGISTRAR, _L.RETAIL),
        _kind(0x03, "close", wallets.Close, _A.HOLDER_OR_REGISTRAR, _L.RETAIL),
        _kind(0x08, "freeze", freezing.Freeze, _A.REGISTRAR_OR_SUPERVISION, _L.RETAIL),
        _kind(0x09, "unfreeze", freezing.Unfreeze, _A.REGISTRAR_OR_SUPERVISION, _L.RETAIL),
        _kind(0x10, "pay", payments.Pay, _A.HOLDER, _L.RETAIL),
        _kind(0x11, "refund", payments.Refund, _A.HOLDER, _L.RETAIL),
        _kind(0x12, "cancel", payments.Cancel, _A.ANY_ACCOUNT, _L.BOTH),
        _kind(0x18, "exchange", vaults.Exchange, _A.VAULT, _L.RETAIL),
        _kind(0x19, "redeem", vaults.Redeem, _A.HOLDER, _L.RETAIL),
        _kind(0x1A, "return", vaults.Return, _A.VAULT, _L.RETAIL),
        _kind(0x20, "set_policy", policies.SetPolicy, _A.ANY_ACCOUNT, _L.RETAIL),
        _kind(0x28, "credit", channel.Credit, _A.PROOF, _L.BOTH),
        _kind(0x29, "ack", channel.Ack, _A.PROOF, _L.BOTH),
        _kind(0x2A, "resend", channel.Resend, _A.PROOF, _L.TIER1),
        _kind(0x30, "issue", issuance.Issue, _A.BOARD, _L.TIER1),
        _kind(0x31, "allocate", issuance.Allocate, _A.BOARD, _L.TIER1),
        _kind(0x32, "withdraw", issuance.Withdraw, _A.BOARD, _L.TIER1),
        _kind(0x38, "rules", governance.Rules, _A.BOARD, _L.TIER1),
        _kind(0x39, "workers", governance.Workers, _A.BOARD, _L.TIER1),
        _kind(0x3A, "set_board", governance.SetBoard, _A.BOARD, _L.TIER1),
        _kind(0x3B, "set_operator", governance.SetOperator, _A.BOARD, _L.TIER1),
        _kind(0x40, "tick", timekeeping.Tick, _A.MEMBERS, _L.BOTH),
        _kind(0x41, "checkpoint", timekeeping.Checkpoint, _A.WORKER, _L.BOTH),
        _kind(0x48, "hold", holds.Hold, _A.HOLDER, _L.RETAIL),
        _kind(0x49, "capture", holds.Capture, _A.ANY_ACCOUNT, _L.RETAIL),
        _kind(0x4A, "release", holds.Release, _A.ANY_ACCOUNT, _L.RETAIL),
    )
}
KIND_OF: Final[dict[type, Kind]] = {kind.record: kind for kind in KINDS.values()}
