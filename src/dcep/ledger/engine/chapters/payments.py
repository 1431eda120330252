"""Pay, refund, cancel."""

from __future__ import annotations

from dcep.ids import WalletId
from dcep.ledger.engine.accounts import Account
from dcep.ledger.engine.book import Book
from dcep.messages.commands.payments import Cancel, Pay, Refund
from dcep.messages.refusals import Refusal, known, refuse_if
from dcep.money import Fen, over


def pay(book: Book, payer: Account, order: Pay) -> None:
    """Move money from the payer to the receiver: settled upon payment, final, no fee.

    Raises:
        Refused: the first rule that says no; nothing has changed.

    Source: docs/reference/refusals.md, in the same order.
    """
    _move(book, payer, order.receiver, order.amount)


def refund(book: Book, payer: Account, order: Refund) -> None:
    """Pay back: to the ledger a refund is a payment that names the one it undoes.

    That the refunds of a payment stay within it is the merchant's operator's rule.
    """
    _move(book, payer, order.receiver, order.amount)


def cancel(book: Book, signer: Account, order: Cancel) -> None:
    """Use the number up: whatever else was signed under it is dead. Always settles."""


def _move(book: Book, payer: Account, wallet: WalletId, amount: Fen) -> None:
    limits = book.limits_of(payer)

    refuse_if(payer.is_closed, Refusal.PAYER_CLOSED)
    refuse_if(payer.is_frozen_to_pay, Refusal.PAYER_FROZEN)
    refuse_if(amount == 0, Refusal.AMOUNT_ZERO)
    refuse_if(payer.wallet == wallet, Refusal.PAYER_IS_RECEIVER)
    receiver = known(book.destination(wallet), Refusal.RECEIVER_UNKNOWN)
    refuse_if(over(limits.single, amount), Refusal.OVER_SINGLE_LIMIT)
    refuse_if(over(limits.daily, payer.spent_on(book.today), amount), Refusal.OVER_DAILY_LIMIT)
    refuse_if(over(limits.annual, payer.spent_in(book.year), amount), Refusal.OVER_ANNUAL_LIMIT)
    refuse_if(amount > payer.balance, Refusal.INSUFFICIENT_FUNDS)
    refuse_if(receiver.cannot_accept(amount), Refusal.RECEIVER_CANNOT_ACCEPT)

    # From here on the payment succeeds. A channel never refuses: it brings the money back.
    book.spend(payer, amount)
    book.deliver(payer, receiver, amount, book.today)
