"""The bank vault of an operator: exchange to its customers, return to the issuing vault."""

from __future__ import annotations

from dcep.clock import UnixMs
from dcep.ids import WalletId
from dcep.messages.commands.vaults import Exchange, Return
from dcep.messages.signatory import Signatory
from dcep.money import Fen


class Vault:
    """Orders about the vault's money, each the wire of a signed command."""

    def __init__(self, signatory: Signatory) -> None:
        self._signatory = signatory

    @property
    def wallet(self) -> WalletId:
        """The vault's account."""
        return self._signatory.account

    def exchange(self, receiver: WalletId, amount: Fen, *, expires_at: UnixMs) -> bytes:
        """Exchange deposit for digital currency 兑出."""
        return self._signatory.sign(Exchange(receiver=receiver, amount=amount), expires_at)

    def return_to_issuer(self, amount: Fen, *, expires_at: UnixMs) -> bytes:
        """Return money to the issuing vault."""
        return self._signatory.sign(Return(amount=amount), expires_at)
