"""The registrar of an operator: opens wallets, sets classes, freezes and closes, for its own customers."""

from __future__ import annotations

from dcep.clock import UnixMs
from dcep.ids import WalletId
from dcep.messages.commands.freezing import Freeze, Unfreeze
from dcep.messages.commands.wallets import Close, Open, SetClass
from dcep.messages.layout import Code, Hash, Version
from dcep.messages.policies import Policy
from dcep.messages.signatory import Signatory


class Registrar:
    """Orders about wallets, each the wire of a signed command."""

    def __init__(self, signatory: Signatory) -> None:
        self._signatory = signatory

    def open(self, wallet: WalletId, wallet_class: int, policy: Policy, *, expires_at: UnixMs) -> bytes:
        """Open a wallet of a class for a holder's policy."""
        return self._signatory.sign(Open(wallet=wallet, wallet_class=Code(wallet_class), policy=policy), expires_at)

    def set_class(self, wallet: WalletId, wallet_class: int, *, replaces: Version, expires_at: UnixMs) -> bytes:
        """Move a wallet to another class; `replaces` is its standing."""
        order = SetClass(wallet=wallet, replaces=replaces, wallet_class=Code(wallet_class))
        return self._signatory.sign(order, expires_at)

    def freeze(self, wallet: WalletId, scope: int, *, replaces: Version, basis: Hash, expires_at: UnixMs) -> bytes:
        """Freeze a wallet in a scope on a legal basis."""
        order = Freeze(wallet=wallet, replaces=replaces, scope=Code(scope), basis=basis)
        return self._signatory.sign(order, expires_at)

    def unfreeze(self, wallet: WalletId, *, replaces: Version, basis: Hash, expires_at: UnixMs) -> bytes:
        """Lift every freeze of a wallet."""
        return self._signatory.sign(Unfreeze(wallet=wallet, replaces=replaces, basis=basis), expires_at)

    def close(self, wallet: WalletId, *, expires_at: UnixMs) -> bytes:
        """Close an empty wallet for ever."""
        return self._signatory.sign(Close(wallet=wallet), expires_at)
