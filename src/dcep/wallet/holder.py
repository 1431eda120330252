"""The holder of a wallet: signs, stores, sends, and sends the same bytes again until the answer is final.

1. A command's number and signed bytes are durable before they are sent.
2. They are sent as they are, again and again, until the ledger's answer is final or patience ends; then the order stays
   open, and the next look at the wallet begins by sending it again.
3. `settled` is believed with its receipt only: command, path and the worker's signature hold. Both are stored together.
4. No number is signed for twice, and few orders are open at once: a window has 64 numbers.
5. A wallet that comes back from a copy of its key leaves out every number that the lost device may have signed for.

Source: PROTOCOL, "What is final, and what the sender hears".
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final, NamedTuple

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.errors import BadInput, DcepError, Unavailable
from dcep.ids import CommandId, WalletId
from dcep.ledger.client import Answer, Line
from dcep.messages.commands.policies import SetPolicy
from dcep.messages.layout import Epoch, Key, Number
from dcep.messages.outcomes import Status
from dcep.messages.policies import Policy
from dcep.messages.receipts import BadReceipt, encode_receipt, verify
from dcep.messages.signatory import Signatory
from dcep.messages.signed import decode
from dcep.money import Fen
from dcep.wallet.payments import Wallet
from dcep.wallet.store import Draft, Order, Settled, WalletStore

_FINAL: Final = (Status.SETTLED, Status.REFUSED, Status.EXPIRED, Status.NEVER_PROCESSED)
# A window has 64 numbers: what is open must never push itself out.
MOST_OPEN: Final = 32
# How far above the ledger's highest number another device with this key may have signed.
_MARGIN: Final = MOST_OPEN
LIFE_MS: Final = 600_000
# A ledger that is still reading its history says so; a moment later it knows.
_BEHIND_MS: Final = 200


class Unproven(DcepError):
    """The ledger said `settled` and brought no proof of it: the order stays open."""

    def __init__(self, message: str) -> None:
        super().__init__("unproven_answer", message, next_step="ask again later; if it stays so, tell your operator")


class Device(NamedTuple):
    """What the device lends a wallet: its time, from which expiries are counted, and its patience.

    `wait` lets so many milliseconds pass before the same bytes are sent again; False ends the patience.
    """

    clock: Callable[[], UnixMs]
    wait: Callable[[int], bool]


class Holder:
    """A wallet at work.

    Args:
        store: what the wallet must not forget.
        signer: return the key of the policy with an epoch.
        line: the way to the ledger that keeps the account.
        workers: the keys of that ledger's workers, which the holder trusts.
        device: time and patience.
    """

    def __init__(
        self,
        store: WalletStore,
        signer: Callable[[Epoch], Signer],
        line: Line,
        workers: Collection[Key],
        device: Device,
    ) -> None:
        self._store, self._signer, self._line, self._workers = store, signer, line, workers
        self._device = device

    def pay(self, receiver: WalletId, amount: Fen) -> Order:
        """Pay; return the order with its answer, None if that is not known yet.

        Raises:
            DcepError: `too_many_open`; nothing was signed.
            Unproven: the ledger's word has no proof; the order stays open.
        """
        return self._give(lambda wallet, until: wallet.pay(receiver, amount, expires_at=until), receiver, amount)

    def refund(self, original: CommandId, payer: WalletId, amount: Fen) -> Order:
        """Pay back a payment that was received."""
        return self._give(lambda wallet, until: wallet.refund(payer, amount, original, expires_at=until), payer, amount)

    def redeem(self, vault: WalletId, amount: Fen) -> Order:
        """Redeem digital currency for deposit 兑回."""
        return self._give(lambda wallet, until: wallet.redeem(vault, amount, expires_at=until), vault, amount)

    def cancel(self) -> Order:
        """Use a number up, so that everything below a window of it can never happen."""
        return self._give(lambda wallet, until: wallet.cancel(expires_at=until), 0, Fen(0))

    def rotate(self, policy: Policy) -> Order:
        """Put another policy in the place of the one in force; once that has settled its key signs."""
        epoch = self._store.identity.epoch
        return self._give(lambda wallet, until: wallet.set_policy(policy, replaces=epoch, expires_at=until), 0, Fen(0))

    def heal(self) -> list[Order]:
        """Send again whatever has no final answer; return these orders as they stand now."""
        # 2.
        return [self._send(order) for order in self._store.open_orders()]

    def recover(self) -> None:
        """Begin above every number that another device with this key may have signed for.

        Raises:
            BadInput: `unknown_wallet`: the ledger has no such account.
        """
        # 5.
        account = self._line.account(self._store.identity.wallet)
        if account is None:
            raise BadInput("unknown_wallet", "the ledger has no such wallet", next_step="open it at its operator")
        self._store.catch_up(Epoch(account.epoch), Number(account.high + _MARGIN + 1))

    def _give(self, sign: Callable[[Wallet, UnixMs], bytes], counterparty: int, amount: Fen) -> Order:
        # 4.
        if len(self._store.open_orders()) >= MOST_OPEN:
            message = f"{MOST_OPEN} orders have no final answer yet"
            raise DcepError("too_many_open", message, next_step="wait for their answers: dcep wallet history")
        identity, now = self._store.identity, self._device.clock()
        expires_at, signer = UnixMs(now + LIFE_MS), self._signer(identity.epoch)

        def make(number: Number) -> Draft:
            signatory = Signatory(identity.network, identity.wallet, signer, number=number, epoch=identity.epoch)
            wire = sign(Wallet(signatory), expires_at)
            command = decode(wire, identity.network)
            return Draft(
                wire=wire,
                command=command.id,
                kind=command.kind.name,
                counterparty=counterparty,
                amount=amount,
                expires_at=expires_at,
            )

        # 1.
        return self._send(self._store.take(make, now))

    # 2.

    def _send(self, order: Order) -> Order:
        while True:
            try:
                answer = self._line.submit([order.draft.wire])[0]
            except Unavailable as later:
                retry_after_ms = later.retry_after_ms
            else:
                outcome = answer.outcome
                if outcome.status in _FINAL:
                    return self._write_down(order, answer)
                if outcome.status is not Status.BEHIND:
                    # Nothing changed, and the same bytes may still be taken: the order stays open.
                    return order
                retry_after_ms = _BEHIND_MS
            if not self._device.wait(retry_after_ms):
                return order

    # 3.

    def _write_down(self, order: Order, answer: Answer) -> Order:
        settled = self._proven(order, answer) if answer.outcome.status is Status.SETTLED else None
        self._store.settle(order.number, answer.outcome.code, settled)
        written = self._store.find(order.draft.command)
        assert written is not None, "it was stored before it was sent"
        return written

    def _proven(self, order: Order, answer: Answer) -> Settled:
        if answer.seq is None:
            raise Unproven("the answer names no place in the log")
        receipt = self._line.receipt_of(order.draft.wire, answer)
        try:
            proven = verify(receipt, self._store.identity.network, self._workers)
        except BadReceipt as error:
            raise Unproven(str(error)) from error
        if proven.command.id != order.draft.command or proven.outcome.status is not Status.SETTLED:
            raise Unproven("the receipt proves another command")
        changed = proven.command.body.order
        epoch = Epoch(changed.replaces + 1) if isinstance(changed, SetPolicy) else None
        return Settled(answer.seq, answer.place, encode_receipt(receipt), epoch)
