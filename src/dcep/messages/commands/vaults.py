"""Between a bank vault and its customers' wallets, and back to the issuing vault."""

from __future__ import annotations

from dataclasses import dataclass

from dcep.ids import WalletId
from dcep.money import Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Exchange deposit for digital currency 兑出: the vault pays the operator's own customer."""

    receiver: WalletId
    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeem:
    """Redeem digital currency for deposit 兑回: the holder pays the own operator's vault."""

    vault: WalletId
    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Return money from the bank vault to the issuing vault on tier 1."""

    amount: Fen
