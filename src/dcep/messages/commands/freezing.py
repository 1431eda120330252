"""Freeze and unfreeze on a legal basis."""

from __future__ import annotations

from dataclasses import dataclass

from dcep.ids import WalletId
from dcep.messages.layout import Code, Hash, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """Freeze a wallet; scope: 1 to pay, 2 to receive, 3 both. It then stands frozen in exactly this scope."""

    wallet: WalletId
    replaces: Version
    scope: Code
    basis: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfreeze:
    """Lift every freeze of a wallet; money locked meanwhile becomes free."""

    wallet: WalletId
    replaces: Version
    basis: Hash
