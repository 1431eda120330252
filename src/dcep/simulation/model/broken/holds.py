"""Rules about money on hold, left out."""

from __future__ import annotations

from dcep.clock import UnixMs
from dcep.ids import CommandId
from dcep.ledger.engine.accounts import Account
from dcep.ledger.engine.book import Book
from dcep.ledger.engine.chapters import holds
from dcep.ledger.engine.held import Held
from dcep.messages.commands.holds import Capture
from dcep.messages.commands.wallets import Close
from dcep.messages.refusals import Refusal, known, refuse_if
from dcep.money import Fen


def count_no_capture(held: Held, hold_id: CommandId, amount: Fen) -> None:
    """Pay the receiver, and leave the hold as it was."""


def capture_for_ever(book: Book, signer: Account, order: Capture) -> None:
    """Capture whatever the time is."""
    found = book.held.find(order.hold)
    if found is None:
        holds.capture(book, signer, order)
        return
    until, found.until = found.until, UnixMs(book.now + 1)
    try:
        holds.capture(book, signer, order)
    finally:
        found.until = until


def close_with_money_on_hold(book: Book, signer: Account, order: Close) -> None:
    """Close a wallet without asking for money on hold."""
    wallet = known(book.customer(order.wallet), Refusal.WALLET_UNKNOWN)
    refuse_if(wallet.is_closed, Refusal.WALLET_CLOSED)
    refuse_if(wallet.is_frozen, Refusal.WALLET_FROZEN)
    refuse_if(wallet.balance > 0, Refusal.BALANCE_NOT_ZERO)
    refuse_if(wallet.in_flight > 0, Refusal.MONEY_IN_FLIGHT)
    wallet.close()
