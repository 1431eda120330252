"""What a settled command did to a wallet: one movement for each wallet that it touched, in the wallet's own view.

Most commands say it themselves. Where one does not, because it names a hold, or because a receiver may be frozen, a
`Memory` of the frames before it is asked.

Source: docs/reference/log-format.md, "From outcomes to balances".
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from typing import Any, Final

from dcep.clock import UnixMs
from dcep.ids import CommandId, LedgerId, NetworkId, WalletId
from dcep.ledger.movements.memory import HeldMoney, Memory
from dcep.ledger.movements.movement import Effect, Movement, MovementKind
from dcep.messages.commands.channel import Credit
from dcep.messages.commands.freezing import Freeze, Unfreeze
from dcep.messages.commands.governance import SetOperator
from dcep.messages.commands.holds import Capture, Hold, Release
from dcep.messages.commands.issuance import Allocate, Issue, Withdraw
from dcep.messages.commands.payments import Pay, Refund
from dcep.messages.commands.policies import SetPolicy
from dcep.messages.commands.vaults import Exchange, Redeem, Return
from dcep.messages.commands.wallets import Close, Open, SetClass
from dcep.messages.crossings import OfficersOrder, Payment, Returned, ReturnToIssuer, decode_message
from dcep.messages.genesis import ISSUING_VAULT
from dcep.messages.kinds import KIND_OF
from dcep.messages.layout import Hash, Seq
from dcep.messages.outcomes import Outcome
from dcep.messages.policies import encode_policy
from dcep.messages.signed import NO_MEMO, Command, decode, decode_record, kind_of, prefix
from dcep.money import Fen

# A record begins with account, lane and number, expiry, epoch and kind; then come the fields, then the memo's hash.
_ACCOUNT: Final = struct.Struct(">Q")
_FIELDS_AT: Final = 29
_MEMO: Final = 32
_TO_AND_AMOUNT: Final = struct.Struct(">QQ")
_REFUND: Final = struct.Struct(">QQ32s")
_AMOUNT: Final = struct.Struct(">Q")
_FIRST_EPOCH: Final = 1


class Scribe:
    """Writes down what the commands of a ledger did.

    Args:
        network: the network of every command.
        ledger: the ledger whose commands they are.
        memory: knows of the frames before.
    """

    def __init__(self, network: NetworkId, ledger: LedgerId, memory: Memory) -> None:
        self._network, self._ledger, self._prefix, self._memory = network, ledger, prefix(network), memory
        self._lines: list[Movement] = []
        self._seq, self._place, self._at = Seq(0), 0, UnixMs(0)

    def write(self, seq: Seq, place: int, at: UnixMs, record: bytes, outcome: Outcome) -> list[Movement]:
        """Return the movements of a settled command, in the order of their parts.

        Args:
            at: the folded time after its frame.
            record: as the frame holds it.
        """
        self._seq, self._place, self._at, self._lines = seq, place, at, []
        number = kind_of(record)
        if (quick := _QUICK.get(number)) is not None:
            quick(self, record, outcome)
        elif (slow := _SLOW.get(number)) is not None:
            slow(self, decode_record(record, self._prefix), outcome)
        return self._lines

    def _add(
        self,
        kind: MovementKind,
        wallet: WalletId,
        command: CommandId,
        *,
        amount: Fen = Fen(0),
        effect: Effect = Effect.NONE,
        counterparty: WalletId | None = None,
        refers_to: CommandId | None = None,
        wallet_class: int | None = None,
        policy: bytes | None = None,
        epoch: int | None = None,
        memo: Hash | None = None,
    ) -> None:
        self._lines.append(
            Movement(
                self._seq,
                self._place,
                len(self._lines),
                self._at,
                kind,
                wallet,
                counterparty,
                amount,
                effect,
                command,
                refers_to,
                wallet_class,
                policy,
                epoch,
                memo,
            )
        )

    def _move(
        self,
        kinds: tuple[MovementKind, MovementKind],
        payer: WalletId,
        receiver: WalletId,
        amount: Fen,
        command: CommandId,
        *,
        leaves: bool = False,
        refers_to: CommandId | None = None,
        memo: Hash | None = None,
    ) -> None:
        """Write down both sides of money that moved within the ledger, or the payer's where it leaves."""
        out, into = kinds
        said: dict[str, Any] = {"amount": amount, "refers_to": refers_to, "memo": memo}
        self._add(out, payer, command, effect=Effect.OUT, counterparty=receiver, **said)
        if not leaves:
            effect = self._memory.arrive(receiver, amount)
            self._add(into, receiver, command, effect=effect, counterparty=payer, **said)

    # What a record of a fixed size says is read where it stands: nearly all of a log are payments.

    def _id(self, record: bytes, size: int) -> CommandId:
        body = record[: _FIELDS_AT + size + _MEMO]
        return CommandId(hashlib.sha256(self._prefix + body).digest())

    def _memo(self, record: bytes, size: int) -> Hash | None:
        memo = Hash(record[_FIELDS_AT + size : _FIELDS_AT + size + _MEMO])
        return None if memo == NO_MEMO else memo

    def _quick_move(self, kinds: tuple[MovementKind, MovementKind], record: bytes, outcome: Outcome) -> None:
        (payer,) = _ACCOUNT.unpack_from(record)
        receiver, amount = _TO_AND_AMOUNT.unpack_from(record, _FIELDS_AT)
        command, memo = self._id(record, _TO_AND_AMOUNT.size), self._memo(record, _TO_AND_AMOUNT.size)
        self._move(kinds, payer, receiver, amount, command, leaves=bool(outcome.sent), memo=memo)

    def pay(self, record: bytes, outcome: Outcome) -> None:
        self._quick_move((MovementKind.PAID, MovementKind.RECEIVED), record, outcome)

    def exchange(self, record: bytes, outcome: Outcome) -> None:
        self._quick_move((MovementKind.EXCHANGE_PAID, MovementKind.EXCHANGED), record, outcome)

    def redeem(self, record: bytes, outcome: Outcome) -> None:
        self._quick_move((MovementKind.REDEEMED, MovementKind.REDEMPTION_RECEIVED), record, outcome)

    def refund(self, record: bytes, outcome: Outcome) -> None:
        (payer,) = _ACCOUNT.unpack_from(record)
        receiver, amount, original = _REFUND.unpack_from(record, _FIELDS_AT)
        kinds = MovementKind.REFUND_PAID, MovementKind.REFUND_RECEIVED
        command, memo = self._id(record, _REFUND.size), self._memo(record, _REFUND.size)
        leaves = bool(outcome.sent)
        self._move(kinds, payer, receiver, amount, command, leaves=leaves, refers_to=CommandId(original), memo=memo)

    def return_to_issuer(self, record: bytes, outcome: Outcome) -> None:
        (vault,), (amount,) = _ACCOUNT.unpack_from(record), _AMOUNT.unpack_from(record, _FIELDS_AT)
        command = self._id(record, _AMOUNT.size)
        self._add(MovementKind.RETURNED_TO_ISSUER, vault, command, amount=amount, effect=Effect.OUT)

    # Wallets.

    def open(self, command: Command, outcome: Outcome) -> None:
        order: Open = command.body.order
        self._memory.open(order.wallet)
        self._add(
            MovementKind.OPENED,
            order.wallet,
            command.id,
            wallet_class=order.wallet_class,
            policy=encode_policy(order.policy),
            epoch=_FIRST_EPOCH,
        )

    def set_class(self, command: Command, outcome: Outcome) -> None:
        order: SetClass = command.body.order
        self._add(MovementKind.CLASS_SET, order.wallet, command.id, wallet_class=order.wallet_class)

    def close(self, command: Command, outcome: Outcome) -> None:
        order: Close = command.body.order
        self._memory.close(order.wallet)
        self._add(MovementKind.CLOSED, order.wallet, command.id)

    def set_policy(self, command: Command, outcome: Outcome) -> None:
        order: SetPolicy = command.body.order
        policy, epoch = encode_policy(order.policy), order.replaces + 1
        self._add(MovementKind.POLICY_SET, command.body.account, command.id, policy=policy, epoch=epoch)

    def freeze(self, command: Command, outcome: Outcome) -> None:
        order: Freeze = command.body.order
        self._set_free(MovementKind.FROZEN, order.wallet, order.scope, command.id)

    def unfreeze(self, command: Command, outcome: Outcome) -> None:
        order: Unfreeze = command.body.order
        self._set_free(MovementKind.UNFROZEN, order.wallet, 0, command.id)

    def _set_free(self, kind: MovementKind, wallet: WalletId, scope: int, command: CommandId) -> None:
        amount = self._memory.freeze(wallet, scope)
        self._add(kind, wallet, command, amount=amount, effect=Effect.IN if amount else Effect.NONE)

    # Held money.

    def hold(self, command: Command, outcome: Outcome) -> None:
        order: Hold = command.body.order
        payer, receiver, amount = command.body.account, order.receiver, order.amount
        self._memory.hold(command.id, HeldMoney(payer, receiver, amount))
        self._add(MovementKind.HELD, payer, command.id, amount=amount, effect=Effect.OUT, counterparty=receiver)

    def capture(self, command: Command, outcome: Outcome) -> None:
        order: Capture = command.body.order
        held = self._memory.capture(order.hold, order.amount)
        # The balance was debited by the hold.
        self._add(
            MovementKind.HOLD_CAPTURED,
            held.payer,
            command.id,
            amount=order.amount,
            counterparty=held.receiver,
            refers_to=order.hold,
        )
        if not outcome.sent:
            self._add(
                MovementKind.CAPTURE_RECEIVED,
                held.receiver,
                command.id,
                amount=order.amount,
                effect=self._memory.arrive(held.receiver, order.amount),
                counterparty=held.payer,
                refers_to=order.hold,
            )

    def release(self, command: Command, outcome: Outcome) -> None:
        order: Release = command.body.order
        held = self._memory.release(order.hold)
        effect = self._memory.come_back(held.payer, held.left)
        if effect is not None:
            self._add(
                MovementKind.HOLD_RELEASED,
                held.payer,
                command.id,
                amount=held.left,
                effect=effect,
                counterparty=held.receiver,
                refers_to=order.hold,
            )

    # Between ledgers.

    def credit(self, command: Command, outcome: Outcome) -> None:
        order: Credit = command.body.order
        if outcome.sent:
            # It could not be credited, and is on its way back.
            return
        message = decode_message(self._network, order.message)
        _ARRIVALS[type(message.content)](self, message.content)

    def arrive_payment(self, content: Payment) -> None:
        self._add(
            MovementKind.RECEIVED,
            content.receiver,
            content.command,
            amount=content.amount,
            effect=self._memory.arrive(content.receiver, content.amount),
            counterparty=content.payer,
        )

    def arrive_return(self, content: Returned) -> None:
        effect = self._memory.come_back(content.payer, content.amount)
        if effect is not None:
            self._add(MovementKind.RETURNED, content.payer, content.command, amount=content.amount, effect=effect)

    def arrive_order(self, content: OfficersOrder) -> None:
        command = decode(content.order, self._network)
        match command.body.order:
            case Allocate(operator=operator, amount=amount):
                vault = self._memory.vault_of(operator)
                self._add(MovementKind.ALLOCATED, vault, command.id, amount=amount, effect=Effect.IN)
            case SetOperator(replaces=0) as order if order.shard == self._ledger:
                self._memory.seat(order.operator, order.vault)
                accounts = (order.registrar, order.registrar_policy), (order.vault, order.vault_policy)
                for wallet, policy in accounts:
                    of_seat = encode_policy(policy)
                    self._add(MovementKind.OPENED, wallet, command.id, policy=of_seat, epoch=_FIRST_EPOCH)

    # Tier 1.

    def arrive_at_issuer(self, content: ReturnToIssuer) -> None:
        kind = MovementKind.TAKEN_BACK
        self._add(kind, ISSUING_VAULT, content.command, amount=content.amount, effect=Effect.IN)

    def issue(self, command: Command, outcome: Outcome) -> None:
        self._of_issuing_vault(MovementKind.ISSUED, command, Effect.IN)

    def allocate(self, command: Command, outcome: Outcome) -> None:
        self._of_issuing_vault(MovementKind.ALLOCATION_SENT, command, Effect.OUT)

    def withdraw(self, command: Command, outcome: Outcome) -> None:
        self._of_issuing_vault(MovementKind.WITHDRAWN, command, Effect.OUT)

    def _of_issuing_vault(self, kind: MovementKind, command: Command, effect: Effect) -> None:
        self._add(kind, ISSUING_VAULT, command.id, amount=command.body.order.amount, effect=effect)


