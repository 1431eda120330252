"""The holder of a wallet: signs, stores, sends, and sends the same bytes again until the answer is final.

1. A command's number and signed bytes are durable before they are sent.
2. They are sent as they are, again and again, until the ledger's answer is final or patience ends; then the order stays
   open, and the next look at the wallet begins by sending it again.
3. `settled` is believed with its receipt only: command, path and the worker's signature hold. Both are stored together.
4. No number is signed for twice, and few orders are open at once: a window has 64 numbers.
5. What shall not happen any more is stopped by `cancel` under its own number, before anything is believed about it.
6. A wallet that comes back from a copy uses the numbers high + 64 and high + 128 up. Then every number that the lost
   device may have signed for is behind the window, and nothing of it can happen any more.

What is asked of the ledger is a step (`steps`); whoever drives them has the way to it.

Source: PROTOCOL, "What is final, and what the sender hears" and "The wallet".
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final, NamedTuple

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.errors import BadInput, DcepError, Unavailable
from dcep.ids import CommandId, NetworkId, WalletId
from dcep.messages.commands.conditions import SignedByAccount
from dcep.messages.commands.policies import SetPolicy
from dcep.messages.layout import Epoch, Hash, Key, Number
from dcep.messages.outcomes import Status
from dcep.messages.policies import Policy
from dcep.messages.receipts import BadReceipt, encode_receipt, verify
from dcep.messages.signatory import Signatory
from dcep.messages.signed import NO_MEMO, decode
from dcep.money import Fen
from dcep.wallet.payments import Wallet
from dcep.wallet.steps import Heard, Look, Prove, Seen, Steps, Submit, Wait
from dcep.wallet.store import Draft, Order, Settled, WalletStore

_FINAL: Final = (Status.SETTLED, Status.REFUSED, Status.EXPIRED, Status.NEVER_PROCESSED)
# A window has 64 numbers: what is open must never push itself out.
MOST_OPEN: Final = 32
WINDOW: Final = 64
LIFE_MS: Final = 600_000
# A ledger that is still reading its history says so; a moment later it knows.
_BEHIND_MS: Final = 200


class Unproven(DcepError):
    """The ledger said `settled` and brought no proof of it: the order stays open."""

    def __init__(self, message: str) -> None:
        super().__init__("unproven_answer", message, next_step="ask again later; if it stays so, tell your operator")


class Wish(NamedTuple):
    """What the holder wants, in the words in which it is kept beside its bytes."""

    kind: str
    counterparty: int = 0
    amount: Fen = Fen(0)
    key: str | None = None
    hold: CommandId | None = None

    def require_same(self, stored: Order, network: NetworkId) -> None:
        """Return only if an order that was stored under the same key is what is wanted now."""
        draft = stored.draft
        is_alike = (draft.kind, draft.counterparty, draft.amount) == (self.kind, self.counterparty, self.amount)
        # Of which hold money is taken is not kept beside the bytes: the bytes say it.
        if not is_alike or (self.hold is not None and decode(draft.wire, network).body.order.hold != self.hold):
            message = f"the key {self.key} was used for another order"
            raise BadInput("idempotency_key_reused", message, next_step="another key, or the same order")


class Holder:
    """A wallet at work.

    Args:
        store: what the wallet must not forget.
        signer: return the key of the policy with an epoch.
        workers: the keys of the ledger's workers, which the holder trusts.
        clock: the device's time, from which expiries are counted.
    """

    def __init__(
        self,
        store: WalletStore,
        signer: Callable[[Epoch], Signer],
        workers: Collection[Key],
        clock: Callable[[], UnixMs],
    ) -> None:
        self._store, self._signer, self._workers, self._clock = store, signer, workers, clock

    def pay(self, receiver: WalletId, amount: Fen, *, key: str | None = None, memo: Hash = NO_MEMO) -> Steps[Order]:
        """Pay; the order comes with its answer, None if that is not known yet.

        Args:
            memo: of what the payment is for, zeros for nothing.
            key: the sender's own name for this payment, for ever: under one key at most one is signed.

        Raises:
            BadInput: `idempotency_key_reused`.
            DcepError: `too_many_open`; nothing was signed.
            Unproven: the ledger's word has no proof; the order stays open.
        """
        wish = Wish("pay", receiver, amount, key)
        return self._give(wish, lambda wallet, until: wallet.pay(receiver, amount, expires_at=until, memo=memo))

    def hold(
        self, receiver: WalletId, amount: Fen, until: UnixMs, *, key: str | None = None, memo: Hash = NO_MEMO
    ) -> Steps[Order]:
        """Keep money for a receiver, who alone may take it or give it back until then; later anybody may give it back.

        Args:
            until: the ledger's time, at most 366 days ahead. Under a key the first one counts.

        Raises:
            As `pay`.
        """
        by_receiver = SignedByAccount(account=receiver)
        return self._give(
            Wish("hold", receiver, amount, key),
            lambda wallet, expires_at: wallet.hold(
                receiver,
                amount,
                until,
                capture_if=by_receiver,
                release_if=by_receiver,
                expires_at=expires_at,
                memo=memo,
            ),
        )

    def capture(self, hold: CommandId, amount: Fen, *, key: str | None = None) -> Steps[Order]:
        """Let a hold pay its receiver, in whole or in part; errors are those of `pay`."""
        wish = Wish("capture", amount=amount, key=key, hold=hold)
        return self._give(wish, lambda wallet, until: wallet.capture(hold, amount, expires_at=until))

    def release(self, hold: CommandId, *, key: str | None = None) -> Steps[Order]:
        """Let what is left of a hold go back to its payer, and end it; errors are those of `pay`."""
        wish = Wish("release", key=key, hold=hold)
        return self._give(wish, lambda wallet, until: wallet.release(hold, expires_at=until))

    def take_refund(self, original: CommandId, payer: WalletId, amount: Fen, *, key: str | None = None) -> Order:
        """Sign and store a refund of a payment that was received, for the operator to judge; it is not sent."""
        wish = Wish("refund", payer, amount, key)
        return self._take(wish, lambda wallet, until: wallet.refund(payer, amount, original, expires_at=until))

    def take_redeem(self, vault: WalletId, amount: Fen, *, key: str | None = None) -> Order:
        """Sign and store a redemption 兑回 for the operator to collect; it is not sent."""
        wish = Wish("redeem", vault, amount, key)
        return self._take(wish, lambda wallet, until: wallet.redeem(vault, amount, expires_at=until))

    def cancel(self) -> Steps[Order]:
        """Use a number up, so that everything below a window of it can never happen."""
        return self._give(Wish("cancel"), lambda wallet, until: wallet.cancel(expires_at=until))

    def rotate(self, policy: Policy) -> Steps[Order]:
        """Put another policy in the place of the one in force; once that has settled its key signs."""
        epoch = self._store.identity.epoch
        return self._give(
            Wish("set_policy"), lambda wallet, until: wallet.set_policy(policy, replaces=epoch, expires_at=until)
        )

    def heal(self) -> Steps[list[Order]]:
        """Send again whatever has no final answer; these orders come as they stand now."""
        # 2.
        healed = []
        for order in self._store.open_orders():
            healed.append((yield from self.send(order)))
        return healed

    def recover(self) -> Steps[list[Order]]:
        """Make dead whatever another device with this key may have signed; the two orders that do it come back.

        Raises:
            BadInput: `unknown_wallet`: the ledger has no such account.
            Unavailable: one of them has no final answer yet; the same again goes on.
        """
        # 6.
        seen: Seen | None = yield Look(self._store.identity.wallet)
        if seen is None:
            raise BadInput("unknown_wallet", "the ledger has no such wallet", next_step="open it at its operator")
        spent = []
        for windows in (1, 2):
            self._store.catch_up(seen.epoch, Number(seen.high + windows * WINDOW))
            order = yield from self.cancel()
            if order.answer is None:
                message = "the ledger has not said yet that the old numbers are used up"
                raise Unavailable("recovery_open", message, retry_after_ms=_BEHIND_MS, next_step="dcep wallet recover")
            spent.append(order)
        return spent

    def _give(self, wish: Wish, sign: Callable[[Wallet, UnixMs], bytes]) -> Steps[Order]:
        # Taken before the first step: whoever has the story in hand has the order in store.
        order = self._take(wish, sign)
        return self.send(order)

    def _take(self, wish: Wish, sign: Callable[[Wallet, UnixMs], bytes]) -> Order:
        stored = None if wish.key is None else self._store.keyed(wish.key)
        if stored is not None:
            wish.require_same(stored, self._store.identity.network)
            return stored
        # 4.
        if len(self._store.open_orders()) >= MOST_OPEN:
            message = f"{MOST_OPEN} orders have no final answer yet"
            raise DcepError("too_many_open", message, next_step="wait for their answers: dcep wallet history")
        identity, now = self._store.identity, self._clock()
        expires_at, signer = UnixMs(now + LIFE_MS), self._signer(identity.epoch)

        def make(number: Number) -> Draft:
            signatory = Signatory(identity.network, identity.wallet, signer, number=number, epoch=identity.epoch)
            wire = sign(Wallet(signatory), expires_at)
            command = decode(wire, identity.network)
            return Draft(
                wire=wire,
                command=command.id,
                kind=wish.kind,
                counterparty=wish.counterparty,
                amount=wish.amount,
                expires_at=expires_at,
                key=wish.key,
            )

        # 1.
        return self._store.take(make, now)

    # 2.

    def send(self, order: Order) -> Steps[Order]:
        """Send an order's bytes until its answer is final or the patience is over."""
        while order.answer is None:
            try:
                heard: Heard = yield Submit(order.draft.wire)
            except Unavailable as later:
                retry_after_ms = later.retry_after_ms
            else:
                if heard.outcome.status in _FINAL:
                    return (yield from self._write_down(order, heard))
                if heard.outcome.status is not Status.BEHIND:
                    # Nothing changed, and the same bytes may still be taken: the order stays open.
                    return order
                retry_after_ms = _BEHIND_MS
            if not (yield Wait(retry_after_ms)):
                return order
        return order

    def stop(self, order: Order) -> Steps[Order]:
        """Let an order without an answer never happen, if it has not: its number is used up by another command.

        Whatever the ledger says to the order afterwards is the truth, and final.
        """
        # 5.
        identity = self._store.identity
        signer = self._signer(identity.epoch)
        signatory = Signatory(identity.network, identity.wallet, signer, number=order.number, epoch=identity.epoch)
        wire = Wallet(signatory).cancel(expires_at=UnixMs(self._clock() + LIFE_MS))
        while order.answer is None:
            try:
                heard: Heard = yield Submit(wire)
            except Unavailable as later:
                retry_after_ms = later.retry_after_ms
            else:
                if heard.outcome.status is not Status.BEHIND:
                    break
                retry_after_ms = _BEHIND_MS
            if not (yield Wait(retry_after_ms)):
                return order
        return (yield from self.send(order))

    # 3.

    def _write_down(self, order: Order, heard: Heard) -> Steps[Order]:
        settled = (yield from self._proven(order, heard)) if heard.outcome.status is Status.SETTLED else None
        self._store.settle(order.draft.command, heard.outcome.code, settled)
        written = self._store.find(order.draft.command)
        assert written is not None, "it was stored before it was sent"
        return written

    def _proven(self, order: Order, heard: Heard) -> Steps[Settled]:
        if heard.seq is None:
            raise Unproven("the answer names no place in the log")
        receipt = heard.receipt or (yield Prove(order.draft.command, heard.seq, heard.place))
        try:
            proven = verify(receipt, self._store.identity.network, self._workers)
        except BadReceipt as error:
            raise Unproven(str(error)) from error
        if proven.command.id != order.draft.command or proven.outcome.status is not Status.SETTLED:
            raise Unproven("the receipt proves another command")
        changed = proven.command.body.order
        epoch = Epoch(changed.replaces + 1) if isinstance(changed, SetPolicy) else None
        return Settled(heard.seq, heard.place, encode_receipt(receipt), epoch)
