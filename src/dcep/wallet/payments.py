"""What a holder signs: pay, refund, cancel, redeem, hold, capture, release, another policy."""

from __future__ import annotations

from dcep.clock import UnixMs
from dcep.ids import CommandId, WalletId
from dcep.messages.commands.conditions import NO_EVIDENCE, Condition
from dcep.messages.commands.holds import Capture, Hold, Release
from dcep.messages.commands.payments import Cancel, Pay, Refund
from dcep.messages.commands.policies import SetPolicy
from dcep.messages.commands.vaults import Redeem
from dcep.messages.layout import Epoch, Hash
from dcep.messages.policies import Policy
from dcep.messages.signatory import Signatory
from dcep.messages.signed import NO_MEMO
from dcep.money import Fen


class Wallet:
    """Orders about the holder's money, each the wire of a signed command. Send the same bytes again until final."""

    def __init__(self, signatory: Signatory) -> None:
        self.signatory = signatory

    @property
    def id(self) -> WalletId:
        """The wallet's number."""
        return self.signatory.account

    def pay(self, receiver: WalletId, amount: Fen, *, expires_at: UnixMs, memo: Hash = NO_MEMO) -> bytes:
        """Pay the receiver; the memo says what for."""
        return self.signatory.sign(Pay(receiver=receiver, amount=amount), expires_at, memo)

    def refund(self, receiver: WalletId, amount: Fen, original: CommandId, *, expires_at: UnixMs) -> bytes:
        """Pay back a payment that was received."""
        return self.signatory.sign(Refund(receiver=receiver, amount=amount, original=original), expires_at)

    def cancel(self, *, expires_at: UnixMs) -> bytes:
        """Use the next number up."""
        return self.signatory.sign(Cancel(), expires_at)

    def set_policy(self, policy: Policy, *, replaces: Epoch, expires_at: UnixMs) -> bytes:
        """Put another policy in the place of the one with this epoch."""
        return self.signatory.sign(SetPolicy(replaces=replaces, policy=policy), expires_at)

    def redeem(self, vault: WalletId, amount: Fen, *, expires_at: UnixMs) -> bytes:
        """Redeem digital currency for deposit 兑回."""
        return self.signatory.sign(Redeem(vault=vault, amount=amount), expires_at)

    def hold(
        self,
        receiver: WalletId,
        amount: Fen,
        until: UnixMs,
        *,
        capture_if: Condition,
        release_if: Condition,
        expires_at: UnixMs,
        memo: Hash = NO_MEMO,
    ) -> bytes:
        """Keep money for the receiver, who may be paid from it by one condition, and it may go back by the other."""
        order = Hold(receiver=receiver, amount=amount, until=until, capture_if=capture_if, release_if=release_if)
        return self.signatory.sign(order, expires_at, memo)

    def capture(self, hold: CommandId, amount: Fen, *, expires_at: UnixMs) -> bytes:
        """Pay the receiver from a hold; whoever signs is all the evidence that is brought."""
        return self.signatory.sign(Capture(hold=hold, amount=amount, evidence=NO_EVIDENCE), expires_at)

    def release(self, hold: CommandId, *, expires_at: UnixMs) -> bytes:
        """Give the rest of a hold back to its payer; whoever signs is all the evidence that is brought."""
        return self.signatory.sign(Release(hold=hold, evidence=NO_EVIDENCE), expires_at)
