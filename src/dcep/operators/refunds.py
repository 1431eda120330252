"""Refunds of a merchant among this operator's customers: together never more than the payment that they undo.

1. The merchant brings the payment's bytes and the refund's, both signed. The ledger says that the payment settled.
2. In one database transaction that holds the payment's row, what was refunded and is being refunded is added up, the
   refund is stored, and its bytes go into the outbox. Two refunds at once come one after the other here.
3. The outbox sends the same bytes until the answer is final.
4. Settled: it counts for ever. Refused, expired or never processed: it never was, and its amount may be refunded again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, Engine, func, insert, select, update

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError
from dcep.ids import NetworkId, WalletId
from dcep.ledger.client import Line
from dcep.messages.commands.payments import Pay, Refund
from dcep.messages.outcomes import Status
from dcep.messages.signed import Command
from dcep.operators.brought import read_brought
from dcep.operators.customers.register import own_wallet
from dcep.operators.exchange.orders import require_amount
from dcep.operators.history.news import note_ended
from dcep.operators.outbox import Delivered, Outbox
from dcep.operators.store import insert_once, refunded, refunds, transaction

TOPIC: Final = "refund"


class RefundState(StrEnum):
    """How far a refund is."""

    SENDING = "sending"
    SETTLED = "settled"
    REFUSED = "refused"


class Refunds:
    """The refunds of one operator's merchants."""

    def __init__(self, store: Engine, line: Line, outbox: Outbox, network: NetworkId) -> None:
        self._store, self._line, self._outbox, self._network = store, line, outbox, network

    def refund(self, original: bytes, refund: bytes, *, now: UnixMs, merchant: WalletId | None = None) -> str:
        """Take a refund that a merchant has signed, and return its id, which is the command's.

        Args:
            original: the wire of the payment that it undoes.
            merchant: whose refund it must be, where somebody asks for his own.

        Raises:
            BadInput: `other_command`, `bad_signature`, `life_too_long`, `bad_amount`, `other_payment`.
            DcepError: `not_your_customer`, `original_not_settled`, `refund_over_original`; nothing was stored.
        """
        # 1.
        payment = read_brought(original, self._network, Pay, now=None)
        command = read_brought(refund, self._network, Refund, now=now)
        _require_undoes(command, payment)
        if merchant not in (None, command.body.account):
            raise BadInput("other_command", "these bytes are a refund of another wallet")
        if self._line.history(original).outcome.status is not Status.SETTLED:
            raise DcepError("original_not_settled", "the payment that would be refunded has not settled")
        # 2.
        with transaction(self._store) as connection:
            own_wallet(connection, payment.body.order.receiver)
            self._take(connection, command, payment, now)
        return command.id.hex()

    def _take(self, connection: Connection, command: Command, payment: Command, now: UnixMs) -> None:
        original, amount = payment.id.hex(), command.body.order.amount
        limit = payment.body.order.amount
        _hold(connection, payment)
        known = select(refunds.c.command).where(refunds.c.command == command.id.hex())
        if connection.execute(known).one_or_none() is not None:
            return
        counted = select(func.coalesce(func.sum(refunds.c.amount_fen), 0)).where(
            refunds.c.original == original, refunds.c.state != RefundState.REFUSED
        )
        if connection.execute(counted).scalar_one() + amount > limit:
            raise DcepError("refund_over_original", "the refunds together would be more than the payment")
        row = {"command": command.id.hex(), "original": original, "amount_fen": amount, "taken_at_ms": now}
        connection.execute(insert(refunds).values(row | {"state": RefundState.SENDING, "code": ""}))
        self._outbox.forward(connection, TOPIC, command.id.hex(), command)

    def take(self, connection: Connection, delivered: Delivered) -> None:
        """Store what a refund makes of the ledger's final answer."""
        # 4.
        is_settled = delivered.outcome.status is Status.SETTLED
        values = (
            {"state": RefundState.SETTLED, "code": ""}
            if is_settled
            else {"state": RefundState.REFUSED, "code": delivered.outcome.code}
        )
        ended = values | {"ended_at_ms": delivered.heard_at}
        its_own = refunds.c.command == delivered.order_id
        connection.execute(update(refunds).where(its_own).values(ended))
        merchant = select(refunded.c.merchant).join(refunds, refunds.c.original == refunded.c.original).where(its_own)
        note_ended(connection, WalletId(connection.execute(merchant).scalar_one()), delivered.order_id)

    def state(self, command: str) -> tuple[RefundState, str]:
        """Return how far a refund is, and the ledger's code where it was refused.

        Raises:
            DcepError: `order_unknown`.
        """
        with transaction(self._store) as connection:
            row = connection.execute(select(refunds).where(refunds.c.command == command)).one_or_none()
        if row is None:
            raise DcepError("order_unknown", "this operator has no refund of this id")
        return RefundState(row.state), row.code


def _require_undoes(refund: Command, payment: Command) -> None:
    order, paid = refund.body.order, payment.body
    require_amount(order.amount)
    require_amount(paid.order.amount)
    if (order.original, order.receiver, refund.body.account) != (payment.id, paid.account, paid.order.receiver):
        raise BadInput("other_payment", "the refund names another payment, or goes to somebody else than its payer")


def _hold(connection: Connection, payment: Command) -> None:
    """Let this transaction alone add up the refunds of a payment until it ends."""
    original, order = payment.id.hex(), payment.body.order
    row = {"original": original, "merchant": order.receiver, "amount_fen": order.amount}
    held = select(refunded.c.original).where(refunded.c.original == original).with_for_update()
    if connection.execute(held).one_or_none() is None:
        insert_once(connection, insert(refunded).values(row))
        connection.execute(held).one()
