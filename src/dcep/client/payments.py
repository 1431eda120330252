"""What a wallet signs: payments, holds, redemptions, refunds, another key; what a lost answer or device asks for.

1. A payment goes to the ledger itself, a redemption and a refund by the operator: it credits the deposit, and judges
   that refunds stay within the payment. The ledger's own answer, with its receipt, is asked for afterwards.
2. What the operator says no to is stopped at the ledger under its own number, before anybody believes it.
3. What has no final answer is taken up again: a redemption is brought once more, a refund is stopped, for its payment
   is not kept here; anything else is sent again. Whatever the ledger says then is final.
4. A receipt may be signed by a worker that came after the genesis: who that may be follows from the officers' orders.
4. A receipt may be signed by a worker that came after the genesis: who that may be follows from the officers' orders.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from dcep.client.asking import over_http, receipt_at
from dcep.client.door import SAYS_NOTHING, Door
from dcep.client.meeting import learn_workers
from dcep.client.proofs import prove
from dcep.client.reading import read
from dcep.client.records import OperatorOrder, Payment, Proof
from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError, Unavailable
from dcep.ids import CommandId, WalletId
from dcep.messages.headers import decode_signed_header
from dcep.messages.layout import Epoch, Malformed
from dcep.messages.merchants.requests import memo_of
from dcep.messages.receipts import Receipt, encode_receipt
from dcep.messages.signatory import single_key
from dcep.messages.signed import decode
from dcep.money import Fen
from dcep.wallet.holder import Holder
from dcep.wallet.steps import Steps
from dcep.wallet.store import Order

_End = TypeVar("_End")


class Payments:
    """What one wallet signs."""

    def __init__(self, door: Door, clock: Callable[[], UnixMs], draw: Callable[[int], bytes]) -> None:
        self._door, self._draw = door, draw
        self._folder = door.folder
        self._holder = Holder(self._folder.store, self._folder.signer, self._folder.workers, clock)

    def pay(
        self, receiver: WalletId, amount: Fen, key: str | None = None, reference: str | None = None
    ) -> Steps[Payment]:
        """Pay; the payment comes with its answer, None if that is not known yet."""
        return self._told(self._holder.pay(receiver, amount, key=key, memo=memo_of(reference)))

    def hold(
        self, receiver: WalletId, amount: Fen, until: UnixMs, key: str | None = None, reference: str | None = None
    ) -> Steps[Payment]:
        """Keep money for a receiver; the payment's id is what the receiver captures and releases by."""
        return self._told(self._holder.hold(receiver, amount, until, key=key, memo=memo_of(reference)))

    def capture(self, hold: CommandId, amount: Fen, key: str | None = None) -> Steps[Payment]:
        """Be paid from a hold, in whole or in part."""
        return self._told(self._holder.capture(hold, amount, key=key))

    def release(self, hold: CommandId, key: str | None = None) -> Steps[Payment]:
        """Give what is left of a hold back to its payer."""
        return self._told(self._holder.release(hold, key=key))

    def proof_of(self, command: CommandId, seq: int, place: int) -> Steps[Proof]:
        """Ask the ledger for the receipt of a command that stands at a place of its log, and judge it."""
        receipt = yield from receipt_at(self._folder.trust.ledger_url, seq, place, command)
        proof = yield from self._proof(receipt)
        if proof.id != command:
            raise DcepError("bad_receipt", "this receipt proves another command")
        return proof

    def redeem(self, amount: Fen, key: str | None = None) -> Steps[Payment]:
        """Redeem digital currency for deposit 兑回, and wait until the deposit is credited.

        Raises:
            DcepError: the operator says no, and what was signed is dead.
            Unavailable: it has not ended when the patience is over; `heal` goes on.
        """
        order = self._holder.take_redeem(self._folder.trust.vault, amount, key=key)
        if order.answer is not None:
            return payment_of(order)
        return (yield from self._payment(self._redeem(order)))

    def refund(self, original: CommandId, seq: int, place: int, amount: Fen) -> Steps[Payment]:
        """Pay back a payment that was received, or a part of it.

        Args:
            original: the payment, which stands at a place of the log.

        Raises:
            DcepError: `refund_over_original` and other words of the operator; what was signed is dead.
        """
        trust = self._folder.trust
        receipt = yield from receipt_at(trust.ledger_url, seq, place, original)
        proof = yield from self._proof(receipt)
        if proof.id != original or proof.receiver != self._door.wallet:
            raise BadInput("other_payment", "this is no payment to this wallet")
        order = self._holder.take_refund(original, proof.payer, amount)
        body = {"payment": receipt.command.hex(), "refund": order.draft.wire.hex()}
        return (yield from self._payment(self._bring(order, "refunds", json=body)))

    def rotate(self) -> Steps[Payment]:
        """Put a new key in the place of the one that signs now, and tell the operator."""
        epoch = Epoch(self._folder.store.identity.epoch + 1)
        signer = self._folder.next_signer(epoch, self._draw)
        payment = yield from self._told(self._holder.rotate(single_key(signer)))
        if payment.is_settled:
            # Any request would do: the door brings the change when the new key is not known.
            yield from self._door.account()
        return payment

    def recover(self) -> Steps[list[Payment]]:
        """Make dead whatever a lost device with this key may have signed."""
        yield from self.heal()
        orders = yield from self._over_http(self._holder.recover())
        return [payment_of(order) for order in orders]

    def heal(self) -> Steps[list[Payment]]:
        """Take up whatever has no final answer; these payments come as they stand then, until one cannot go on."""
        healed = []
        for order in self._folder.store.open_orders():
            payment = yield from self.take_up(order)
            healed.append(payment)
            if payment.answer is None:
                break
        return healed

    def pay_once(self, receiver: WalletId, amount: Fen) -> Steps[tuple[Payment, bool]]:
        """Pay, or go on with a payment like this that nobody was told the end of; say whether that was so."""
        left = self._unfinished("pay", receiver, amount)
        if left is not None:
            return (yield from self.take_up(left)), True
        return (yield from self.pay(receiver, amount)), False

    def redeem_once(self, amount: Fen) -> Steps[tuple[Payment, bool]]:
        """Redeem, or go on with a redemption like this that nobody was told the end of; say whether that was so."""
        left = self._unfinished("redeem", self._folder.trust.vault, amount)
        if left is not None:
            return (yield from self.take_up(left)), True
        return (yield from self.redeem(amount)), False

    def refund_once(self, original: CommandId, seq: int, place: int, amount: Fen) -> Steps[tuple[Payment, bool]]:
        """Refund, or hear how a refund like this ended, of which nobody was told; say whether that was so.

        One that is stopped by that, because nobody has heard of it, is dead, and the refund is made anew.
        """
        for order in self._folder.store.untold():
            if (order.draft.kind, order.draft.amount) == ("refund", amount) and self._undoes(order) == original:
                payment = yield from self.take_up(order)
                if payment.answer is None or payment.is_settled:
                    return payment, True
                self._folder.store.tell(payment.id)
        return (yield from self.refund(original, seq, place, amount)), False

    def _undoes(self, order: Order) -> CommandId:
        """Return the payment that a stored refund names."""
        undone: CommandId = decode(order.draft.wire, self._folder.trust.network).body.order.original
        return undone

    def _unfinished(self, kind: str, counterparty: int, amount: Fen) -> Order | None:
        for order in self._folder.store.untold():
            draft = order.draft
            if (draft.kind, draft.counterparty, draft.amount, draft.key) == (kind, counterparty, amount, None):
                return order
        return None

    def take_up(self, order: Order) -> Steps[Payment]:
        """Go on with an order where it was left."""
        # 3.
        if order.answer is not None:
            return payment_of(order)
        match order.draft.kind:
            case "redeem":
                try:
                    return (yield from self._payment(self._redeem(order)))
                except Unavailable:
                    return payment_of(order)
                except DcepError:
                    return payment_of(self._folder.store.find(order.draft.command) or order)
            case "refund":
                return (yield from self._told(self._holder.stop(order)))
        return (yield from self._told(self._holder.send(order)))

    def _redeem(self, order: Order) -> Steps[Order]:
        return self._bring(order, "redemptions", content=order.draft.wire)

    def _bring(self, order: Order, route: str, **request: Any) -> Steps[Order]:
        # 1.
        try:
            reply = yield from self._door.asked("POST", self._door.path(route), **request)
        except DcepError as no:
            yield from self._stop_after(no, order)
            raise
        yield from self._door.until_ended(read(OperatorOrder, reply.document()))
        return (yield from self._over_http(self._holder.send(order)))

    def _stop_after(self, no: DcepError, order: Order) -> Steps[None]:
        # 2.
        if not isinstance(no, Unavailable) and no.code not in SAYS_NOTHING:
            yield from self._over_http(self._holder.stop(order))
            # Whoever asked hears why.
            self._folder.store.tell(order.draft.command)

    def _told(self, story: Steps[Order]) -> Steps[Payment]:
        return self._payment(self._over_http(story))

    def _payment(self, story: Steps[Order]) -> Steps[Payment]:
        return payment_of((yield from story))

    def _over_http(self, story: Steps[_End]) -> Steps[_End]:
        ledger = self._folder.trust.ledger_url
        return over_http(story, operator=self._door.operator, ledger=ledger, doubt=self._doubt)

    def _proof(self, receipt: Receipt) -> Steps[Proof]:
        yield from self._doubt(receipt)
        return prove(encode_receipt(receipt), self._folder.trust.network, self._folder.workers)

    def _doubt(self, receipt: Receipt) -> Steps[None]:
        """4. Learn whose signatures count by now, if the one on a receipt is not known."""
        try:
            if decode_signed_header(receipt.header).header.worker not in self._folder.workers:
                yield from learn_workers(self._folder)
        except (DcepError, Malformed):
            # Then it proves nothing, and whoever judges it says so.
            return


def payment_of(order: Order) -> Payment:
    """Return what a caller reads of an order."""
    draft = order.draft
    return Payment(
        id=draft.command,
        kind=draft.kind,
        counterparty=WalletId(draft.counterparty) if draft.counterparty else None,
        amount_fen=draft.amount,
        made_at_ms=order.made_at,
        expires_at_ms=draft.expires_at,
        answer=order.answer,
        seq=order.seq,
        place=order.place,
        receipt=order.receipt,
        key=draft.key,
    )
