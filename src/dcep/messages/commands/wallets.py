"""Open, classify and close wallets."""

from __future__ import annotations

from dataclasses import dataclass

from dcep.ids import WalletId
from dcep.messages.layout import Code, Version
from dcep.messages.policies import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Open a wallet of a class for a holder's policy."""

    wallet: WalletId
    wallet_class: Code
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class SetClass:
    """Move a wallet to another class, after better or lesser evidence."""

    wallet: WalletId
    replaces: Version
    wallet_class: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """Close an empty wallet for ever: by its holder, or by its operator's registrar."""

    wallet: WalletId