_QUICK: Final[dict[int, Callable[[Scribe, bytes, Outcome], None]]] = {
    KIND_OF[Pay].number: Scribe.pay,
    KIND_OF[Refund].number: Scribe.refund,
    KIND_OF[Exchange].number: Scribe.exchange,
    KIND_OF[Redeem].number: Scribe.redeem,
    KIND_OF[Return].number: Scribe.return_to_issuer,
}
_SLOW: Final[dict[int, Callable[[Scribe, Command, Outcome], None]]] = {
    KIND_OF[Open].number: Scribe.open,
    KIND_OF[SetClass].number: Scribe.set_class,
    KIND_OF[Close].number: Scribe.close,
    KIND_OF[SetPolicy].number: Scribe.set_policy,
    KIND_OF[Freeze].number: Scribe.freeze,
    KIND_OF[Unfreeze].number: Scribe.unfreeze,
    KIND_OF[Hold].number: Scribe.hold,
    KIND_OF[Capture].number: Scribe.capture,
    KIND_OF[Release].number: Scribe.release,
    KIND_OF[Credit].number: Scribe.credit,
    KIND_OF[Issue].number: Scribe.issue,
    KIND_OF[Allocate].number: Scribe.allocate,
    KIND_OF[Withdraw].number: Scribe.withdraw,
}
_ARRIVALS: Final[dict[type, Callable[[Scribe, Any], None]]] = {
    Payment: Scribe.arrive_payment,
    Returned: Scribe.arrive_return,
    OfficersOrder: Scribe.arrive_order,
    ReturnToIssuer: Scribe.arrive_at_issuer,
}
