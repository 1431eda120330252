"""Officers' orders that overwrite: each names the version that it replaces."""

from __future__ import annotations

from dataclasses import dataclass

from dcep.clock import UnixMs
from dcep.ids import LedgerId, OperatorId, WalletId
from dcep.messages.layout import Code, Key, Name, Version
from dcep.messages.policies import Policy
from dcep.money import Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLimits:
    """Limits of one wallet class, fen; the largest u64 means none."""

    cap: Fen
    single: Fen
    daily: Fen
    annual: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A dated rule set: in force from `effective_at`; classes I, II, III, IV, corporate in this order."""

    replaces: Version
    name: Name
    effective_at: UnixMs
    max_life: UnixMs
    clock_bound: UnixMs
    classes: tuple[ClassLimits, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """The keys that may sign frames and headers of a ledger."""

    ledger: LedgerId
    replaces: Version
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBoard:
    """A new officers' board; always a policy of kind Board."""

    replaces: Version
    board: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOperator:
    """Admit an operator on a shard (replaces 0), or change its status: 1 admitted, 2 suspended."""

    operator: OperatorId
    shard: LedgerId
    replaces: Version
    status: Code
    registrar: WalletId
    registrar_policy: Policy
    vault: WalletId
    vault_policy: Policy
